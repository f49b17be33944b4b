"""The units of systemd start what the containers start, with as little as these, and systemd takes them as they are."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.project.subprocesses import ROOT
from tests.project.test_settings import documented

pytestmark = pytest.mark.any_database

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
OF_NO_SETTING = {"NUMBA_CACHE_DIR"}
"""Read by a library."""


def lines_of(path: Path) -> list[tuple[str, str]]:
    """The directives of a unit, in their order; one may stand more than once."""
    kept = [line for line in path.read_text().splitlines() if line and line[0] not in "#["]
    return [(name, value) for name, _equals, value in (line.partition("=") for line in kept)]


def command_of(name: str) -> list[str]:
    [command] = [value for key, value in lines_of(UNITS / f"ssc-portal-{name}.service") if key == "ExecStart"]
    words = shlex.split(command)
    assert words[0].startswith("/srv/ssc-portal/.venv/bin/")
    return [words[0].rpartition("/")[2], *words[1:]]


def test_they_start_what_the_containers_start():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert ["CMD", str(command_of("web")).replace("'", '"')] in [
        line.split(maxsplit=1) for line in (ROOT / "Dockerfile").read_text().splitlines()
    ]
    assert command_of("clock") == services["clock"]["command"]
    for name in ("worker", "mailer"):
        # In containers each has a machine, and so a name, of its own.
        *command, option, hostname = command_of(name)
        assert command == services[name]["command"]
        assert (option, hostname) == ("--hostname", f"{name}@%%h")


def test_they_have_the_limits_and_the_time_to_end_of_the_containers():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("web", "worker", "mailer", "clock"):
        unit = dict(lines_of(UNITS / f"ssc-portal-{name}.service"))
        memory = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", services[name]["mem_limit"])
        assert unit["MemoryMax"].lower() == memory
        assert unit["TasksMax"] == str(services[name]["pids_limit"])
        assert f"{unit['TimeoutStopSec']}s" == services[name].get("stop_grace_period", "10s")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_each_runs_as_a_plain_user_and_writes_nowhere_but_in_its_folder(path):
    unit = dict(lines_of(path))
    assert (unit["User"], unit["CapabilityBoundingSet"], unit["NoNewPrivileges"]) == ("portal", "", "yes")
    assert (unit["ProtectSystem"], unit["PrivateTmp"], unit["ProtectHome"]) == ("strict", "yes", "yes")
    assert "ReadWritePaths" not in unit
    assert unit["StateDirectory"].startswith("ssc-portal")


def test_the_environment_file_names_settings_that_there_are():
    text = (UNITS / "ssc-portal.env.example").read_text()
    names = set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE))
    assert names - OF_NO_SETTING <= documented()
    assert "MAINTENANCE_FOLDER=/var/lib/ssc-portal\n" in text


def test_systemd_takes_each_of_them(tmp_path):
    """As they are but for the folder, whose commands have to be there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on the path: it comes with systemd")
    units = [*SERVICES, *UNITS.glob("*.timer")]
    for path in units:
        text = path.read_text().replace("/srv/ssc-portal", str(ROOT))
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / path.name for path in units)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
