#!/usr/bin/env python
"""Run a management command of SSC Portal."""

import os
import sys
from pathlib import Path

import environ


def main() -> None:
    """Read ENV_FILE, else `.env` beside this file, if it is there, and run the command given on the command line."""
    named = os.environ.get("ENV_FILE", "")
    if named and not Path(named).exists():
        sys.exit(f'ENV_FILE="{named}" is not there: write the path of a file, /dev/null for none.')
    environ.Env.read_env(named or Path(__file__).resolve().parent / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
