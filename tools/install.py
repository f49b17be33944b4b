"""Make `.venv` and install a lock file into it; quick where that is done already.

Runs on a bare Python 3.11, before anything is installed: standard library only.
"""

import argparse
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WITHOUT = {"requirements-fast.txt": "the matching runs without its compiled loops, and finds the same in more time."}
"""What is so where an extra is missing."""


def stamp_of(lock: Path) -> Path:
    """The file inside `.venv` that remembers which text of `lock` was installed last."""
    return VENV / f".{lock.name}.installed"


def digest_of(lock: Path) -> str:
    """SHA-256 of a lock file's text."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def make_venv() -> None:
    """Make `.venv` unless a working one is there; explain what is missing where Python came without its parts."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    print(f"Making {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (subprocess.CalledProcessError, ModuleNotFoundError) as error:
        sys.exit(
            f"This Python cannot make a virtual environment ({error}). "
            "On Debian and Ubuntu: apt-get install python3-venv, then run the same command again."
        )


def install(lock: Path, *, is_extra: bool = False) -> None:
    """Install what `lock` names, at its versions and hashes, unless this very text was installed last.

    An extra agrees with the lock before it; where it cannot be installed, this says so and goes on.
    """
    stamp, digest = stamp_of(lock), digest_of(lock)
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Installing {lock.name} (about a minute the first time)", flush=True)
    options = ["--quiet", "--require-hashes", "--no-deps", "-r", str(lock)]
    if subprocess.run([str(PYTHON), "-m", "pip", "install", *options]).returncode != 0:
        if not is_extra:
            sys.exit(f"Installing {lock.name} failed; see pip's message above.")
        print(f"{lock.name} cannot be installed here: {WITHOUT[lock.name]}", flush=True)
        return
    if not is_extra:
        # What another lock put there may have just changed.
        for other in VENV.glob(".requirements*.installed"):
            other.unlink()
    stamp.write_text(digest)
    if lock.name == "requirements-dev.txt":
        base = ROOT / "requirements.txt"
        stamp_of(base).write_text(digest_of(base))


def main() -> None:
    """Install the lock files named on the command line, and those that `--extra` names where they can be."""
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"SSC Portal needs Python 3.11; this is {sys.version.split()[0]}.")
    make_venv()
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("lock", nargs="+", help="lock file")
    asked.add_argument("--extra", action="append", default=[], choices=sorted(WITHOUT), help="lock file")
    chosen = asked.parse_args()
    for name in chosen.lock:
        install(ROOT / name)
    for name in chosen.extra:
        install(ROOT / name, is_extra=True)


if __name__ == "__main__":
    main()
