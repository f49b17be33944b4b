"""`make bench`: the engine, a survey file brought in, a rematch end to end on both databases; SIZE= rows a side."""

import os
import subprocess
import sys
from pathlib import Path

from tools.services import Missing, postgresql

ROOT = Path(__file__).resolve().parent.parent


def run(title: str, *command: str, **environment: str) -> None:
    """Run one benchmark in a process of its own, so that its peak memory is its own."""
    print(f"\n=== {title} ===", flush=True)
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **environment}, check=True)


def main() -> None:
    """Run them all."""
    size = os.environ.get("SIZE", "10000")
    run("Engine against dense floats", "benchmarks.engine")
    run("A survey's file against reading it alone", "benchmarks.survey_import", "--rows", size)
    run("Rematch on SQLite, in memory", "benchmarks.rematch", size, DATABASE_URL="sqlite:///:memory:")
    try:
        with postgresql() as url:
            run("Rematch on PostgreSQL", "benchmarks.rematch", size, DATABASE_URL=url)
    except Missing as error:
        sys.exit(f"Not measured on PostgreSQL: {error}")


if __name__ == "__main__":
    main()
