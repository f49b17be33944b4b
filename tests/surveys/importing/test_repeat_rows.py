"""Rows of a sheet that repeats are found by the row that they belong to, and do not stand in memory meanwhile."""

import tracemalloc
from collections.abc import Iterable, Iterator

import pytest

from surveys.importing.layout.repeat_rows import MOST_NAMED, RepeatRows
from surveys.importing.layout.table import Repeats, SheetTable
from surveys.importing.layout.tools import KOBO
from surveys.models import Need, Survey
from surveys.reading.cells import SheetSource, SourceRow
from tests.surveys.importing.test_kobo_and_odk import MAIN, bring_in, edition, repeat_sheet
from tests.surveys.workbooks import workbook

pytestmark = pytest.mark.any_database

__all__ = ["edition"]


def rows_of(parents: Iterable[str], text: str = "x") -> Iterator[SourceRow]:
    """Rows from the second on; their first cell names the row that they belong to."""
    for number, parent in enumerate(parents, start=2):
        yield SourceRow(number, (parent, f"{text} {number}", "2.5"), (2,))


def repeat_rows(parents: Iterable[str], text: str = "x") -> RepeatRows:
    sheet = SheetSource("need", lambda: rows_of(parents, text))
    return RepeatRows(Repeats(SheetTable(sheet, (), first_row=2, tool=KOBO), parent=0, linked_by=1))


def owner(key: str) -> SourceRow:
    return SourceRow(2, ("Nepal", key))


def test_rows_are_found_as_they_were_and_in_their_order() -> None:
    rows = repeat_rows(["2", "1", "", "2"])
    assert rows.of(owner("2")) == [
        ("need", SourceRow(2, ("2", "x 2", "2.5"), (2,))),
        ("need", SourceRow(5, ("2", "x 5", "2.5"), (2,))),
    ]
    assert [row.number for _sheet, row in rows.of(owner("1"))] == [3]


@pytest.mark.parametrize("row", [owner(""), owner("3"), SourceRow(2, ("Nepal",))])
def test_a_row_without_repetitions_has_none(row: SourceRow) -> None:
    assert repeat_rows(["", "1"]).of(row) == []


def test_rows_that_belong_to_none_are_named() -> None:
    rows = repeat_rows(["1", "", "7", "1"])
    rows.note_owner(owner("1"))
    rows.note_owner(owner(""))
    said = "Rows of the sheet “need” belong to no row of the table, and were not read: 3, 4."
    assert rows.notice_of_orphans() == said


def test_where_each_row_belongs_to_one_nothing_is_said() -> None:
    rows = repeat_rows(["1", "1"])
    rows.note_owner(owner("1"))
    assert rows.notice_of_orphans() == ""


def test_of_many_rows_that_belong_to_none_the_first_are_named() -> None:
    said = repeat_rows(["9"] * (MOST_NAMED + 5)).notice_of_orphans()
    assert said.endswith("19, 20, 21 ….")


def test_many_rows_take_little_memory() -> None:
    many = 50_000
    tracemalloc.start()
    rows = repeat_rows((str(number // 5) for number in range(many)), text="some words of an answer " * 5)
    assert len(rows.of(owner("7"))) == 5
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The texts alone are six million characters.
    assert peak < 1_000_000


@pytest.mark.django_db
def test_the_preview_names_them(edition: Survey) -> None:
    needs = [*repeat_sheet(["Priority areas", "Remarks"], ["Gender", "of the row"]), ["ICT", "of none", 2, "main", 99]]
    outcome = bring_in(edition, workbook(main=MAIN, need=needs))
    assert outcome.opened is not None
    said = "Rows of the sheet “need” belong to no row of the table, and were not read: 3."
    assert said in outcome.opened.notices
    assert [need.text.partition("\n")[0] for need in Need.objects.filter(survey=edition)] == ["of the row"]
