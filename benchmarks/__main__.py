"""`make bench`: the engine beside its peers, runs, a stream of the API, a survey's file; SIZE= rows."""

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
            run("benchmarks.page_costs", DATABASE_URL=url)
    except Missing as error:
        print(f"Not measured on PostgreSQL: {error}")
        run("benchmarks.report")
    run("benchmarks.ndjson", "--offers", os.environ.get("SIZE", "10000"))
    run("benchmarks.survey_import", "--rows", os.environ.get("SIZE", "10000"))
    run("benchmarks.large_import", "--rows", os.environ.get("ROWS", "20000"))


if __name__ == "__main__":
    main()
