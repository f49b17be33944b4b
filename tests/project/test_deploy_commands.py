"""The commands that docs/deploy.md gives to whoever has no containers, run as they stand, in a folder of their own.

Left out are what needs an engine, systemd, root or the network, and servers, which go on for ever; these are held
against the compose file in test_systemd.py.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.subprocesses import PRODUCTION, ROOT

pytestmark = pytest.mark.any_database

COMMANDS = re.compile(r"^    ((?:\.venv/bin/python manage\.py|tools/)[^#\n]*)", re.MULTILINE)
WHOLE = (
    "manage.py migrate",
    "manage.py load_reference",
    "manage.py collectstatic --noinput",
    "manage.py check --deploy",
    "manage.py maintenance on --announce",
    "manage.py maintenance on --until",
    "manage.py maintenance status",
    "manage.py maintenance off",
    "tools/backup portal.backup",
    "tools/restore portal.backup",
)
"""What has to be among them: a block of the page that is no longer found fails."""
QUICK_BROTLI = "import functools, brotli; brotli.compress = functools.partial(brotli.compress, quality=1)"
"""At its best, compressing takes longer than all else; test_static.py asks how small files get."""


def commands() -> list[str]:
    """The commands, in the order of the page; moments that have passed by now are put off."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    found = [command.strip() for command in COMMANDS.findall(text)]
    return [re.sub(r"\b20\d\d-(\d\d-\d\dT)", r"2100-\1", command) for command in found]


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """What is in the repository and nothing else, with the Python of the tests as its own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "sitecustomize.py").write_text(QUICK_BROTLI)
    (tmp_path / ".venv" / "bin" / "python").write_text(
        f'#!/bin/sh\nPYTHONPATH="{tmp_path}/.venv" exec {sys.executable} "$@"\n'
    )
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    yield tmp_path
    shutil.rmtree(tmp_path)


def test_they_work_as_they_stand(clone: Path, newly_migrated: tuple[Path, dict[str, int]]) -> None:
    # Running all migrations takes longest, and was done so, in a process of production.
    shutil.copy(newly_migrated[0], clone / "db.sqlite3")
    listed = commands()
    for needed in WHOLE:
        assert any(needed in command for command in listed), needed
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {**PRODUCTION, "ENV_FILE": os.devnull, "DATABASE_URL": f"sqlite:///{clone / 'db.sqlite3'}"}
    for command in listed:
        done = subprocess.run(
            ["sh", "-ec", command],
            cwd=clone, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if command.endswith("maintenance status"):
            assert done.stdout.startswith("read-only: Maintenance until about")
    assert not (clone / "var" / "maintenance.json").exists()


def test_gunicorn_takes_its_configuration(clone: Path) -> None:
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, "STATIC_ROOT": str(clone)}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "ssc_portal.wsgi"],
        cwd=clone, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
