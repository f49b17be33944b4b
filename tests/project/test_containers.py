"""Dockerfile and docker-compose.yml say what docs/deploy.md promises; no engine is needed to read them."""

import os
import re
import runpy
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from celery.beat import PersistentScheduler

from tests.our_apps import OUR_APPS
from tests.project.test_settings import documented

pytestmark = pytest.mark.any_database

ROOT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "web", "worker", "mailer", "clock")
NOT_OF_CONTAINERS = {
    "DEBUG", "PSEUDO_LANGUAGE", "STAFF_SECOND_FACTOR", "JOBS_HERE", "ENV_FILE", "BIND", "STATIC_ROOT",
    "MAINTENANCE_FOLDER",
}  # fmt: skip
"""For trials and tests alone; the last four are fixed by the image and its volumes."""
VARIABLE = re.compile(r"\$\{(\w+)(:[-?][^}]*)?\}")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_the_services(compose):
    assert set(compose["services"]) == {"db", "redis", "migrate", "web", "worker", "mailer", "clock", "backup"}
    assert set(compose["volumes"]) == {"database", "jobs", "backups", "maintenance"}


def test_what_an_operator_says_of_maintenance_reaches_every_process(compose, dockerfile):
    """A new volume belongs to whom the folder of the image belongs to: `manage.py maintenance` writes there."""
    for name in ("migrate", "web", "worker", "mailer", "clock", "backup"):
        assert "maintenance:/maintenance" in compose["services"][name]["volumes"]
    assert compose["services"]["backup"]["environment"]["MAINTENANCE_FOLDER"] == "/maintenance"
    assert any("MAINTENANCE_FOLDER=/maintenance" in rest for name, rest in dockerfile if name == "ENV")
    assert ["RUN", "install --directory --owner=portal /maintenance"] in dockerfile


def test_every_setting_of_the_documents_is_passed_on(compose):
    for name in OURS:
        assert set(compose["services"][name]["environment"]) == documented() - NOT_OF_CONTAINERS
    given = set(re.findall(r"^([A-Z_]+)=", (ROOT / "docs" / "env.example").read_text(), flags=re.MULTILINE))
    assert given <= set(dict(VARIABLE.findall((ROOT / "docker-compose.yml").read_text())))


def test_nothing_grows_without_a_limit(compose):
    for name, service in compose["services"].items():
        assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}, name
        assert {"mem_limit", "cpus", "pids_limit"} <= set(service), name


