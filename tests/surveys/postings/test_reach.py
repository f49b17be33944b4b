"""Whom an offer reaches: by name, through a group on a day, or because it is open to all that take part."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from directory.choices import GroupLevel, MembershipStatus
from directory.models import Country, CountryGroup, GroupMembership
from surveys.choices import PlaceKind
from surveys.models import Offer
from surveys.postings.shown.reach import (
    PlaceKey,
    ReachTable,
    Route,
    countries_reached,
    offers_reaching,
    places_or_open,
)
from tests.factories import (
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PublishedOfferFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 25)
SUB_REGION = PlaceKey(kind=PlaceKind.GROUP, code="ESCAP_SEA")
LDC = PlaceKey(kind=PlaceKind.GROUP, code="LDC")


def member(code: str, iso3: str, *, level: str = GroupLevel.SUB_REGION, **dates) -> None:
    GroupMembershipFactory(
        group=CountryGroupFactory(code=code, level=level), country=CountryFactory(iso3=iso3), **dates
    )


def taking_part(*codes: str) -> None:
    for iso3 in codes:
        member("G77", iso3, level=GroupLevel.WIDE)
    rule = CountryGroupFactory(code="OPEN_REACH", level="")
    rule.parts.set([CountryGroup.objects.get(code="G77")])


def reaching(iso3: str) -> list[Offer]:
    return list(offers_reaching(Offer.objects.order_by("pk"), iso3=iso3, on=DAY))


def test_a_table_is_read_in_three_queries(django_assert_num_queries):
    taking_part("KHM")
    with django_assert_num_queries(3):  # groups, parts of derived groups, memberships
        ReachTable.on_day(DAY)


def test_a_named_country_is_reached_wherever_it_lies():
    CountryFactory(iso3="JPN")
    table = ReachTable.on_day(DAY)
    assert table.route(PlaceKey(kind=PlaceKind.COUNTRY, code="JPN"), "JPN") == Route(level="named")
    assert table.route(PlaceKey(kind=PlaceKind.COUNTRY, code="JPN"), "KHM") is None


def test_a_group_reaches_only_its_members_that_take_part():
    taking_part("KHM")
    for iso3 in ("KHM", "JPN"):
        member("ESCAP_SEA", iso3)
    table = ReachTable.on_day(DAY)
    assert table.route(SUB_REGION, "KHM") == Route(level="sub_region", group="ESCAP_SEA")
    assert table.route(SUB_REGION, "JPN") is None


def test_an_offer_without_targets_is_open_to_all_that_take_part_and_to_nobody_else():
    taking_part("KHM")
    CountryFactory(iso3="JPN")
    table = ReachTable.on_day(DAY)
    assert table.routes(places_or_open(()), "KHM") == [Route(level="open")]
    assert table.routes(places_or_open(()), "JPN") == []
    offer = PublishedOfferFactory()
    assert reaching("KHM") == [offer]
    assert reaching("JPN") == []


def test_an_unresolved_target_reaches_nobody():
    taking_part("KHM")
    TargetFactory(offer=PublishedOfferFactory())
    assert reaching("KHM") == []


def test_an_offer_that_reaches_a_country_twice_is_listed_once():
    taking_part("KHM")
    member("ESCAP_SEA", "KHM")
    offer = PublishedOfferFactory()
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"))
    TargetFactory(offer=offer, group=CountryGroup.objects.get(code="ESCAP_SEA"))
    assert reaching("KHM") == [offer]


@pytest.mark.parametrize(
    ("status", "left_on", "day", "reached"),
    [
        (MembershipStatus.CONFIRMED, dt.date(2023, 12, 13), dt.date(2023, 12, 12), True),
        (MembershipStatus.CONFIRMED, dt.date(2023, 12, 13), dt.date(2023, 12, 13), True),
        (MembershipStatus.CONFIRMED, dt.date(2023, 12, 13), dt.date(2026, 12, 12), True),
        (MembershipStatus.CONFIRMED, dt.date(2023, 12, 13), dt.date(2026, 12, 13), False),
        (MembershipStatus.TO_BE_CONFIRMED, dt.date(2020, 1, 1), dt.date(2026, 12, 13), True),
        (MembershipStatus.CONFIRMED, dt.date(2020, 2, 28), dt.date(2023, 2, 27), True),
        (MembershipStatus.CONFIRMED, dt.date(2021, 2, 28), dt.date(2024, 2, 29), False),
    ],
)
def test_a_graduated_country_is_reached_in_its_transition(status, left_on, day, reached):
    taking_part("BTN")
    member("LDC", "BTN", level=GroupLevel.SPECIAL_SITUATION, valid_to=left_on, status=status)
    route = ReachTable.on_day(day).route(LDC, "BTN")
    assert (route is not None) == reached
    if route is not None:
        left = status == MembershipStatus.CONFIRMED and left_on <= day
        assert route.left_on == (left_on if left else None)


def test_only_special_situations_have_a_transition():
    taking_part("KHM")
    member("ASEAN", "KHM", level=GroupLevel.ORGANISATION, valid_to=DAY - dt.timedelta(days=1))
    assert ReachTable.on_day(DAY).route(PlaceKey(kind=PlaceKind.GROUP, code="ASEAN"), "KHM") is None


def test_a_country_that_is_not_listed_counts_in_no_group():
    taking_part("KHM")
    Country.objects.update(is_listed=False)
    assert ReachTable.on_day(DAY).groups_reaching("KHM") == []


def test_groups_reaching_names_the_derived_ones_too():
    taking_part("KHM")
    member("M49_SOUTH_AMERICA", "KHM")
    latin_america = CountryGroupFactory(code="LATIN_AMERICA", level=GroupLevel.REGION)
    latin_america.parts.set([CountryGroup.objects.get(code="M49_SOUTH_AMERICA")])
    assert set(ReachTable.on_day(DAY).groups_reaching("KHM")) == {
        "G77", "M49_SOUTH_AMERICA", "LATIN_AMERICA", "OPEN_REACH",
    }  # fmt: skip


OF_2018, OF_2019, OF_2026 = dt.date(2018, 6, 27), dt.date(2018, 7, 2), dt.date(2026, 6, 30)
FRAGILE = PlaceKey(kind=PlaceKind.GROUP, code="FRAGILE")


def lists_of_two_years() -> CountryGroup:
    """A list made anew each year: of 2018 with Togo, of 2026 with Ukraine, and none of today; both take part."""
    taking_part("TGO", "UKR")
    fragile = CountryGroupFactory(code="FRAGILE", level=GroupLevel.WIDE, is_made_anew=True)
    for year, iso3 in ((2018, "TGO"), (2026, "UKR")):
        code = f"LIST_{year}"
        member(code, iso3, level="", valid_from=dt.date(year - 1, 7, 1), valid_to=dt.date(year, 7, 1))
        fragile.parts.add(CountryGroup.objects.get(code=code))
    return fragile


@pytest.mark.parametrize(
    ("stated_on", "reached"),
    [(OF_2018, "TGO"), (OF_2019, None), (OF_2026, "UKR"), (OF_2026 + dt.timedelta(days=1), None), (None, None)],
)
def test_a_list_made_anew_is_that_of_the_day_of_the_source(stated_on, reached):
    fragile = lists_of_two_years()
    offer = PublishedOfferFactory(stated_on=stated_on)
    TargetFactory(offer=offer, group=fragile)
    table = ReachTable.on_day(DAY)
    for iso3 in ("TGO", "UKR"):
        route = table.route(FRAGILE._replace(stated_on=stated_on), iso3)
        assert (route is not None) == (iso3 == reached)
        assert reaching(iso3) == ([offer] if iso3 == reached else [])
    preview = countries_reached([FRAGILE], on=DAY, stated_on=stated_on)
    assert [country.iso3 for country in preview] == ([reached] if reached else [])


def test_without_a_day_of_the_source_the_list_is_that_of_the_run():
    offer = PublishedOfferFactory(stated_on=None)
    TargetFactory(offer=offer, group=lists_of_two_years())
    assert list(offers_reaching(Offer.objects.all(), iso3="TGO", on=OF_2018)) == [offer]
    assert list(offers_reaching(Offer.objects.all(), iso3="UKR", on=OF_2018)) == []


def test_a_route_through_a_list_made_anew_names_no_list():
    lists_of_two_years()
    route = ReachTable.on_day(DAY).route(FRAGILE._replace(stated_on=OF_2018), "TGO")
    assert route == Route(level=GroupLevel.WIDE, group=None)


def test_a_list_made_anew_reaches_only_those_that_take_part():
    fragile = lists_of_two_years()
    GroupMembership.objects.filter(group="G77", country="TGO").delete()
    TargetFactory(offer=PublishedOfferFactory(stated_on=OF_2018), group=fragile)
    assert ReachTable.on_day(DAY).route(FRAGILE._replace(stated_on=OF_2018), "TGO") is None
    assert reaching("TGO") == []


def test_other_groups_are_those_of_the_run_whatever_the_day_of_the_source():
    taking_part("KHM")
    member("ASEAN", "KHM", level=GroupLevel.ORGANISATION, valid_from=dt.date(2025, 1, 1))
    offer = PublishedOfferFactory(stated_on=OF_2018)
    TargetFactory(offer=offer, group=CountryGroup.objects.get(code="ASEAN"))
    assert reaching("KHM") == [offer]


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("iso3", ["GUM", "PYF", "ASM", "NCL", "HKG"])
def test_associate_members_of_escap_are_reached_by_open_and_regional_offers(iso3):
    open_to_all, regional, elsewhere = (PublishedOfferFactory(stated_on=OF_2018) for _number in range(3))
    TargetFactory(offer=regional, group=CountryGroup.objects.get(code="ASIA_PACIFIC"))
    TargetFactory(offer=elsewhere, group=CountryGroup.objects.get(code="M49_AFRICA"))
    assert reaching(iso3) == [open_to_all, regional]


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("iso3", ["AUS", "JPN", "KOR", "NZL", "RUS", "ITA"])
def test_others_are_reached_by_name_alone(iso3):
    regional, named = (PublishedOfferFactory(stated_on=OF_2018) for _number in range(2))
    PublishedOfferFactory(stated_on=OF_2018)
    TargetFactory(offer=regional, group=CountryGroup.objects.get(code="ASIA_PACIFIC"))
    TargetFactory(offer=named, country=Country.objects.get(pk=iso3))
    assert reaching(iso3) == [named]


@pytest.mark.usefixtures("reference")
def test_fragile_states_of_the_2018_paper_are_those_of_its_year():
    offer = PublishedOfferFactory(stated_on=OF_2018)
    TargetFactory(offer=offer, group=CountryGroup.objects.get(code="FRAGILE"))
    assert reaching("UKR") == []
    assert reaching("TGO") == reaching("SLE") == [offer]


@pytest.mark.usefixtures("reference")
def test_whoever_states_that_it_takes_part_is_reached_from_that_day_on():
    offer = PublishedOfferFactory()
    GroupMembership.objects.create(
        group=CountryGroup.objects.get(code="OWN_STATEMENT"),
        country=Country.objects.get(pk="RUS"),
        valid_from=DAY,
        source="Note verbale of 20 November 2026",
    )
    assert list(offers_reaching(Offer.objects.all(), iso3="RUS", on=DAY)) == [offer]
    assert list(offers_reaching(Offer.objects.all(), iso3="RUS", on=DAY - dt.timedelta(days=1))) == []


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("missing", [{"valid_from": None}, {"source": ""}])
def test_a_statement_without_its_day_or_source_is_refused(missing):
    stated = {"valid_from": DAY, "source": "Note verbale", **missing}
    with pytest.raises(IntegrityError, match="own_statement_has_day_and_source"), transaction.atomic():
        GroupMembership.objects.create(
            group=CountryGroup.objects.get(code="OWN_STATEMENT"), country=Country.objects.get(pk="RUS"), **stated
        )
