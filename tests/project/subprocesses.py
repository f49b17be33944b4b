"""Start the portal as production does: in a process of its own, with an environment of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "sqlite:///:memory:",
    "CACHE_URL": "locmemcache://",
}

MOST_SECONDS = 600
"""For whatever hangs: all migrations take twenty, and ten times as long on a busy machine."""


def run_python(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in the repository with `environment` and a path, and nothing else of ours, `.env` neither.

    given: what it reads from its standard input.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, "ENV_FILE": os.devnull, **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )


def settings_under(*names: str, **environment: str) -> dict[str, Any]:
    """The values of these settings under `environment` alone."""
    program = "import json, sys; from ssc_portal import settings as s; "
    program += "print(json.dumps({name: getattr(s, name) for name in sys.argv[1:]}))"
    done = run_python("-c", program, *names, **environment)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values
