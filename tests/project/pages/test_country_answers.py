"""A country's page answers who could help it, what it seeks and offers, and who else asks: each number by its list."""

import datetime as dt
import random
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from directory.choices import DatePrecision, GroupLevel
from directory.models import AgencyFact, Country, User
from directory.models.reference_data.group import OPEN_REACH
from matching.models import Match
from surveys.choices import Direction, PlaceKind, PostingStatus, Visibility
from surveys.models import Need, Offer, Reading
from surveys.searching.documents import on_postings_changed
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
)
from tests.pages import Page, publish_many

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

AREAS = ("energy", "statistics", "trade")
NUMBERS = re.compile(r'<td class="number">\s*<a href="([^"]+)">(\d+)</a>')


@pytest.fixture
def cambodia() -> Country:
    """Takes part, as an LDC and a member of ASEAN."""
    country = CountryFactory(iso3="KHM")
    for code, level in (
        (OPEN_REACH, "wide"),
        ("LDC", GroupLevel.SPECIAL_SITUATION),
        ("ASEAN", GroupLevel.ORGANISATION),
    ):
        GroupMembershipFactory(group=CountryGroupFactory(code=code, level=level, is_heading=True), country=country)
    return country


def page_of(client: Client, country: Country) -> Page:
    return Page(client.get(f"/countries/{country.pk}/"))


def rows_in(client: Client, address: str) -> int:
    """How many rows a list says that it has."""
    response = client.get(address.replace("&amp;", "&"))
    assert response.status_code == 200, address
    return int(response.context["page_obj"].paginator.count)


def test_offers_open_to_it_stand_by_area_with_whom_and_how_they_reach_it(client: Client, cambodia: Country) -> None:
    thailand, india, nepal = CountryFactory(iso3="THA"), CountryFactory(iso3="IND"), CountryFactory(iso3="NPL")
    named = ConfirmedOfferFactory(country=thailand, areas=["energy"])
    TargetFactory(offer=named, country=cambodia)
    for area in ("energy", "trade"):
        TargetFactory(offer=ConfirmedOfferFactory(country=india, areas=[area]), group=CountryGroupFactory(code="LDC"))
    TargetFactory(offer=ConfirmedOfferFactory(country=nepal, areas=["trade"]), group=CountryGroupFactory(code="ASEAN"))
    PublishedOfferFactory(country=CountryFactory(iso3="TUR"), areas=["trade"])

    text = page_of(client, cambodia).text
    energy, trade = (text.index(f"{word} {number} offers") for word, number in (("Energy", 2), ("Trade", 3)))
    assert "India as LDC" in text[energy:trade]
    assert "Thailand names it" in text[energy:trade]
    assert "India as LDC Nepal through ASEAN" in text[trade:]
    stated = text.index("Stated in a survey, not yet put to the Government")
    assert stated < text.index("Türkiye , 2018 open to all countries and territories taking part")
    assert "5 offers of 4 countries and agencies are open to it (4 confirmed by their own agencies)" in text
    assert named.get_absolute_url() in page_of(client, cambodia).links


def test_its_own_offers_and_those_for_others_do_not_help_it(client: Client, cambodia: Country) -> None:
    ConfirmedOfferFactory(country=cambodia, areas=["energy"])
    ConfirmedOfferFactory(country=None, agency=AgencyFactory(country=cambodia), areas=["energy"])
    TargetFactory(offer=ConfirmedOfferFactory(areas=["energy"]), country=CountryFactory(iso3="NPL"))
    ConfirmedOfferFactory(areas=["energy"], closes_on=dt.date(2020, 1, 1))
    ConfirmedOfferFactory(areas=["energy"], visibility=Visibility.FOCAL_POINTS)

    assert "No open offer here names Cambodia" in page_of(client, cambodia).text
    assert rows_in(client, "/offers/?reaches=KHM") == 0


def test_several_offers_of_one_helper_lead_to_a_list_of_so_many(client: Client, cambodia: Country) -> None:
    thailand = CountryFactory(iso3="THA")
    agency = AgencyFactory(country=None)
    for owner in ({"country": thailand}, {"country": None, "agency": agency}):
        for _number in range(2):
            ConfirmedOfferFactory(**owner, areas=["trade"])

    links = page_of(client, cambodia).links
    for address in (
        "/offers/?reaches=KHM&area=trade&country=THA",
        f"/offers/?reaches=KHM&area=trade&agency={agency.code}",
    ):
        assert address in links
        assert rows_in(client, address) == 2


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("reads", ["visitor", "focal point", "reviewer"])
def test_every_number_is_that_of_the_list_it_leads_to(
    client: Client, cambodia: Country, focal_point: User, reviewer: User, reads: str, seed: int
) -> None:
    chance = random.Random(seed)
    countries = [cambodia, CountryFactory(iso3="THA"), CountryFactory(iso3="FJI")]
    agencies = [AgencyFactory(country=chance.choice([*countries, None])) for _number in range(4)]
    groups = [CountryGroupFactory(code=code) for code in ("LDC", "ASEAN", "ECO")]
    shown = {"status": PostingStatus.PUBLISHED}
    for _number in range(12):
        agency = chance.choice([*agencies, None])
        country = chance.choice(countries) if agency is None or chance.random() < 0.5 else None
        areas = chance.sample(AREAS, chance.randint(1, 3))
        offer = ConfirmedOfferFactory(country=country, agency=agency, areas=areas, **shown)
        if chance.random() < 0.6:
            TargetFactory(offer=offer, group=chance.choice(groups))
        need = PublishedNeedFactory(country=chance.choice(countries), areas=chance.sample(AREAS, 2))
        ReleasedMatchFactory(offer=offer, need=need)
    edits = (
        {"status": PostingStatus.WITHDRAWN}, {"visibility": Visibility.FOCAL_POINTS}, {"confirmed_on": None},
        {"closes_on": dt.date(2020, 1, 1)}, {"country": cambodia}, {"opens_on": dt.date(2099, 1, 1)},
    )  # fmt: skip
    for model in (Offer, Need):
        for posting in chance.sample(list(model.objects.all()), 7):
            model.objects.filter(pk=posting.pk).update(**chance.choice(edits))
            posting.areas.set(AreaFactory(code=code) for code in chance.sample(AREAS, chance.randint(0, 3)))
            on_postings_changed(model, [posting.pk])
    Match.objects.filter(pk__in=Match.objects.values("pk")[:3]).update(on_hold_at=timezone.now())
    if reads != "visitor":
        client.force_login(focal_point if reads == "focal point" else reviewer)

    page = page_of(client, cambodia)
    numbers = NUMBERS.findall(page.source)
    assert len(numbers) > 5
    for address, number in numbers:
        assert rows_in(client, address) == int(number), address
    summary = re.findall(r'<a href="(/[^"]+)"><strong>(\d+)</strong>', page.source)
    assert len(summary) == 3
    for address, number in summary:
        assert rows_in(client, address) == int(number), address