def test_nothing_has_more_rights_than_it_needs(compose):
    """What starts as root to give its volume away, or to restore, says which rights it keeps."""
    kept = {"db": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"], "backup": ["DAC_OVERRIDE"]}
    for name, service in compose["services"].items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service.get("cap_add") == kept.get(name), name
        assert service["init"] is True, name
        # PostgreSQL writes its socket, and much else, into its own root.
        assert service.get("read_only", False) is (name != "db"), name


def test_database_and_redis_are_reached_by_the_portal_alone(compose):
    assert compose["networks"]["data"] == {"internal": True}
    for name in ("db", "redis", "backup"):
        assert compose["services"][name]["networks"] == ["data"]
        assert "ports" not in compose["services"][name]
    for name in OURS:
        assert compose["services"][name]["networks"] == ["default", "data"]


def test_redis_asks_for_a_password_that_stands_in_no_command(compose):
    service = compose["services"]["redis"]
    assert "${REDIS_PASSWORD" not in str(service["command"])
    assert "requirepass %s" in service["command"][2]
    script = service["command"][2].replace("$$", "$")
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    for name in OURS:
        for address in ("CELERY_BROKER_URL", "CACHE_URL"):
            assert "redis://:${REDIS_PASSWORD" in compose["services"][name]["environment"][address]


def test_redis_takes_its_configuration_and_is_well_only_for_who_knows_the_password(compose, tmp_path):
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on the path: it comes with Redis")
    service = compose["services"]["redis"]
    socket = tmp_path / "redis.sock"
    check = service["healthcheck"]["test"][1].replace("redis-cli", f"redis-cli -s {socket}")
    environment = {**os.environ, "REDIS_PASSWORD": "letters123"}
    script = service["command"][2].replace("$$", "$").replace("/tmp/redis.conf", str(tmp_path / "redis.conf"))
    script = script.replace("dir /data", f"dir {tmp_path}\\nport 0\\nunixsocket {socket}")
    with subprocess.Popen(["sh", "-c", script], env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        assert any("ready to accept connections" in line.lower() for line in server.stdout)

        def is_well(**more: str) -> bool:
            return subprocess.run(["sh", "-c", check], env={**environment, **more}, check=False).returncode == 0

        assert is_well(REDISCLI_AUTH="letters123")
        assert not is_well(REDISCLI_AUTH="another")
        server.terminate()
    assert (tmp_path / "redis.conf").stat().st_mode & 0o077 == 0


def test_a_server_has_longer_to_end_than_it_gives_what_it_has_in_hand(compose):
    served = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert int(compose["services"]["web"]["stop_grace_period"].rstrip("s")) > served["graceful_timeout"]
    assert served["control_socket_disable"] is True


def test_a_clock_is_well_as_long_as_it_writes_its_schedule(compose, tmp_path):
    """Beat writes it every three minutes (`sync_every`), whatever the ending that a machine gives its file."""
    service = compose["services"]["clock"]
    assert service["command"][service["command"].index("--schedule") + 1] == "/tmp/schedule"
    assert PersistentScheduler.sync_every < 10 * 60
    check = service["healthcheck"]["test"][1].replace("/tmp", str(tmp_path))

    def is_well() -> bool:
        return subprocess.run(["sh", "-c", check], check=False).returncode == 0

    assert not is_well()
    file = tmp_path / "schedule.dat"
    file.touch()
    assert is_well()
    os.utime(file, (time.time() - 700, time.time() - 700))
    assert not is_well()


def test_secrets_have_no_default(compose):
    text = (ROOT / "docker-compose.yml").read_text()
    used = dict(VARIABLE.findall(text))
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert used[name].startswith(":?"), name


@pytest.mark.parametrize("name", ["web", "worker", "mailer", "clock"])
def test_nothing_starts_before_what_it_needs(compose, name):
    assert compose["services"][name]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    for needed in ("db", "redis"):
        assert compose["services"][needed]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_the_web_server_is_reached_through_a_proxy_on_the_same_machine_only(compose):
    published = {name: service.get("ports") for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_every_variable_of_the_portal_is_one_that_settings_read(compose):
    read = set(re.findall(r'"([A-Z_]+)"', (ROOT / "ssc_portal" / "settings.py").read_text()))
    read |= set(re.findall(r'"([A-Z_]+)"', (ROOT / "gunicorn.conf.py").read_text()))
    for name in ("migrate", "web", "worker", "mailer", "clock"):
        assert set(compose["services"][name]["environment"]) <= read


def test_the_image_runs_as_a_plain_user_and_watches_its_health(dockerfile):
    instructions = [name for name, _rest in dockerfile]
    assert ["USER", "portal"] in dockerfile
    assert instructions.index("HEALTHCHECK") < instructions.index("CMD")
    assert ["CMD", '["gunicorn", "ssc_portal.wsgi"]'] in dockerfile


def test_what_the_image_copies_is_there_and_not_ignored(dockerfile):
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for name, rest in dockerfile:
        if name == "COPY" and not rest.startswith("--from"):
            *sources, _target = rest.split()
            for source in sources:
                assert (ROOT / source).exists(), source
                assert source in kept, source


def test_the_image_has_every_app(dockerfile):
    copied = {rest.split()[0] for name, rest in dockerfile if name == "COPY"}
    assert set(OUR_APPS) <= copied


def test_whatever_lists_the_apps_lists_them_all():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert set(OUR_APPS) == set(tools["importlinter"]["root_packages"]) == set(tools["coverage"]["run"]["source"])
    assert set(OUR_APPS) <= set(tools["mypy"]["files"])
    assert set(OUR_APPS) <= set(tools["ruff"]["lint"]["isort"]["known-first-party"])
    acyclic = next(each for each in tools["importlinter"]["contracts"] if each["type"] == "acyclic_siblings")
    assert set(OUR_APPS) == set(acyclic["ancestors"])


def test_a_backup_is_written_each_day_by_the_tool_of_the_documents(compose):
    service = compose["services"]["backup"]
    assert service["image"] == compose["services"]["db"]["image"]
    script = service["entrypoint"][2].replace("$$", "$")
    tool = re.search(r"/portal/(tools/backup) /backups/", script)
    assert tool
    assert (ROOT / tool[1]).stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
