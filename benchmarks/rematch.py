"""Rematch N needs × N offers end to end, on the database of DATABASE_URL: seconds and peak memory.

    python -m benchmarks.rematch 10000

It works in a test database of its own, which it makes and removes. The first run stores every match, the second
finds nothing to change, the third follows a change of every hundredth need.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from benchmarks.postings import make_postings  # noqa: E402
from directory.models import PriorityArea  # noqa: E402
from matching.models import Match, MatchRun  # noqa: E402
from matching.runs import run_matching  # noqa: E402
from surveys.models import Need  # noqa: E402


def peak_megabytes() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(what: str, work: Callable[[], MatchRun]) -> None:
    """Do the work and print a line: what, seconds, peak memory, and what the run counted."""
    begun = time.perf_counter()
    run = work()
    counts = ", ".join(f"{name} {run.counts[name]}" for name in ("suggested", "new", "moved", "gone"))
    print(f"{what:<28} {time.perf_counter() - begun:7.2f} s  peak {peak_megabytes():6.0f} MB  {counts}", flush=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, nargs="?", default=10_000)
    size = parser.parse_args().size
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_reference", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
        make_postings(needs=size, offers=size)
        print(f"{connection.vendor}: {size} needs × {size} offers, generated; peak {peak_megabytes():.0f} MB before")
        timed("first run, all new", run_matching)
        timed("second run, nothing changed", run_matching)
        area = PriorityArea.objects.scored().first()
        assert area is not None
        for need in Need.objects.order_by("pk")[::100]:
            need.areas.set([area])
        timed("third run, 1 % of needs", run_matching)
        print(f"{Match.objects.count()} matches stored")
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
