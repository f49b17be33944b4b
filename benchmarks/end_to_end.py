"""A matching run from the database and back, on the database of DATABASE_URL; prints a table.

    python -m benchmarks.end_to_end 10000

It works in a test database of its own, which it makes and removes, on GENERATED postings without the topic.
"""

import argparse
import os
import random
import resource
import statistics
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from benchmarks.postings import make_postings  # noqa: E402
from directory.models import PriorityArea  # noqa: E402
from matching import engine  # noqa: E402
from matching.models import Match, MatchChange, ScoringProfile  # noqa: E402
from matching.runs.rematch import rematch  # noqa: E402
from matching.runs.running import run_matching  # noqa: E402
from matching.scoring.reading_arrays import ScoringTables  # noqa: E402
from surveys.models import Need, Offer  # noqa: E402
from web import bulk  # noqa: E402
from web.calendar.days import today  # noqa: E402

ALONE = 100
SEED = 2018


def seconds(work: Callable[[], object]) -> float:
    """Return how long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def row(what: str, took: float, note: str = "") -> None:
    """Print a line of the table."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"| {what} | {took:.2f} | {peak:,.0f} | {note} |", flush=True)


def kernel(profile: ScoringProfile) -> float:
    """Return the seconds of the engine alone, compiled before."""
    tables = ScoringTables.read(on=today(), profile=profile)
    arguments = (tables.needs, tables.offers, tables.reach, tables.preference, tables.profile, engine.Excluded.none())
    engine.suggest(*arguments)
    return min(seconds(lambda: engine.suggest(*arguments)) for _ in range(3))


def raw_copy() -> float:
    """Return the seconds of writing all matches and changes anew, committed: by COPY, or prepared statements."""
    stored = {}
    for model in (Match, MatchChange):
        names = [field.column for field in model._meta.concrete_fields]
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {", ".join(names)} FROM "{model._meta.db_table}"')
            stored[model] = (names, cursor.fetchall())
    MatchChange.objects.all().delete()
    Match.objects.all()._raw_delete(Match.objects.db)
    texts = {
        model: "\n".join("\t".join("\\N" if value is None else str(value) for value in values) for values in rows)
        for model, (_, rows) in stored.items()
    }

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for model, (names, rows) in stored.items():
                columns, holes = ", ".join(names), ", ".join(["%s"] * len(names))
                if bulk.is_postgresql():
                    import io

                    copy = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
                    cursor.copy_expert(copy, io.StringIO(texts[model]))
                else:
                    cursor.executemany(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({holes})', rows)

    return seconds(write)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, nargs="?", default=10_000)
    size = parser.parse_args().size
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_reference", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
        make_postings(needs=size, offers=size)
        if bulk.is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        profile = ScoringProfile.objects.create(
            code="default", is_default=True, weight_areas=45, weight_modalities=25, weight_region=30, weight_topic=0
        )
        print("| what | seconds | peak MB | |\n|---|---|---|---|")
        alone = kernel(profile)
        row("engine alone", alone)
        first = seconds(run_matching)
        row("first run: read, score, store all", first, f"{Match.objects.count():,} matches")
        unchanged = seconds(run_matching)
        row("run with nothing changed", unchanged)
        draw = random.Random(SEED)
        areas = list(PriorityArea.objects.scored())
        postings = [*Need.objects.order_by("pk"), *Offer.objects.order_by("pk")]
        took = []
        for posting in draw.sample(postings, ALONE):
            posting.areas.set(draw.sample(areas, draw.randint(1, 8)))
            took.append(seconds(lambda posting=posting: rematch(posting=posting)))  # type: ignore[misc]
        median = statistics.median(took)
        row(f"one posting changed, alone (median of {ALONE})", median, f"1/{first / median:.0f} of the first run")
        copied = raw_copy()
        row("raw COPY of the same rows", copied, f"first run ÷ (engine + COPY): {first / (alone + copied):.1f}")
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
