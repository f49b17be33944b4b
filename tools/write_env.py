"""Write `.env` for a trial on this machine, unless it is there: standard library only."""

import os
import secrets
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"


def write_env(path: Path) -> bool:
    """Write debug settings with a random key, readable by the owner alone; return whether the file is new."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# For a trial on this machine only; docs/deploy.md, Settings, lists every one.\n")
        file.write("DEBUG=on\n")
        file.write("# Reviewers and managers without a second factor: for a trial alone, refused unless DEBUG is on.\n")
        file.write("STAFF_SECOND_FACTOR=off\n")
        file.write(f"SECRET_KEY={secrets.token_urlsafe(50)}\n")
    return True


if __name__ == "__main__":
    if write_env(ENV_FILE):
        print(f"Wrote {ENV_FILE.name} (DEBUG on, a random key)")
