"""Pictures of lists: each number is that of the list it leads to, whatever filters are on."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
)
from tests.pages import Page
from web.pictures.bars import BarPicture

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def postings() -> None:
    """Offers and needs of two countries: confirmed and not, open, closed and withdrawn."""
    thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
    for confirmed, published in (
        (ConfirmedOfferFactory, PublishedOfferFactory),
        (ConfirmedNeedFactory, PublishedNeedFactory),
    ):
        confirmed(country=thailand, areas=["energy", "trade"], modalities=["training"])
        confirmed(country=cambodia, areas=["energy"], modalities=["training", "financial"])
        published(country=cambodia, areas=["energy"], modalities=["experts"], confirmed_on=None)
        published(country=thailand, areas=["trade"], modalities=["training"], confirmed_on=None)
        published(country=thailand, areas=["trade"], modalities=["training"], closes_on="2020-01-01")
        published(country=thailand, areas=["health"], modalities=["training"], status="withdrawn")


def pictures(client: Client, kind: str, **query: Any) -> dict[str, BarPicture]:
    response = client.get(f"/{kind}/", query)
    assert response.status_code == 200
    return {picture.name: picture for picture in response.context["pictures"]}


@pytest.mark.parametrize("kind", ["offers", "needs"])
@pytest.mark.parametrize(
    "query",
    [{}, {"country": "THA"}, {"area": "trade"}, {"modality": "training", "area": "energy"}, {"closed": "1"}],
    ids=urlencode,
)
def test_each_number_is_that_of_the_list_it_leads_to(client: Client, postings: None, kind: str, query: dict[str, str]):
    found = pictures(client, kind, **query)
    bars = [bar for picture in found.values() for bar in picture.rows]
    assert len(bars) >= 3
    for bar in bars:
        rows = list(client.get(bar.address).context["object_list"])
        confirmed = sum(row.confirmed_on is not None for row in rows)
        assert (*bar.parts, 0)[:2] == (confirmed, len(rows) - confirmed), bar.address


def test_the_pictures_of_all_offers(client: Client, postings: None):
    found = pictures(client, "offers")
    assert {name: [(bar.label.lower(), bar.number) for bar in one.bars] for name, one in found.items()} == {
        "by-area": [("energy", "2 + 1"), ("trade", "1 + 1")],
        "by-modality": [("training", "2 + 1"), ("experts", "0 + 1"), ("financial", "1 + 0")],
    }


def test_where_all_are_confirmed_the_bars_have_one_part(client: Client, postings: None):
    found = pictures(client, "offers", is_confirmed="true")
    assert [(bar.label.lower(), bar.number) for bar in found["by-area"].bars] == [("energy", "2"), ("trade", "1")]
    assert found["by-area"].series == ()


def test_the_table_has_the_numbers_of_the_picture(client: Client, postings: None):
    page = Page(client.get("/offers/"))
    tables = re.findall(r"<table class=\"bar-table\">.*?</table>", page.source, re.DOTALL)
    rows = [re.findall(r'<td class="number">\s*(?:<a [^>]*>)?(\d+)', row) for row in tables[0].split("<tr>")[2:]]
    assert rows == [["3", "2", "1"], ["2", "1", "1"]]
    assert "In pictures: areas and modalities" in page.text


def test_what_a_reader_may_not_see_is_in_no_picture(client: Client, postings: None):
    before = pictures(client, "offers")
    PublishedOfferFactory(areas=["energy"], modalities=["training"], visibility="focal_points")
    assert pictures(client, "offers") == before


def test_a_picture_as_a_file_follows_the_filters_and_says_so(client: Client, postings: None):
    response = client.get("/offers/by-area.svg?country=THA")
    drawn: Any = fromstring(response.content.decode())
    numbers = next(one for one in drawn.iter() if one.get("class") == "numbers")
    assert [one.text for one in numbers] == ["1 + 1", "1 + 0"]
    said = " ".join(" ".join(drawn.itertext()).split())
    assert "/offers/?country=THA" in said
    assert "express no opinion" in said


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/offers/by-area.svg?country=nowhere", 400),
        ("/offers/by-area.svg?page=2", 400),
        ("/needs/by-modality.svg?nothing=1", 400),
        ("/needs/by-country.svg", 404),
        ("/needs/by-area.svg?country=KHM&modality=advisory", 400),
    ],
)
def test_a_picture_of_something_else_is_refused(client: Client, postings: None, address: str, status: int):
    assert client.get(address).status_code == status


def test_where_nothing_is_found_there_is_no_picture(client: Client):
    assert pictures(client, "offers") == {}
    assert client.get("/offers/by-area.svg").status_code == 404
