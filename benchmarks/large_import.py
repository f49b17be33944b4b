"""Time a large file of answers, step by step, against reading the same file with the reader library alone.

    python -m benchmarks.large_import [--rows 20000] [--of csv xlsx] [--times 1] [--steps preview write script]

The files are MADE UP from a fixed seed: as KoboToolbox writes them, 70 columns of every kind of question, several
answers as one column and as 0/1 columns; the workbook has a sheet that repeats, with two rows for each answer. Reading
alone is `csv.reader`, or openpyxl in its read-only mode. The steps are those of the page: preview, writing, the same
file again, a file of which 30 % of the rows have changed, and undoing that; beside them stands a short script that
stores the same cells by `bulk_create` and checks nothing. Each runs in a process of its own, whose peak memory is
printed; queries are counted. Times reading are of seconds of computing, the child's among them, so that
others who use the machine do not count; on PostgreSQL the server's are not among them.

The database is SQLite on disk unless DATABASE_URL names a throwaway one, which is emptied.
"""

import argparse
import csv
import io
import multiprocessing
import os
import resource
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl

from benchmarks.large_files import COLUMNS, form, make_file
from benchmarks.large_script import store

CODE = "made-up-large"
PREPARED = "sqlite:///"
READING, PARSING = "reading alone", "parsing, in a child"
SCRIPT = "script"
STEPS = (PARSING, "preview", "write", "again", "changed: preview", "changed: write", "undo", SCRIPT)


@dataclass(frozen=True)
class Measured:
    """One step: seconds by the clock and of computing, peak memory in MB, and queries."""

    seconds: float
    computing: float
    peak_mb: float
    queries: int = 0


def _read(path: Path) -> int:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return sum(1 for _row in csv.reader(lines))
    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for sheet in book.worksheets for _row in sheet.iter_rows(values_only=True))


def _parse(path: Path) -> None:
    """Let the child parse the file, as each step does first."""
    from web.child.calling import answer_of_child
    from web.child.limits import Limits

    limits = Limits(seconds=300, answer_bytes=500_000_000)
    answer_of_child("surveys.reading.child.tables", path.read_bytes(), limits=limits, options={"rows": 50_000})


def _prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    out = io.StringIO()
    call_command("load_reference", stdout=out)
    call_command("load_surveys", stdout=out)
    from allauth.mfa.totp.internal.auth import TOTP

    from directory.models import User
    from surveys.models import Survey
    from surveys.questionnaires.form import add_version

    manager = User.objects.create_superuser("made-up@example.org", "only-for-benchmarks")
    TOTP.activate(manager, "JBSWY3DPEHPK3PXP")
    survey = Survey.objects.create(code=CODE, title="A made-up survey", publishes_on_import=False)
    add_version(survey, form())


def _step(name: str, path: Path) -> None:
    """Do one step of the page, as a worker does it."""
    from directory.models import User
    from surveys.importing import jobs
    from surveys.models import Import, Survey

    survey, by = Survey.objects.get(code=CODE), User.objects.get(email="made-up@example.org")
    if "write" in name:
        made = Import.objects.filter(survey=survey).latest("pk")
        jobs.begin_applying(file_import=made, partial=False, by=by)
    elif name == "undo":
        made = Import.objects.filter(survey=survey).latest("pk")
        jobs.begin_undoing(file_import=made, by=by)
    else:
        made = jobs.upload(survey=survey, file_name=path.name, data=path.read_bytes(), by=by)
    _work(made.pk)
    if name == "again":
        jobs.begin_applying(file_import=made, partial=False, by=by)
        _work(made.pk)
    made.refresh_from_db()
    if made.error or made.state not in ("previewed", "applied", "undone"):
        sys.exit(f"{name}: {made.state}: {made.error}")


def _store_by_script(path: Path) -> None:
    from surveys.models import Survey

    store(path, survey=Survey.objects.create(code="by-script", title="A made-up survey, by a script"))


def _work(pk: int) -> None:
    from web.jobs.doing import do

    do("surveys.tasks.run_import", pk)


def _measure(name: str, path: Path) -> Measured:
    queries = 0
    if name in (READING, PARSING):
        begin, computed = time.perf_counter(), _computing()
        (_read if name == READING else _parse)(path)
    else:
        import django

        django.setup()
        from django.db import connection

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*arguments)

        begin, computed = time.perf_counter(), _computing()
        with connection.execute_wrapper(count):
            if name == "prepare":
                _prepare()
            elif name == SCRIPT:
                _store_by_script(path)
            else:
                _step(name, path)
    seconds, computing = time.perf_counter() - begin, _computing() - computed
    # A child's own peak can be told only where whoever begins it is small: it is counted from before it was one.
    who = resource.RUSAGE_CHILDREN if name == PARSING else resource.RUSAGE_SELF
    return Measured(seconds, computing, resource.getrusage(who).ru_maxrss / 1024, queries)


