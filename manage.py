#!/usr/bin/env python
"""Run a management command of SSC Portal."""

import os
import sys
from pathlib import Path

import environ


def main() -> None:
    """Read ENV_FILE, else `.env` beside this file, if it is there, and run the command given on the command line."""
    environ.Env.read_env(os.environ.get("ENV_FILE", Path(__file__).resolve().parent / ".env"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
