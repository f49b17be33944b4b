"""In the order of the README: what `make demo` writes for itself, nobody reads who checks or tests in that clone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.subprocesses import ROOT

pytestmark = pytest.mark.any_database

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", ".env", "*.sqlite3*")
HOSTILE = "SECRET_KEY=\nDATABASE_URL=no-database\nLOG_LEVEL=loud\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the sources with the same tools, and in it the `.env` that the demo writes, made worse."""
    copy = tmp_path / "clone"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(sys.prefix)
    run(copy, sys.executable, "tools/write_env.py")
    env = copy / ".env"
    assert "STAFF_SECOND_FACTOR=off" in env.read_text()
    env.write_text(env.read_text().replace("SECRET_KEY", "ANOTHER_KEY") + HOSTILE)
    return copy


def run(folder: Path, *command: str) -> None:
    """Run the command there as somebody does whose environment says nothing of the portal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_checks_after_a_demo_read_no_env(clone: Path) -> None:
    # What is installed stays as it is: `setup` counts as made.
    run(clone, "make", "-o", "setup", "migrations", "deployment")


def test_tests_after_a_demo_read_no_env(clone: Path) -> None:
    chosen = "tests/project/test_settings.py::test_check_deploy_is_clean"
    run(clone, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", chosen)


def test_a_server_reads_it(clone: Path) -> None:
    with pytest.raises(AssertionError, match="SECRET_KEY is not set"):
        run(clone, sys.executable, "manage.py", "check")
