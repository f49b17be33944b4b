"""`make bench`: the engine beside its peers, runs from the database and back, a survey's file; SIZE= rows."""

import os
import subprocess
import sys
from pathlib import Path

from tools.services import Missing, postgresql

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str, **environment: str) -> None:
    """Run one benchmark in a process of its own."""
    print(flush=True)
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **environment}, check=True)


def main() -> None:
    """Run them all."""
    try:
        with postgresql() as url:
            run("benchmarks.report", BENCHMARK_POSTGRESQL=url)
    except Missing as error:
        print(f"Not measured on PostgreSQL: {error}")
        run("benchmarks.report")
    run("benchmarks.survey_import", "--rows", os.environ.get("SIZE", "10000"))


if __name__ == "__main__":
    main()
