"""Make `.venv` and install a lock file into it; quick where that is done already.

Runs on a bare Python 3.11, before anything is installed: standard library only.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


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


def install(lock: Path) -> None:
    """Install what `lock` names, at its versions and hashes, unless this very text was installed last."""
    stamp, digest = stamp_of(lock), digest_of(lock)
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Installing {lock.name} (about a minute the first time)", flush=True)
    options = ["--quiet", "--require-hashes", "--no-deps", "-r", str(lock)]
    if subprocess.run([str(PYTHON), "-m", "pip", "install", *options]).returncode != 0:
        sys.exit(f"Installing {lock.name} failed; see pip's message above.")
    # What another lock put there may have just changed.
    for other in VENV.glob(".requirements*.installed"):
        other.unlink()
    stamp.write_text(digest)
    if lock.name == "requirements-dev.txt":
        base = ROOT / "requirements.txt"
        stamp_of(base).write_text(digest_of(base))


def main() -> None:
    """Install the lock files named on the command line."""
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"SSC Portal needs Python 3.11; this is {sys.version.split()[0]}.")
    make_venv()
    for name in sys.argv[1:]:
        install(ROOT / name)


if __name__ == "__main__":
    main()
