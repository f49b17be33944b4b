"""The brief of a country: two pages, marked as not cleared, for its coordinator and the secretariat alone."""

import datetime as dt

import pytest
import time_machine
import weasyprint
from django.core.exceptions import PermissionDenied
from django.test import Client

from directory.models import Country, PriorityArea, User
from ssc_portal.country_pages.brief import brief_html, brief_pdf
from surveys.choices import Visibility
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    GroupMembershipFactory,
    MatchFactory,
    OfferFactory,
    ReleasedMatchFactory,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def thailand() -> Country:
    """Seeks and offers something, with a draft, and is reached by others."""
    country = CountryFactory(iso3="THA")
    GroupMembershipFactory(group__code="OPEN_REACH", group__level="wide", country=country)
    ConfirmedNeedFactory(title="Flood maps wanted", country=country, areas=["energy"], contact="+66 secret")
    ConfirmedOfferFactory(title="Rice research", country=country)
    OfferFactory(title="A draft of ours", country=country)
    ConfirmedOfferFactory(title="For members", country=country, visibility=Visibility.FOCAL_POINTS)
    return country


def test_it_says_what_the_page_says_and_what_its_readers_may_see(thailand: Country, coordinator: User) -> None:
    ConfirmedOfferFactory(country=CountryFactory(iso3="IND"), areas=["energy"])
    ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), areas=["energy"])
    OfferFactory(title="A draft of another", country=CountryFactory(iso3="KHM"))
    released = ReleasedMatchFactory(need=thailand.needs.get(), offer__country=CountryFactory(iso3="IDN"))

    with time_machine.travel(dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC), tick=False):
        html = brief_html(thailand, by=coordinator)
    text = " ".join(html.split())
    assert "Generated on 29 November 2026; not cleared by the Government" in text
    assert "Flood maps wanted" in text
    assert "<td>India" in text
    assert "<td>Cambodia</td>" in text
    public, kept = text.split("Not shown to the public")
    assert "A draft of ours" not in public
    assert "A draft of ours" in kept
    assert "For members" in kept
    assert f"{released.need.party} ↔ {released.offer.party}" in kept
    assert "A draft of another" not in text
    assert "+66 secret" not in text


def test_it_takes_two_pages_however_much_there_is(thailand: Country, reviewer: User, reference: None) -> None:
    areas = list(PriorityArea.objects.shown())
    for number in range(8):
        helper = CountryFactory(name=f"A country of a long name {number} " * 3)
        ConfirmedOfferFactory(country=helper, title="Long words " * 18, areas=areas)
        ConfirmedNeedFactory(country=helper, areas=areas)
        need = ConfirmedNeedFactory(country=thailand, title="Long words " * 18, areas=areas)
        MatchFactory(need=need, offer=ConfirmedOfferFactory(country=thailand, title="W" * 200, areas=areas))
        OfferFactory(country=thailand, title="Draft " * 30)
    assert len(weasyprint.HTML(string=brief_html(thailand, by=reviewer)).render().pages) <= 2


def test_it_is_for_the_coordinator_of_the_country_and_the_secretariat(
    client: Client, thailand: Country, coordinator: User, reviewer: User, focal_point: User, other_focal_point: User
) -> None:
    address = "/countries/THA/brief.pdf"
    for person in (coordinator, reviewer):
        client.force_login(person)
        response = client.get(address)
        assert response.content.startswith(b"%PDF")
        assert response["Cache-Control"] == "no-store"
        assert address in Page(client.get("/countries/THA/")).links
    for person in (focal_point, other_focal_point):
        client.force_login(person)
        assert client.get(address).status_code == 403
        assert address not in Page(client.get("/countries/THA/")).links
        with pytest.raises(PermissionDenied):
            brief_pdf(thailand, by=person)
    client.force_login(coordinator)
    assert client.get("/countries/KHM/brief.pdf").status_code == 403
    client.logout()
    assert client.get(address)["Location"].startswith("/accounts/login/")
    assert address not in Page(client.get("/countries/THA/")).links