def test_who_else_seeks_the_same_stands_by_area_without_tags(client: Client, cambodia: Country) -> None:
    AreaFactory(code="sdgs", label="SDGs", use="tag")
    ConfirmedNeedFactory(country=cambodia, areas=["energy", "trade", "sdgs"])
    ConfirmedNeedFactory(country=CountryFactory(iso3="FJI"), areas=["energy", "sdgs"])
    ConfirmedNeedFactory(country=CountryFactory(iso3="NPL"), areas=["statistics"])

    page = page_of(client, cambodia)
    same = page.text.split("Who else seeks the same")[-1]
    assert "1 area that others seek too Energy Fiji" in same
    assert "/needs/?area=energy" in page.links
    assert "/needs/?area=sdgs" not in page.links
    assert "/countries/NPL/" not in page.links


def test_groups_carry_their_dates_and_agencies_what_is_known_of_them(client: Client) -> None:
    country = CountryFactory(iso3="BTN")
    ldc = CountryGroupFactory(code="LDC", label="Least developed countries", is_heading=True)
    GroupMembershipFactory(
        group=ldc, country=country, valid_from=dt.date(1971, 1, 1), date_precision=DatePrecision.YEAR
    )
    saarc = CountryGroupFactory(code="SAARC", label="SAARC", is_heading=True)
    GroupMembershipFactory(
        group=saarc, country=country, valid_from=dt.date(1985, 12, 8), date_precision=DatePrecision.DAY
    )
    agency = AgencyFactory(name="Office of Cooperation", country=country, website="https://example.org/office")
    AgencyFact.objects.create(agency=agency, label="Legal basis", text="A decree of the test.")

    text = page_of(client, country).text
    assert "Least developed countries since 1971" in text
    assert "SAARC since 8 December 1985" in text
    assert "Legal basis A decree of the test. Website https://example.org/office" in text


def test_surveys_are_shown_once_released_and_support_received_under_its_heading(
    client: Client, cambodia: Country
) -> None:
    survey = SurveyFactory(title="Survey of the test", results_released_on=dt.date(2020, 1, 1))
    response = ResponseFactory(survey=survey, country=cambodia)
    for position, printed in enumerate(("Japan", "World Bank", "Peru")):
        Reading.objects.create(
            response=response,
            kind=PlaceKind.UNRESOLVED,
            as_printed=printed,
            direction=Direction.EXISTING_PARTNER,
            position=position,
        )
    Reading.objects.create(response=response, kind=PlaceKind.UNRESOLVED, as_printed="Chile", position=4)

    text = page_of(client, cambodia).text
    assert "Survey of the test" in text
    heading = (
        "Support received from, as stated in the 2018 survey Japan; World Bank; Peru Not complete; may have changed"
    )
    assert heading in text

    survey.results_released_on = None
    survey.save()
    text = page_of(client, cambodia).text
    assert "Survey of the test" not in text
    assert "Support received" not in text


def test_a_page_runs_as_many_queries_with_1000_postings(
    client: Client, cambodia: Country, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    thailand = CountryFactory(iso3="THA")
    AgencyFactory(country=cambodia)
    client.get("/countries/KHM/")
    for number in (10, 990):
        for country in (cambodia, thailand):
            offers = publish_many(Offer, number // 4, country=country)
            needs = publish_many(Need, number // 4, country=country)
            for offer, need in list(zip(offers, needs, strict=True))[:2]:
                ReleasedMatchFactory(offer=offer, need=need)
        # country, memberships, agencies, facts; areas, reach (3), offers open to it with areas and targets (3), labels;
        # own needs and offers, each counted in all and by area (4); fits with the areas of both sides (3), agreed (1);
        # who else seeks (2), practices of it and for it (2), editions (1); cards of needs (3) and of offers (4), fits
        with django_assert_num_queries(30):
            client.get("/countries/KHM/")
