"""What the tests of imports share: the shipped table, and a file made of it with some cells changed."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from surveys.answering.edition import DATA
from surveys.models import Survey

TABLE = DATA / "survey_2018_table1.csv"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"

Cells = dict[str, str]
MakeFile = Callable[..., bytes]


@pytest.fixture
def survey(unreleased: Survey) -> Survey:
    """The 2018 edition before its results are released: what files do to a released one is in `test_released`."""
    return unreleased


def table_rows() -> list[Cells]:
    """The rows of Table 1 as the project ships it."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def as_csv(rows: Iterable[Mapping[str, str]], *, columns: Iterable[str] | None = None, delimiter: str = ",") -> bytes:
    rows = list(rows)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(columns or rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def as_xlsx(rows: Iterable[Mapping[str, object]], *, sheet: str = "Table 1") -> bytes:
    rows = list(rows)
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(list(rows[0]))
    for row in rows:
        page.append([value if value != "" else None for value in row.values()])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def changed(whose: str, **cells: str) -> list[Cells]:
    """The rows of Table 1 with some cells of one row changed."""
    return [row | cells if row["iso3"] == whose else row for row in table_rows()]
