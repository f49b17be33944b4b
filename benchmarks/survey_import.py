"""Time the import of a survey file against reading the same file with the reader library alone.

    python -m benchmarks.survey_import [--rows 10000]

The workbook is GENERATED from a fixed seed: 204 countries, answers to every kind of question, every row a response of
its own. Each way runs in a process of its own, so that its peak memory is its own; half as many rows are imported too,
to see whether memory grows with them. The database is SQLite on disk unless DATABASE_URL says otherwise.
"""

import argparse
import csv
import io
import multiprocessing
import os
import random
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl

SEED = 2018
CODE = "escap-unossc-2018"
HEADINGS = (
    "ID", "Start time", "Completion time", "country", "agency", "email", "role", "modalities", "areas", "countries",
    "contribution_usd", "available_from", "institutions", "policy", "channels",
)  # fmt: skip
MODALITIES = ("Financial", "Experts/knowledge", "Training", "Advisory services", "Study visits", "Technology transfer")
AREAS = (
    "Environment and climate change", "Disaster risk reduction", "Rural development", "Urban development",
    "Sustainable agriculture/food security", "Energy, renewables", "Water and waste management", "ICT", "Trade",
    "Transport", "Statistics", "Finance", "Health, community development",
)  # fmt: skip
PLACES = (
    "Africa",
    "LDCs",
    "SIDS",
    "Fiji",
    "Nepal",
    "Cambodia",
    "Samoa",
    "CLMV",
    "Asia and the Pacific",
    "Our neighbours",
)


def make_workbook(path: Path, *, rows: int, countries: list[str]) -> None:
    """Write a workbook of generated answers."""
    draw = random.Random(SEED)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.append(HEADINGS)

    def some(of: tuple[str, ...], joined: str, most: int) -> str:
        return joined.join(draw.sample(of, draw.randint(1, most)))

    for number in range(1, rows + 1):
        sheet.append(
            (
                number,
                "2026-11-03 09:01:05",
                "2026-11-03 09:14:00",
                draw.choice(countries),
                f"Generated agency {number % 40}",
                f"generated{number}@example.org",
                draw.choice(("It offers", "It seeks", "It offers;It seeks;")),
                some(MODALITIES, ";", 4) + ";",
                some(AREAS, ";", 5) + ";",
                some(PLACES, ", ", 4),
                draw.choice((None, 500_000, 1_549_800)),
                draw.choice((None, "2027-01-15")),
                "A dedicated agency",
                "In preparation",
                "Bilateral; Triangular",
            )
        )
    book.save(path)


def _read(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for sheet in book.worksheets for _row in sheet.iter_rows(values_only=True))


def _import(path: Path) -> int:
    _prepare(path.parent)
    from surveys.importing.applying import import_file
    from surveys.models import Response, Survey

    data = path.read_bytes()
    begin = time.perf_counter()
    outcome = import_file(survey=Survey.objects.get(code=CODE), data=data, file_name=path.name)
    _timed(begin)
    assert not outcome.errors, outcome.errors[:3]
    return Response.objects.count()


def _again(path: Path) -> int:
    _import(path)
    from surveys.importing.applying import import_file
    from surveys.models import Survey

    begin = time.perf_counter()
    outcome = import_file(survey=Survey.objects.get(code=CODE), data=path.read_bytes(), file_name=path.name)
    _timed(begin)
    return outcome.results["unchanged"]


def _prepare(folder: Path) -> None:
    # On disk: rows in the memory of the process would be counted as the import's own.
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/{os.getpid()}.sqlite3")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    out = io.StringIO()
    call_command("load_reference", stdout=out)
    call_command("load_surveys", stdout=out)
    from surveys.models import Survey

    Survey.objects.filter(code=CODE).update(publishes_on_import=False)


_TIMES: list[float] = []


def _timed(begin: float) -> None:
    _TIMES.append(time.perf_counter() - begin)


def _measure(way: str, path: Path) -> tuple[float, int, float]:
    begin = time.perf_counter()
    count = {"read": _read, "import": _import, "again": _again}[way](path)
    seconds = _TIMES[-1] if _TIMES else time.perf_counter() - begin
    return seconds, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(way: str, path: Path) -> tuple[float, int, float]:
    """Return seconds, rows and peak memory (MB) of one way, in a process of its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, way, path).result()


def _countries() -> list[str]:
    with Path("directory/data/countries.csv").open(encoding="utf-8", newline="") as lines:
        # "Congo" could be two: the import would ask.
        return [row["name"] for row in csv.DictReader(lines) if row["is_listed"] == "yes" and row["name"] != "Congo"]


def main() -> None:
    """Print rows per second, the ratio, and how memory grows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz")
    for name, value in (
        ("DEBUG", "off"),
        ("ALLOWED_HOSTS", "localhost"),
        ("CACHE_URL", "locmemcache://"),
        ("LOG_LEVEL", "WARNING"),
    ):
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")
    sys.path.insert(0, "")
    with TemporaryDirectory() as folder:
        whole, half = Path(folder) / "whole.xlsx", Path(folder) / "half.xlsx"
        countries = _countries()
        make_workbook(whole, rows=rows, countries=countries)
        make_workbook(half, rows=rows // 2, countries=countries)
        print(f"{rows} rows, {len(HEADINGS)} columns, {whole.stat().st_size / 1e6:.1f} MB; generated, seed {SEED}")
        seconds, count, memory = measure("read", whole)
        print(f"reader library alone   {seconds:7.1f} s {count / seconds:8.0f} rows/s  peak {memory:5.0f} MB")
        alone = seconds
        for name, way, path in (
            ("import, half the rows", "import", half),
            ("import", "import", whole),
            ("the same file again", "again", whole),
        ):
            seconds, count, memory = measure(way, path)
            print(
                f"{name:22} {seconds:7.1f} s {count / seconds:8.0f} rows/s  peak {memory:5.0f} MB"
                + (f"  {seconds / alone:.1f} × reading" if path is whole else "")
            )


if __name__ == "__main__":
    main()
