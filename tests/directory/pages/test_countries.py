"""Pages of countries: in alphabetical order, with groups in words, and nothing that is not public."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import Country, User
from surveys.choices import Visibility
from surveys.models import Offer
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchFactory,
    NeedFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    SecretariatFactory,
)
from tests.marked import of_any_database
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db


def test_countries_stand_in_their_own_order_and_only_listed_ones(client: Client) -> None:
    CountryFactory(iso3="VNM", position=3)
    CountryFactory(iso3="KHM", position=1)
    CountryFactory(iso3="THA", position=2)
    CountryFactory(iso3="ABW", name="Aruba", position=0, is_listed=False)

    page = Page(client.get("/countries/"))
    assert page.titles("h2")[1:] == ["Cambodia", "Thailand", "Viet Nam"]
    assert client.get("/countries/ABW/").status_code == 404


def test_a_country_s_counts_are_of_open_public_postings(client: Client) -> None:
    thailand = CountryFactory(iso3="THA")
    PublishedOfferFactory(country=thailand)
    PublishedOfferFactory(country=None, agency=AgencyFactory(country=thailand))
    PublishedOfferFactory(country=thailand, visibility=Visibility.FOCAL_POINTS)
    NeedFactory(country=thailand)

    page = Page(client.get("/countries/"))
    assert "Thailand 2 offers" in page.text
    assert "need" not in page.text.split("Thailand", 1)[1].split("How the score works")[0]
    assert "/offers/?country=THA" in page.links


def test_a_group_narrows_the_list_and_its_state_stays_in_the_address(client: Client) -> None:
    group = CountryGroupFactory(code="LDC", label="Least developed countries", is_heading=True)
    for number in range(30):
        GroupMembershipFactory(
            group=group, country=CountryFactory(iso3=f"8{number:02}", iso2=f"{number:02}", position=number)
        )
    CountryFactory(iso3="THA", position=99)

    page = Page(client.get("/countries/?group=LDC"))
    assert "30 countries and territories" in page.text
    assert "Thailand" not in page.titles("h2")
    assert "?group=LDC&page=2" in page.links
    assert "Country group: Least developed countries" in page.text
    second = Page(client.get("/countries/?group=LDC&page=2"))
    assert len(second.titles("h2")) == 1 + 5
    assert client.get("/countries/?group=LDC&page=3").status_code == 404


def test_the_list_is_narrowed_to_countries_with_open_postings(client: Client, reviewer: User) -> None:
    PublishedOfferFactory(country=None, agency=AgencyFactory(country=CountryFactory(iso3="THA", position=1)))
    PublishedNeedFactory(country=CountryFactory(iso3="KHM", position=2))
    NeedFactory(country=CountryFactory(iso3="VNM", position=3))
    PublishedOfferFactory(country=CountryFactory(iso3="BTN", position=4), closes_on=dt.date(2020, 1, 1))

    assert Page(client.get("/countries/?with_postings=true")).titles("h2")[1:] == ["Thailand", "Cambodia"]
    without = Page(client.get("/countries/?with_postings=false")).titles("h2")[1:]
    assert without == ["Viet Nam", "Bhutan"]
    answer = client.get("/api/v1/countries/?with_postings=true").json()
    assert [row["iso3"] for row in answer["results"]] == ["THA", "KHM"]
    # The secretariat sees drafts.
    client.force_login(reviewer)
    assert "Viet Nam" in Page(client.get("/countries/?with_postings=true")).titles("h2")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "query", ["group=NOPE", "with_postings=1", "group=FRAGILE", "ordering=score", "ordering=-name", "country=THA"]
)
def test_what_the_list_does_not_know_is_refused_never_all(client: Client, query: str) -> None:
    CountryGroupFactory(code="FRAGILE", is_heading=False)
    CountryFactory(iso3="THA")

    response = client.get(f"/countries/?{query}")
    assert response.status_code == 400
    page = Page(response)
    assert "This search cannot be answered:" in page.text
    assert "Thailand" not in page.text


@pytest.mark.any_database
def test_a_field_left_empty_means_nothing(client: Client) -> None:
    CountryFactory(iso3="THA")
    response = client.get("/countries/?q=&group=&ordering=")
    assert response.status_code == 200
    assert "Thailand" in response.content.decode()


@pytest.mark.any_database
def test_a_country_shows_its_agencies_offers_needs_and_released_fits(client: Client) -> None:
    thailand = CountryFactory(iso3="THA")
    agency = AgencyFactory(name="Agency for Cooperation", country=thailand)
    offer = PublishedOfferFactory(title="Rice research", country=thailand, agency=agency)
    need = PublishedNeedFactory(title="Flood maps", country=thailand)
    released = ReleasedMatchFactory(offer=offer, need=PublishedNeedFactory(title="Better rice"))
    kept = MatchFactory(need=need, offer=PublishedOfferFactory(title="Not released"))
    NeedFactory(title="A draft", country=thailand)

    page = Page(client.get("/countries/THA/"))
    assert {agency.get_absolute_url(), offer.get_absolute_url(), need.get_absolute_url()} <= set(page.links)
    assert released.get_absolute_url() in page.links
    assert kept.get_absolute_url() not in page.links
    assert "A draft" not in page.text


@pytest.mark.parametrize(
    ("written", "iso3"),
    [
        ("khm", "KHM"), ("中国", "CHN"),
        *of_any_database(
            ("Khm", "KHM"), ("KH", "KHM"), ("kh", "KHM"), ("cambodia", "KHM"), ("Cambodge", "KHM"), ("laos", "LAO"),
            ("viet-nam", "VNM"), ("Viet Nam", "VNM"), ("turkey", "TUR"), ("NA", "NAM"),
        ),
    ],
)  # fmt: skip
def test_other_codes_and_names_lead_to_the_page(client: Client, reference: None, written: str, iso3: str) -> None:
    response = client.get(f"/countries/{written}/")
    assert (response.status_code, response["Location"]) == (301, f"/countries/{iso3}/")


def test_a_name_of_several_countries_leads_to_the_list(client: Client, reference: None) -> None:
    response = client.get("/countries/congo/", follow=True)
    assert response.redirect_chain == [("/countries/?q=congo", 302)]
    assert {"/countries/COD/", "/countries/COG/"} <= set(Page(response).links)


@pytest.mark.parametrize("written", ["nowhere", "%00", "x" * 400, *of_any_database("aw", "aruba", "XXX", "asean")])
def test_what_names_no_listed_country_is_not_found(client: Client, reference: None, written: str) -> None:
    assert client.get(f"/countries/{written}/").status_code in (400, 404)


@pytest.mark.any_database
def test_bangladesh_reads_as_its_scheduled_graduation(client: Client, reference: None) -> None:
    text = Page(client.get("/countries/BGD/")).text
    assert "LDC; graduation scheduled for 24 November 2026, being verified (A/RES/76/8); deferral requested" in text
    for never_shown in ("Fragile", "Islamic", "income"):
        assert never_shown not in text


@pytest.mark.any_database
def test_the_secretariat_is_no_agency_of_a_country(client: Client) -> None:
    SecretariatFactory(country=CountryFactory(iso3="THA"))
    assert "Secretariat" not in client.get("/countries/THA/").content.decode()


@pytest.mark.any_database
def test_the_list_runs_as_many_queries_with_200_countries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for first, last in ((0, 10), (10, 200)):
        codes = [f"{one:03}" for one in range(first, last)]
        rows = [Country(iso3=code, iso2=f"{int(code):02X}", m49=code, name=code, is_listed=True) for code in codes]
        for country in Country.objects.bulk_create(rows):
            publish_many(Offer, 1, country=country)
        # count, countries, counts of offers and of needs, groups of the form; counts by group, with who is a member
        with django_assert_num_queries(7):
            client.get("/countries/")
