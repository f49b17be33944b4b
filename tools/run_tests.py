"""Run every test on SQLite, those that touch the database on PostgreSQL too, and say what ran on which."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from defusedxml import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.install import ROOT
from tools.services import Missing, chromium, pango, postgresql, postgresql_version, redis_server, say

WORKERS = str(min(os.cpu_count() or 1, 4))
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Result:
    """What one run of pytest came to."""

    label: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    exit_code: int

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{self.label}: {counts} in {self.seconds:.0f} s"


def read_counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed (errors included) and skipped of a JUnit report; all 0 where pytest wrote none."""
    if not report.exists():
        return 0, 0, 0
    suites = list(ElementTree.fromstring(report.read_bytes()).iter("testsuite"))
    total, failed, errors, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return total - failed - errors - skipped, failed + errors, skipped


def run_pytest(label: str, *, environment: dict[str, str], arguments: list[str]) -> Result:
    """Run the suite once with `environment` on top of our own."""
    say(f"\n=== {label} ===")
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", WORKERS, "--dist", "worksteal", f"--junitxml={report}"]
        started = time.monotonic()
        done = subprocess.run([*command, *arguments], cwd=ROOT, env={**os.environ, **environment})
        seconds = time.monotonic() - started
        passed, failed, skipped = read_counts(report)
    return Result(label, passed, failed, skipped, seconds, done.returncode)


def main() -> int:
    """Find or start what the tests need, run them on both databases, and return pytest's worst exit code."""
    arguments = sys.argv[1:]
    results: list[Result] = []
    missing: list[str] = []
    with ExitStack() as services:
        environment: dict[str, str] = {}
        browser = chromium()
        if browser is None:
            missing.append(
                "Chromium: not on the path, and neither Debian's nor Playwright's could be installed; or Playwright's "
                "driver does not start, for want of libatomic1."
            )
        elif browser:
            environment["CHROMIUM"] = browser
        if not pango():
            missing.append("Pango: not installed, and Debian's package could not be; no PDF can be made.")
        if redis_url := services.enter_context(redis_server()):
            environment["TEST_REDIS_URL"] = redis_url
        else:
            missing.append("Redis: none on 127.0.0.1:6379, no redis-server on the path, and Debian's not installable.")
        sqlite = {"DATABASE_URL": "sqlite:///:memory:"}
        label = f"SQLite {sqlite3.sqlite_version}"
        results.append(run_pytest(label, environment={**environment, **sqlite}, arguments=arguments))
        try:
            url = services.enter_context(postgresql())
        except Missing as error:
            missing.append(f"PostgreSQL: {error}")
        else:
            label = f"PostgreSQL {postgresql_version(url)}"
            own = ["--migrations", "-m", "postgresql or locks or not any_database", *arguments]
            results.append(run_pytest(label, environment={**environment, "DATABASE_URL": url}, arguments=own))

    say("")
    for text in missing:
        say(f"Missing here, so not tested: {text}")
    say("; ".join(str(result) for result in results))
    passed, failed, skipped = (
        sum(getattr(result, name) for result in results) for name in ("passed", "failed", "skipped")
    )
    bad = [result.exit_code for result in results if result.exit_code not in (0, NO_TESTS_COLLECTED)]
    if passed + failed == 0:
        bad.append(NO_TESTS_COLLECTED)
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return max(bad, default=1 if missing else 0)


if __name__ == "__main__":
    sys.exit(main())
