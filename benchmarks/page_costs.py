"""What a page of a list costs as everybody's rows grow: the same pages at 10,000 and at 200,000 matches.

    python -m benchmarks.page_costs [10000 200000]

It works in test databases of its own on the database of DATABASE_URL, with GENERATED rows. Printed are milliseconds
of the processor and of the whole of each page, the ratio of the two sizes, and, on PostgreSQL, the most rows that a
node of a plan read, counts and what is offered to choose apart. And the processor's time of the anonymous lists beside
that of a page of text, /method/: of a page made anew, and of one that is kept for the next reader, see
`web.lists.kept_pages`; all other figures are of pages made anew.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

SETUP = {"DJANGO_SETTINGS_MODULE": "ssc_portal.settings", "SECRET_KEY": "only-for-benchmarks", "ENV_FILE": "/dev/null"}
REPEAT = 7
LISTS = ("/offers/", "/needs/", "/matches/", "/practices/", "/countries/", "/agencies/", "/coverage/", "/")
PAGES = {
    "anonymous": ("/method/", *LISTS, "/api/v1/matches/?page_size=100"),
    "partner": ("/matches/", "/api/v1/matches/?page_size=100", "/api/v1/matches/?page_size=100&ordering=-updated_at"),
    "focal point": ("/matches/", "/workspace/matches/", "/api/v1/matches/?page_size=100"),
    "coordinator": ("/matches/", "/workspace/matches/"),
    "reviewer": ("/api/v1/matches/?page_size=100",),
}


class Cost(NamedTuple):
    """What one page costs: seconds of the processor and of the clock, those of the next reader, and rows."""

    processor: float
    clock: float
    again: float
    rows: int


def measure(size: int) -> dict[str, Cost]:
    """Return the cost of each page at this size."""
    for name, value in SETUP.items():
        os.environ.setdefault(name, value)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_databases, teardown_databases

    from benchmarks.listed_matches import make_matches
    from benchmarks.plans import most_rows_read
    from ssc_portal.running.loaded import set_aside_what_is_loaded
    from web.lists import kept_pages

    # No whole environment of tests: it notes each template with its context, which no reader pays for.
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_reference", verbosity=0)
        make_matches(size)
        set_aside_what_is_loaded()
        found = {}
        for reader, pages in PAGES.items():
            client = Client()
            if user := _reader(reader):
                client.force_login(user)
            for page in pages:
                get = partial(client.get, page)
                if get().status_code != 200:
                    sys.exit(f"{reader} {page}: {get().status_code}")
                taken = [_timed(get, anew=kept_pages.PAGES.clear) for _ in range(REPEAT)]
                again = [_timed(get)[0] for _ in range(REPEAT)]
                kept_pages.PAGES.clear()
                found[f"{reader} {page}"] = Cost(
                    processor=statistics.median(processor for processor, _clock in taken),
                    clock=statistics.median(clock for _processor, clock in taken),
                    again=statistics.median(again),
                    rows=most_rows_read(get)[0] if connection.vendor == "postgresql" else 0,
                )
        return found
    finally:
        teardown_databases(old, verbosity=0)


def _reader(name: str) -> Any:
    from directory.models import Agency
    from tests.factories import UserFactory

    agency = Agency.objects.get(code="generated-7")
    if name == "anonymous":
        return None
    return UserFactory(role=name.replace(" ", "_"), role__agency=agency)


def _timed(work: Callable[[], Any], *, anew: Callable[[], Any] = lambda: None) -> tuple[float, float]:
    anew()
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - clock


def main() -> None:
    """Measure each size in a process of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 200_000])
    sizes = parser.parse_args().sizes
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        measured = [pool.apply(measure, (size,)) for size in sizes]
    print(f"| page | {' | '.join(f'ms at {size:,} (processor)' for size in sizes)} | ratio | rows a node reads |")
    print(f"|---|{'---|' * len(sizes)}---|---|")
    for page in measured[0]:
        cells = [f"{one[page].clock * 1000:.0f} ({one[page].processor * 1000:.0f})" for one in measured]
        ratio = measured[-1][page].clock / measured[0][page].clock
        print(f"| {page} | {' | '.join(cells)} | {ratio:.2f} | {measured[-1][page].rows:,} |")
    method = measured[-1]["anonymous /method/"].processor
    print(f"\nThe processor's time of anonymous pages, times that of /method/, at {sizes[-1]:,} matches:\n")
    print("| page | made anew | kept for the next reader |\n|---|---|---|")
    for page in LISTS:
        cost = measured[-1][f"anonymous {page}"]
        print(f"| {page} | {cost.processor / method:.1f} | {cost.again / method:.2f} |")


if __name__ == "__main__":
    main()
