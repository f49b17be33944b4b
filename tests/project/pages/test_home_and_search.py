"""The home page's counts, and the search over everything."""

import datetime as dt
import unicodedata

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from surveys.choices import Visibility
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    SecretariatFactory,
)
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db


def figures(client: Client) -> dict[str, int]:
    page = client.get("/")
    context = page.context
    return {name: context[f"{name}_count"] for name in ("offer", "need", "country", "match")}


@pytest.mark.any_database
def test_an_empty_portal_says_so(client: Client) -> None:
    page = Page(client.get("/"))
    assert "No agency has posted an open offer yet." in page.text
    assert "No agency has posted an open need yet." in page.text


def test_the_home_page_counts_what_is_public_and_open(client: Client) -> None:
    thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
    agency = AgencyFactory(country=thailand)
    ConfirmedOfferFactory(country=thailand)
    ConfirmedOfferFactory(country=None, agency=agency)
    ConfirmedOfferFactory(country=CountryFactory(iso3="CHN"), closes_on=dt.date(2020, 1, 1))
    ConfirmedOfferFactory(country=CountryFactory(iso3="IND"), visibility=Visibility.FOCAL_POINTS)
    OfferFactory()
    ConfirmedNeedFactory(country=cambodia)
    NeedFactory()

    assert figures(client) == {"offer": 2, "need": 1, "country": 2, "match": 0}


def test_what_nobody_confirmed_is_counted_apart_and_is_not_latest(client: Client) -> None:
    PublishedOfferFactory(title="Read from a survey")
    PublishedNeedFactory(title="Read from it too")
    ConfirmedOfferFactory(title="Vouched for")

    page = Page(client.get("/"))
    assert figures(client) == {"offer": 1, "need": 0, "country": 1, "match": 0}
    assert "Not counted above: 2 statements that were read from a survey or compiled from public sources" in page.text
    assert "1 country with offers or needs" in page.text
    assert page.titles("h3")[-1:] == ["Vouched for"]
    assert "Read from" not in page.text


def test_only_released_fits_are_counted(client: Client) -> None:
    MatchFactory()
    ReleasedMatchFactory()
    ReleasedMatchFactory(need=PublishedNeedFactory(visibility=Visibility.FOCAL_POINTS))

    assert figures(client)["match"] == 1


def test_one_box_finds_offers_needs_countries_and_agencies(client: Client) -> None:
    CountryFactory(iso3="VNM", name="Viet Nam", name_fr="Viet Nam", name_ar="فييت نام")
    CountryFactory(iso3="THA")
    PublishedOfferFactory(title="Mangroves of the delta, Viet Nam")
    PublishedNeedFactory(title="Viet Nam: flood maps")
    AgencyFactory(name="Viet Nam Institute of Rice")
    SecretariatFactory(name="Viet Nam desk of the secretariat")
    OfferFactory(title="A draft of Viet Nam")
    PublishedOfferFactory(title="Closed offer of Viet Nam", closes_on=dt.date(2020, 1, 1))

    page = Page(client.get("/search/", {"q": "viet nam"}))
    assert page.titles("h2") == ["Countries and territories", "Offers", "Needs", "Agencies"]
    assert "Mangroves of the delta, Viet Nam" in page.text
    for hidden in ("desk of the secretariat", "A draft", "Closed offer"):
        assert hidden not in page.text
    assert "/countries/VNM/" in Page(client.get("/search/", {"q": "فييت"})).links


def test_composed_typed_finds_decomposed_stored(client: Client) -> None:
    PublishedOfferFactory(title=unicodedata.normalize("NFD", "Électricité rurale"))

    assert "lectricite" in unicodedata.normalize("NFD", client.get("/search/?q=ÉLECTRICITÉ").content.decode()).replace(
        "\u0301", ""
    )


def test_more_than_is_shown_is_one_click_away(client: Client) -> None:
    for _number in range(6):
        PublishedOfferFactory(title="Solar pumps")

    page = Page(client.get("/search/", {"q": "solar pumps"}))
    assert page.titles("h3").count("Solar pumps") == 5
    assert "/offers/?q=solar%20pumps" in page.links


@pytest.mark.any_database
@pytest.mark.parametrize("query", ["q=" + "x" * 100_000, "q=%E2%80%AE", "q=energy&country=THA", "colour=red"])
def test_a_search_that_cannot_be_answered_says_why(client: Client, query: str) -> None:
    response = client.get(f"/search/?{query}")
    assert response.status_code == 400
    assert "This search cannot be answered:" in Page(response).text


@pytest.mark.any_database
def test_nothing_found_is_said(client: Client) -> None:
    assert "Nothing is found for “zebra”" in Page(client.get("/search/?q=zebra")).text.replace("“ ", "“")


def test_the_home_page_and_the_search_run_as_many_queries_with_200_postings(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    country = CountryFactory(iso3="THA")

    for number in (10, 190):
        publish_many(Offer, number, country=country, confirmed_on=dt.date(2026, 11, 2))
        publish_many(Need, number, country=country, confirmed_on=dt.date(2026, 11, 2))
        with django_assert_num_queries(11):
            # counts of offers and needs, all and confirmed, of matches;
            # countries of offers, of needs; then as in the search
            client.get("/")
        client.get("/search/?q=energy")  # what is kept in the process of the names of reference data
        with django_assert_num_queries(13):
            # whether names changed; offers, needs and practices counted; offers, areas, modalities, targets; needs,
            # areas, modalities, partners; practices
            client.get("/search/?q=energy")


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/", "/countries/", "/offers/", "/needs/"])
@pytest.mark.parametrize("code", ["LDC", "LLDC", "SIDS"])
def test_home_and_lists_lead_to_what_is_for_countries_in_special_situations(
    client: Client, reference: None, path: str, code: str
) -> None:
    links = [link for link in Page(client.get(path)).links if link.endswith(f"={code}")]
    assert links
    for link in links:
        assert client.get(link if link.startswith("/") else path + link).status_code == 200, link
