"""`make bench`: one table of what the engine takes beside what a user would pick instead, and docs/benchmarks.md.

    python -m benchmarks.report [--full]

Each measurement runs in a process of its own, so that its peak memory is its own; it is taken several times and the
median counts, after one more that compiles. All are given the same GENERATED tables, and the pairs and scores that they
find are compared. Ratios are what to read: seconds are of one machine on one day.
"""

import argparse
import gc
import importlib.metadata
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.generated import generated
from benchmarks.peers import PEERS, Found, exact

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
SIZES = (300, 1_000, 3_000, 10_000, 30_000)
FULL_SIZES = (*SIZES, 100_000)
LARGEST = {
    "PostgreSQL": 10_000,
    "dense NumPy": 10_000,
    "plain double loop, compiled": 10_000,
    "DuckDB": 30_000,
    "engine, NumPy alone": 30_000,
    "engine, NumPy alone, with topic": 10_000,
}
"""Beyond these a peer takes too long, or more memory than there is."""
PACKAGES = ("numpy", "numba", "scipy", "duckdb", "psycopg2-binary")


class Measured(NamedTuple):
    """One way of doing it, at one size."""

    what: str
    size: int
    seconds: float
    peak_mb: float
    same: str
    """Whether pairs and scores are those of the engine."""


def measure(what: str, size: int, repeat: int, with_topic: bool) -> tuple[float, float, Found]:
    """Run one way on the tables of this size; return median seconds, peak memory in MB, and what it found."""
    tables = generated(size, size, with_topic=with_topic)
    way: Callable[[Any], Found] = PEERS[what]
    if what.startswith(("engine", "plain")):
        way(generated(2_500, 2_500, with_topic=with_topic))
    seconds = []
    found: Found = (np.empty(0, np.int64), np.empty(0, np.int64))
    for _ in range(repeat):
        gc.collect()
        begun = time.perf_counter()
        found = way(tables)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10, found


def in_a_process_of_its_own(*arguments: Any) -> tuple[float, float, Found]:
    """Measure in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def measure_all(sizes: tuple[int, ...]) -> list[Measured]:
    """Measure every way at every size that it can take, and compare."""
    rows = []
    for size in sizes:
        reference: Found | None = None
        for what in PEERS:
            if size > LARGEST.get(what, size):
                continue
            if what == "PostgreSQL" and "BENCHMARK_POSTGRESQL" not in os.environ:
                continue
            repeat = 5 if what == "engine" else 3 if what == "DuckDB" else 1
            seconds, peak, found = in_a_process_of_its_own(what, size, repeat, False)
            reference = reference or found
            rows.append(Measured(what, size, seconds, peak, _same(what, found, reference)))
            print(_line(rows[-1], rows), flush=True)
        with_topic: list[Found] = []
        for what in ("engine", "engine, NumPy alone"):
            name = f"{what}, with topic"
            if size > LARGEST.get(name, size):
                continue
            seconds, peak, found = in_a_process_of_its_own(what, size, 3 if what == "engine" else 1, True)
            with_topic.append(found)
            rows.append(Measured(name, size, seconds, peak, _same(what, found, with_topic[0])))
            print(_line(rows[-1], rows), flush=True)
    return rows


def _same(what: str, found: Found, reference: Found) -> str:
    if np.array_equal(found[0], reference[0]) and np.array_equal(found[1], reference[1]):
        return "the same"
    in_both = len(np.intersect1d(found[0], reference[0]))
    if what in exact:
        sys.exit(f"{what} found other pairs or scores than the engine: {in_both:,} of {len(reference[0]):,} in both")
    return f"{in_both / len(reference[0]):.1%} of the pairs"


def _line(row: Measured, rows: list[Measured]) -> str:
    own = next(one.seconds for one in rows if one.size == row.size and one.what == "engine")
    per_pair = row.seconds / row.size**2 * 1e9
    return (
        f"| {row.what} | {row.size:,} × {row.size:,} | {row.seconds:.2f} | {row.peak_mb:,.0f} "
        f"| {row.seconds / own:.1f} | {per_pair:.2f} | {row.same} |"
    )


HEAD = """| what | needs × offers | seconds | peak MB | times the engine | ns a pair | pairs and scores |
|---|---|---|---|---|---|---|"""


def machine() -> str:
    """Return what it was measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}, {versions}"


def end_to_end(size: int) -> str:
    """Return the table of the whole way from the database and back, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.end_to_end", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True)
    return done.stdout.strip()


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="to 100,000 × 100,000 as well")
    full = parser.parse_args().full or os.environ.get("BENCH") == "full"
    size = int(os.environ.get("SIZE", "10000"))
    print(HEAD, flush=True)
    rows = measure_all(FULL_SIZES if full else SIZES)
    whole = {}
    databases = {"SQLite": "sqlite:///:memory:"}
    if url := os.environ.get("BENCHMARK_POSTGRESQL"):
        databases["PostgreSQL"] = url
    for name, url in databases.items():
        os.environ["DATABASE_URL"] = url
        whole[name] = end_to_end(size)
        print(f"\n{name}\n{whole[name]}", flush=True)
    lines = "\n".join(_line(row, rows) for row in rows)
    sections = "\n\n".join(f"### {name}, {size:,} × {size:,}\n\n{table}" for name, table in whole.items())
    PAGE.write_text(PAGE_TEXT.format(machine=machine(), table=f"{HEAD}\n{lines}", whole=sections), encoding="utf-8")


PAGE_TEXT = """# How fast the matching is, and beside what

Written by `make bench` (to 100,000 × 100,000: `make bench BENCH=full`), which measures all of it anew. Ratios are what
to read: the seconds are of one machine on one day, {machine}.

## The engine

Every need against every offer, the best 20 of each side, on generated tables: 24 areas, 6 modalities, 200 countries.
"The same" means the same pairs, with the same scores to the last millionth; of those with topic, the same as the
engine's with topic. The engine's loops are compiled where the extra `fast` is installed and there are four million
pairs or more, with topic one million; below, loading them takes longer than they save. Compiling itself, once a
machine, is not counted. "NumPy alone" are the functions that explain one pair, over blocks of needs and all offers.

{table}

DuckDB and PostgreSQL run set SQL over tables that are loaded already in the one case and loaded within the time in the
other; loading takes some hundredths of a second. The double loop scores every pair and sorts at the end.

## From the database and back

Read, score, store, on a database of its own. "Raw COPY" writes the rows of all those matches and of what is said of
them into the same tables, with their indexes and constraints, and commits: what no way of storing them can do without.

{whole}

How fast files of answers are brought in: [survey import](survey-import.md#how-fast-and-how-much-memory).
"""


if __name__ == "__main__":
    main()