def _computing() -> float:
    """Return seconds of computing, the child's among them: others who use the machine do not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(name: str, path: Path) -> Measured:
    """Measure one step in a process of its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, name, path).result()


def _countries() -> list[str]:
    with Path("directory/data/countries.csv").open(encoding="utf-8", newline="") as lines:
        return [row["iso3"] for row in csv.DictReader(lines) if row["is_listed"] == "yes"]


def _begin_anew(folder: Path, kind: str) -> None:
    """Give the database reference data and the made-up survey, and nothing else."""
    if not os.environ.get("DATABASE_URL", PREPARED).startswith(PREPARED):
        measure("prepare", folder)
        return
    prepared = folder / "prepared.sqlite3"
    if not prepared.exists():
        os.environ["DATABASE_URL"] = f"{PREPARED}{prepared}"
        measure("prepare", folder)
    database = folder / f"{kind}.sqlite3"
    for left in folder.glob(f"{database.name}*"):
        left.unlink()
    shutil.copy(prepared, database)
    os.environ["DATABASE_URL"] = f"{PREPARED}{database}"


def _takes_the_changed(step: str) -> bool:
    return step.startswith(("changed", "undo"))


def run(folder: Path, kind: str, *, count: int, steps: tuple[str, ...] = STEPS) -> None:
    """Measure all steps of one kind of file, and print them as a table."""
    first, second = folder / f"made-up.{kind}", folder / f"made-up-changed.{kind}"
    codes = _countries()
    make_file(first, count=count, codes=codes)
    if any(_takes_the_changed(name) for name in steps):
        make_file(second, count=count, codes=codes, changed=0.3)
    _begin_anew(folder, kind)
    alone = measure(READING, first)
    sheets = f", and {2 * count:,} rows that repeat" if kind == "xlsx" else ""
    print(f"\n{kind.upper()}: {count:,} rows × {COLUMNS} columns{sheets}, {first.stat().st_size / 1e6:.1f} MB; made up")
    print("| step | seconds | of computing | times reading | peak MB | queries | for 500 rows |")
    print("|---|---|---|---|---|---|---|")
    print(f"| {READING} | {alone.seconds:.2f} | {alone.computing:.2f} | 1.0 | {alone.peak_mb:,.0f} | | |", flush=True)
    done: dict[str, Measured] = {}
    for name in steps:
        path = second if _takes_the_changed(name) else first
        one = done[name] = measure(name, path)
        lots = -(-count // 500)
        print(
            f"| {name} | {one.seconds:.1f} | {one.computing:.1f} | {one.computing / alone.computing:.1f} "
            f"| {one.peak_mb:,.0f} | {one.queries:,} | {one.queries / lots:.1f} |",
            flush=True,
        )
    if {"preview", "write"} <= done.keys():
        both = [done[name] for name in ("preview", "write")]
        seconds, computing = sum(one.seconds for one in both), sum(one.computing for one in both)
        ratio = computing / alone.computing
        print(f"| preview and writing | {seconds:.1f} | {computing:.1f} | {ratio:.1f} | | | |", flush=True)


def main() -> None:
    """Print a table for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--of", nargs="+", default=["csv", "xlsx"], choices=["csv", "xlsx"])
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument(
        "--steps", nargs="+", default=STEPS, choices=STEPS, help="in this order; writing needs a preview"
    )
    parser.add_argument("--folder", help="keep the files and the database here, instead of removing them")
    arguments = parser.parse_args()
    for name, value in (
        ("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz"),
        ("DEBUG", "off"),
        ("ALLOWED_HOSTS", "localhost"),
        ("CACHE_URL", "locmemcache://"),
        ("LOG_LEVEL", "WARNING"),
        ("DJANGO_SETTINGS_MODULE", "ssc_portal.settings"),
    ):
        os.environ.setdefault(name, value)
    sys.path.insert(0, "")
    with TemporaryDirectory() as temporary:
        folder = Path(arguments.folder or temporary)
        # What an earlier run has left there may be of another schema.
        (folder / "prepared.sqlite3").unlink(missing_ok=True)
        for kind in arguments.of:
            for _time in range(arguments.times):
                run(folder, kind, count=arguments.rows, steps=tuple(arguments.steps))


if __name__ == "__main__":
    main()
