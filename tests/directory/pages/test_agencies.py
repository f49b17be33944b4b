"""Pages of agencies: facts with their sources, and no link that a browser should not follow."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.choices import AgencyRole
from directory.models import Agency, AgencyFact
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    SecretariatFactory,
)
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db


def test_the_secretariat_and_disabled_agencies_are_not_shown(client: Client) -> None:
    SecretariatFactory()
    AgencyFactory(code="shown", name="Shown")
    AgencyFactory(code="disabled", name="Disabled", is_active=False)

    assert Page(client.get("/agencies/")).titles("h2")[1:] == ["Shown"]
    assert client.get("/agencies/secretariat/").status_code == 404
    assert client.get("/agencies/disabled/").status_code == 404


@pytest.mark.any_database
def test_an_agency_shows_facts_with_their_sources(client: Client) -> None:
    agency = AgencyFactory(
        code="tica",
        name="Thailand International Cooperation Agency",
        acronym="TICA",
        founded=2004,
        parent_body="Ministry of Foreign Affairs",
        role=AgencyRole.OFFERING,
        note="internal: ask again",
        country=CountryFactory(iso3="THA"),
    )
    AgencyFact.objects.create(
        agency=agency, label="Legal basis", text="Royal Decree", source="The paper, Box 1", as_of="2018", note="secret"
    )
    AgencyFact.objects.create(agency=agency, label="Old", text="Out of use", is_active=False)

    page = Page(client.get("/agencies/tica/"))
    assert page.titles("h1") == ["Thailand International Cooperation Agency (TICA)"]
    for words in ("2004", "Ministry of Foreign Affairs", "Royal Decree", "As of 2018. Source: The paper, Box 1"):
        assert words in page.text
    for hidden in ("internal", "secret", "Out of use", "2,004"):
        assert hidden not in page.text


def test_an_agency_s_offers_and_needs_are_the_public_ones(client: Client) -> None:
    agency = AgencyFactory(code="some")
    PublishedOfferFactory(title="Open offer", agency=agency)
    PublishedNeedFactory(title="Open need", agency=agency)
    OfferFactory(title="Draft offer", agency=agency)

    text = Page(client.get("/agencies/some/")).text
    assert "Open offer" in text
    assert "Open need" in text
    assert "Draft offer" not in text


@pytest.mark.any_database
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)"])
def test_a_website_that_is_no_website_is_no_link(client: Client, address: str) -> None:
    Agency.objects.bulk_create([Agency(code="some", name="Some", website=address)])
    assert not [
        link for link in Page(client.get("/agencies/some/")).links if "script" in link.lower() or "data" in link
    ]


def test_filters_by_country_and_word(client: Client) -> None:
    AgencyFactory(name="Rice institute", country=CountryFactory(iso3="THA"))
    AgencyFactory(name="Rice board", country=CountryFactory(iso3="KHM"))

    assert Page(client.get("/agencies/?country=KHM")).titles("h2")[1:] == ["Rice board"]
    assert Page(client.get("/agencies/?q=RICE&ordering=-name")).titles("h2")[1:] == ["Rice institute", "Rice board"]
    assert client.get("/agencies/?country=Cambodia").status_code == 400


@pytest.mark.any_database
def test_agency_pages_run_as_many_queries_with_200_rows(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    country = CountryFactory(iso3="THA")
    agency = AgencyFactory(code="some", country=country)
    for number in (10, 190):
        Agency.objects.bulk_create(
            [Agency(code=f"of-{number}-{one}", name=f"Agency {number} {one}", country=country) for one in range(number)]
        )
        publish_many(Offer, number, country=country, agency=agency)
        publish_many(Need, number, country=country, agency=agency)
        # count, agencies; countries and groups of the form; all counts, and who is a member of which group
        with django_assert_num_queries(6):
            client.get("/agencies/")
        # agency, facts; offers, what they state; needs, what they state; practices
        with django_assert_num_queries(7):
            client.get("/agencies/some/")
