"""Lock files installed: an extra that a machine cannot have is said, and nothing stops for it."""

from pathlib import Path

import pytest

from tools import install

pytestmark = pytest.mark.any_database


@pytest.fixture
def python_whose_pip_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(install, "PYTHON", python)
    monkeypatch.setattr(install, "VENV", tmp_path)
    return tmp_path


def test_what_an_extra_lacks_is_said_and_make_goes_on(
    python_whose_pip_fails: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stamp = python_whose_pip_fails / ".requirements.txt.installed"
    stamp.write_text("as before")

    install.install(install.ROOT / "requirements-fast.txt", is_extra=True)

    assert "requirements-fast.txt cannot be installed here: the matching runs without its compiled loops" in (
        capsys.readouterr().out
    )
    assert [path.name for path in python_whose_pip_fails.glob(".requirements*")] == [stamp.name]


def test_what_the_portal_needs_stops_make(python_whose_pip_fails: Path) -> None:
    with pytest.raises(SystemExit, match=r"requirements\.txt failed"):
        install.install(install.ROOT / "requirements.txt")


def test_demo_and_setup_install_the_compiled_loops() -> None:
    makefile = (install.ROOT / "Makefile").read_text()
    for lock in ("requirements.txt", "requirements-dev.txt"):
        assert f"tools/install.py {lock} --extra requirements-fast.txt" in makefile
