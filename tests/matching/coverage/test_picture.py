"""The heat matrix: each square says what its cell of the table counts, in a word, a letter and a pattern."""

import datetime as dt
import re
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import CoverageTable, coverage
from matching.coverage.counts.words import LETTERS, CellWord
from matching.coverage.shown.picture import heat_matrix
from surveys.models import Survey
from tests.factories import ConfirmedNeedFactory, CountryFactory
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
STATED_IN_2018 = dt.date(2018, 6, 27)


def cells_by_place(table: CoverageTable) -> dict[tuple[str, str], Any]:
    return {(str(cell.line.area), cell.column.label): cell for row in table.rows for cell in row.cells}


def test_every_cell_in_which_somebody_seeks_has_its_square_and_no_other(edition: Survey) -> None:
    table = coverage(reader=None, view=CoverageView(STATED_IN_2018, edition))
    picture = heat_matrix(table)
    cells = cells_by_place(table)
    drawn = {(picture.rows[one.row].label, picture.columns[one.column]): one for one in picture.squares}
    assert set(drawn) == {place for place, cell in cells.items() if cell.stated.seeking}
    for place, square in drawn.items():
        cell = cells[place]
        numbers = f"seeking {cell.confirmed.seeking} / {cell.stated.seeking}, "
        numbers += f"partners {cell.confirmed.partners} / {cell.stated.partners}"
        assert square.says.endswith(numbers), place
        letter = f"{LETTERS[cell.word]} " if cell.word else ""
        assert square.text == f"{letter}{cell.stated.seeking}", place


def test_what_is_not_confirmed_is_grey_and_its_word_a_pattern(edition: Survey) -> None:
    picture = heat_matrix(coverage(reader=None, view=CoverageView(STATED_IN_2018, edition)))
    row = next(place for place, one in enumerate(picture.rows) if one.label == "Statistics")
    square = next(one for one in picture.squares if one.row == row and one.column == 0)
    assert (square.text, square.pattern, square.style) == ("T 3", "dots", "thin as-stated")
    assert square.says.startswith("Statistics, All that seek: Thin, as stated; ")


def test_a_gap_of_confirmed_needs_has_its_colour() -> None:
    for iso3 in ("KHM", "LAO", "VNM"):
        ConfirmedNeedFactory(country=CountryFactory(iso3=iso3))
    picture = heat_matrix(coverage(reader=None, view=CoverageView(today())))
    square = picture.squares[0]
    assert (square.text, square.style, square.pattern) == ("G 3", CellWord.GAP.value, "")
    assert square.fill != "none"
    # Lines in which nobody seeks stand in the table alone.
    assert [row.label for row in picture.rows] == ["Energy"]


def test_the_picture_as_a_file_equals_that_of_the_page(edition: Survey, client: Client) -> None:
    page = client.get("/coverage/?edition=escap-unossc-2018").content.decode()
    response = client.get("/coverage/files/coverage.svg?edition=escap-unossc-2018")
    assert response["Content-Type"] == "image/svg+xml"
    drawn: Any = fromstring(response.content.decode())
    squares = [one for one in drawn.iter() if one.get("class", "").startswith("square ")]
    in_the_page = re.findall(
        r'<g class="square [^"]*"><title>([^<]*)</title>.*?<text [^>]*>([^<]*)</text>', page, re.DOTALL
    )
    assert [(one[0].text, one[2].text) for one in squares] == [
        (says.replace("&#x27;", "'"), text) for says, text in in_the_page
    ]
    assert len(squares) > 20
    said = " ".join(" ".join(drawn.itertext()).split())
    assert "As of 27 June 2018" in said
    assert "Not confirmed by the Governments unless it says so." in said


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/coverage/files/coverage.svg", 404),
        ("/coverage/files/duplication.svg", 404),
        ("/coverage/files/coverage.svg?on=never", 400),
        ("/coverage/files/coverage.png", 404),
    ],
)
def test_there_is_no_picture_of_nothing(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status
