"""Coverage of the 2018 survey's Table 1: worked by hand in docs/coverage.md."""

import datetime as dt

import pytest
from django.test import Client

from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import CoverageTable, Row, coverage
from matching.coverage.counts.words import CellWord
from surveys.models import Survey
from tests.pages import Page
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def row_of(table: CoverageTable, area: str) -> Row:
    """The row of an area."""
    return next(row for row in table.rows if row.line.code == area)


def test_what_table_1_shows(edition: Survey) -> None:
    for on in (dt.date(2018, 6, 27), today()):
        table = coverage(reader=None, view=CoverageView(on, edition))
        statistics = row_of(table, "statistics")
        assert (statistics.whole.stated.seeking, statistics.offering.stated) == (3, 1)
        assert (statistics.whole.stated.without, statistics.whole.stated.at_most_one) == (1, 3)
        assert (statistics.whole.word, statistics.whole.is_as_stated) == (CellWord.THIN, True)
        urban = row_of(table, "urban-development")
        assert (urban.whole.stated.seeking, urban.offering.stated, urban.whole.word) == (1, 0, None)
        agriculture = row_of(table, "agriculture-food-security")
        assert (agriculture.whole.stated.seeking, agriculture.offering.stated) == (3, 8)
        assert agriculture.whole.word == CellWord.MANY
        assert {cell.confirmed.seeking for row in table.rows for cell in (*row.cells, *row.modalities)} == {0}


def test_it_stands_in_the_view_of_its_edition_alone(edition: Survey, client: Client) -> None:
    assert coverage(reader=None, view=CoverageView(today())).is_empty
    page = Page(client.get("/coverage/"))
    assert "Nothing is sought or offered in this view." in page.text
    assert "?edition=escap-unossc-2018" in page.links
    page = Page(client.get("/coverage/?edition=escap-unossc-2018"))
    assert "As of 27 June 2018" in page.text
    assert "as stated in 2018" in page.text
    assert edition.disclaimer in page.text
    assert "SDGs: named by 3 needs and 7 offers" in page.text


def test_what_is_as_printed_or_a_tag_has_no_row(edition: Survey) -> None:
    table = coverage(reader=None, view=CoverageView(today(), edition))
    codes = [row.line.code for row in table.rows]
    assert not {"sdgs", "security", "belt-and-road"} & set(codes)
    first = codes.index("connectivity")
    assert codes[first : first + 4] == ["connectivity", "ict", "trade", "transport"]
    assert [row.line.is_part for row in table.rows[first : first + 4]] == [False, True, True, True]
