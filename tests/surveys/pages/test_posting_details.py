"""Pages of one offer or need: what stands there, what never does, and text that does nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.choices import AreaUse
from directory.models import User
from surveys.models import Need, Offer
from tests.factories import (
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    MatchFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    TargetFactory,
)
from tests.pages import Page, publish_many

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HOSTILE = [
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "{{ request.user }}{% debug %}",
    '=HYPERLINK("http://x")',
    "\u202egnp.exe\u2066",
    "İstanbul ı I 💥 e\u0301",
    "</title></textarea></style><!--",
    "&lt;b&gt; &amp; '",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(client: Client, text: str) -> None:
    offer = PublishedOfferFactory(
        title=text, text=f"{text}\n\njavascript:alert(1)", amount_as_printed=text, amount_note=text
    )
    TargetFactory(offer=offer, as_printed=text)
    need = PublishedNeedFactory(title=text, text=text)
    match = ReleasedMatchFactory(need=need, offer=offer)
    search = f"/search/?q={'solar'}"

    for address in (
        offer.get_absolute_url(),
        need.get_absolute_url(),
        match.get_absolute_url(),
        "/offers/",
        "/",
        search,
    ):
        response = client.get(address)
        assert response.status_code == 200, address
        page = Page(response)
        assert not [tag for tag, attributes in page.tags if tag == "script" and not attributes.get("src")], address
        assert not [tag for tag, attributes in page.tags if any(name.startswith("on") for name in attributes)], address
        assert not [link for link in page.links if link.lower().startswith("javascript")], address
        title = page.source.split("<title>")[1].split("</title>")[0]
        assert "\u202e" not in title
    detail = Page(client.get(offer.get_absolute_url()))
    assert detail.titles("h1") == [" ".join(text.split())]
    assert detail.attributes_of("h1")[0]["dir"] == "auto"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_filters_are_inert(client: Client, text: str) -> None:
    for name in ("q", "country", "area", text):
        response = client.get("/offers/", {name: text})
        assert response.status_code in (200, 400)
        page = Page(response)
        assert not [one for one in page.attributes_of("script") if not one.get("src")]
        assert not page.attributes_of("img")


def test_a_contact_is_never_shown(client: Client, reviewer: User) -> None:
    offer = PublishedOfferFactory(contact="Ms Someone, someone@ministry.example")
    assert "someone@ministry" not in client.get(offer.get_absolute_url()).content.decode()


def test_an_amount_is_shown_to_the_cent_and_as_printed(client: Client) -> None:
    offer = PublishedOfferFactory(
        amount=Decimal("1549800.00"),
        amount_currency="USD",
        amount_as_printed="1,549,800.00 (To LDCs only)",
        amount_note="Unit and period unclear.",
    )
    text = Page(client.get(offer.get_absolute_url())).text
    assert "1,549,800.00 USD" in text
    assert "As printed: “1,549,800.00 (To LDCs only)”" in text
    assert "Unit and period unclear." in text


def test_what_nobody_stated_is_said_not_to_be_stated(client: Client) -> None:
    text = Page(client.get(PublishedOfferFactory(areas=[], modalities=[]).get_absolute_url())).text
    assert "Priority areas Not stated" in text
    assert "No target stated: all countries and territories taking part (a working rule for finding offers)" in text
    assert "No dates stated: open" in text
    assert "Amount" not in text


def test_unresolved_and_ambiguous_targets_are_flagged(client: Client) -> None:
    offer = PublishedOfferFactory()
    TargetFactory(offer=offer, as_printed="Other neighbouring regional countries")
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"))
    TargetFactory(
        offer=offer,
        group=CountryGroupFactory(code="OIC", label="Organisation of Islamic Cooperation"),
        as_printed="Islamic countries",
        is_ambiguous=True,
    )
    page = Page(client.get(offer.get_absolute_url()))
    assert "“Other neighbouring regional countries” as printed; not used in the comparison" in page.text
    assert "Organisation of Islamic Cooperation our reading of “Islamic countries”" in page.text
    assert "/countries/KHM/" in page.links


def test_an_area_of_no_filter_is_no_link(client: Client) -> None:
    printed = AreaFactory(code="security", use=AreaUse.AS_PRINTED)
    page = Page(client.get(PublishedOfferFactory(areas=[printed, "energy"]).get_absolute_url()))
    assert "Security" in page.text
    assert "/offers/?area=energy" in page.links
    assert "/offers/?area=security" not in page.links


def test_a_language_and_its_direction_are_told_to_the_browser(client: Client) -> None:
    need = PublishedNeedFactory(title="احتياجات", text="نص", language="ar")
    heading = Page(client.get(need.get_absolute_url())).attributes_of("h1")[0]
    assert (heading["lang"], heading["dir"]) == ("ar", "auto")


def test_dates_are_written_out(client: Client) -> None:
    need = PublishedNeedFactory(opens_on=dt.date(2026, 2, 1), closes_on=dt.date(2099, 2, 28))
    text = Page(client.get(need.get_absolute_url())).text
    assert "from 1 February 2026 until 28 February 2099, that day included" in text


def test_only_released_fits_stand_on_a_posting_s_page(client: Client) -> None:
    need = PublishedNeedFactory()
    released = ReleasedMatchFactory(need=need)
    kept = MatchFactory(need=need)
    links = Page(client.get(need.get_absolute_url())).links
    assert released.get_absolute_url() in links
    assert kept.get_absolute_url() not in links


NO_POSTINGS = [
    "/offers/0/",
    "/offers/01/",
    "/offers/-1/",
    "/offers/٣/",
    "/needs/999999999999999999999999/",
    "/offers/" + "9" * 5000 + "/",
]


@pytest.mark.parametrize("address", NO_POSTINGS)
def test_a_number_of_no_posting_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_details_run_as_many_queries_with_200_targets(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    country = CountryFactory(iso3="KHM")
    offer, need = publish_many(Offer, 1, country=country)[0], publish_many(Need, 1, country=country)[0]
    for number in (1, 20):
        for _number in range(number):
            TargetFactory(offer=offer, country=country)
            PreferredPartnerFactory(need=need, country=country)
            ReleasedMatchFactory(need=need)
            ReleasedMatchFactory(offer=offer)
        for posting in (offer, need):  # posting, areas, modalities, targets or partners, fits, practices
            with django_assert_num_queries(6):
                client.get(posting.get_absolute_url())
