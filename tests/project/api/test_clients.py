"""`make clients` goes on where there is no Node, and pins what it installs without naming a host."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.any_database

ROOM = settings.BASE_DIR / "tools" / "clients"


def test_without_node_it_says_so_and_goes_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.clients"],
        cwd=settings.BASE_DIR, env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "No Node here" in done.stdout


def test_a_registry_that_does_not_answer_stops_nobody(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)

    done = subprocess.run(
        [sys.executable, "-m", "tools.clients"],
        cwd=settings.BASE_DIR, env={"PATH": f"{tmp_path}:{Path(shutil.which('sh') or '/bin/sh').parent}"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "nothing was checked" in done.stdout


def test_the_tools_are_pinned_without_a_host() -> None:
    asked = json.loads((ROOM / "package.json").read_text())["devDependencies"]
    lock = json.loads((ROOM / "package-lock.json").read_text())

    for name, version in asked.items():
        assert version[0].isdigit(), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    assert lock["packages"][""]["devDependencies"] == asked
    for name, one in lock["packages"].items():
        assert "resolved" not in one, name
        assert not name or one.get("integrity") or one.get("inBundle"), name


def test_what_npm_installs_is_not_kept() -> None:
    kept = subprocess.run(
        ["git", "ls-files"], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    ).stdout

    assert "node_modules" not in kept
    assert "openapi.d.ts" not in kept
