"""Dockerfile and docker-compose.yml say what docs/deploy.md promises; no engine is needed to read them."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.our_apps import OUR_APPS

pytestmark = pytest.mark.any_database

ROOT = Path(__file__).resolve().parents[2]
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


def test_secrets_have_no_default(compose):
    text = (ROOT / "docker-compose.yml").read_text()
    used = dict(VARIABLE.findall(text))
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD"):
        assert used[name].startswith(":?"), name


@pytest.mark.parametrize("name", ["web", "worker", "mailer", "clock"])
def test_nothing_starts_before_what_it_needs(compose, name):
    assert compose["services"][name]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    for needed in ("db", "redis"):
        assert compose["services"][needed]["healthcheck"]["test"][0] == "CMD"


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
