"""Whose row it is: what is suggested where the country is not known, and cells that are merged."""

import io
from types import SimpleNamespace

import pytest
from openpyxl import Workbook

from surveys.importing.applying import import_file
from surveys.importing.layout.opening import open_import
from surveys.models import Question, Questionnaire, Section, Survey
from surveys.reading.cells import CellError, MergedCells
from surveys.reading.child import workbook as child
from surveys.reading.source_file import open_file
from tests.factories import SurveyFactory

pytestmark = pytest.mark.any_database


@pytest.fixture
def survey(reference: None) -> Survey:
    """A survey that asks for the country and for a text."""
    survey = SurveyFactory()
    section = Section.objects.create(
        questionnaire=Questionnaire.objects.create(survey=survey), code="all", label="All", position=1
    )
    Question.objects.create(section=section, code="country", label="Country", feeds="country", headings="nation")
    Question.objects.create(section=section, code="topic", label="Topic")
    return survey


def errors_of(survey: Survey, data: bytes, decisions: dict[str, dict[str, str]] | None = None) -> list[CellError]:
    return import_file(survey=survey, data=data, file_name="answers", dry_run=True, decisions=decisions).errors


def workbook(rows: list[list[object]], *merged: str) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    for cells in merged:
        page.merge_cells(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heading", "cell", "suggested"),
    [
        ("iso3", "NA", "NAM"),
        ("iso3", "na", "NAM"),
        ("country", "NA", "NAM"),
        ("country", "FJ", "FJI"),
        ("country", "NPL", "NPL"),
        ("country", "oPt", "PSE"),
        ("country", "Česká republika", "CZE"),
        ("country", "Lietuvos Respublika", "LTU"),
        ("country", "Koninkrijk der Nederlanden", "NLD"),
    ],
)
def test_a_likely_country_is_suggested_and_choosing_it_holds(survey: Survey, heading: str, cell: str, suggested: str):
    data = f"{heading},topic\n{cell},Rice\n".encode()
    (error,) = errors_of(survey, data)
    assert error.choices[0] == suggested
    assert "more than one country" not in error.message
    assert errors_of(survey, data, {"country": {error.entry: suggested}}) == []


@pytest.mark.django_db
def test_a_choice_holds_for_a_column_of_codes_too(survey: Survey):
    data = b"iso3,topic\nCHX,Rice\n"
    (error,) = errors_of(survey, data)
    assert errors_of(survey, data, {"country": {error.entry: "CHN"}}) == []


@pytest.mark.django_db
def test_what_names_no_country_at_all_suggests_none(survey: Survey):
    for cell in ("", "-", "n/a"):
        (error,) = errors_of(survey, f"country,topic\n{cell},Rice\n".encode())
        assert error.choices == ()


@pytest.mark.django_db
def test_a_country_in_merged_cells_is_said_to_be_merged(survey: Survey):
    data = workbook([["country", "topic"], ["Fiji", "Rice"], [None, "Ports"], [None, "Roads"]], "A2:A3")
    merged, empty = errors_of(survey, data)
    assert (merged.row, empty.row) == (3, 4)
    assert "merged with others (A2:A3), and the text stands in A2 alone" in merged.message
    assert "merged" not in empty.message


@pytest.mark.django_db
def test_other_merged_cells_below_the_headings_are_named(survey: Survey):
    rows: list[list[object]] = [["Answers", None], ["country", "topic"], ["Fiji", "Rice"], ["Nepal", None]]
    opened = open_import(survey, workbook(rows, "A1:B1", "B3:B4"))
    (said,) = [notice for notice in opened.notices if "Merged cells" in notice]
    assert "(B3:B4)" in said


def test_merged_cells_are_found_by_sheet():
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, cells in (("main", "AB2:AD7"), ("plain", ""), ("hidden", "A1:A2")):
        page = book.create_sheet(name)
        page.append(["mergeCell"])
        if cells:
            page.merge_cells(cells)
    book["hidden"].sheet_state = "hidden"
    written = io.BytesIO()
    book.save(written)
    found = open_file(written.getvalue()).merged
    assert found == {"main": [MergedCells(2, 27, 7, 29)]}
    assert str(found["main"][0]) == "AB2:AD7"


def test_a_mark_of_merged_cells_is_found_once_across_the_borders_of_what_is_read(monkeypatch: pytest.MonkeyPatch):
    part = b"<sheetData/>" + b"".join(b'<x:mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(1, 100))
    sheet = SimpleNamespace(_get_source=lambda: io.BytesIO(part))
    for size in (7, 100, 1_000_000):
        monkeypatch.setattr(child, "CHUNK", size)
        assert child._merged_cells(sheet) == [(row, 0, row, 1) for row in range(1, 100)]
