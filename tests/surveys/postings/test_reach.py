"""Whom an offer reaches: by name, through a group on a day, or because it is open to all of the South."""

import datetime as dt

import pytest

from directory.choices import GroupLevel, MembershipStatus
from directory.models import Country, CountryGroup
from surveys.choices import PlaceKind
from surveys.models import Offer
from surveys.postings.shown.reach import PlaceKey, ReachTable, Route, offers_reaching, places_or_open
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


def of_the_south(*codes: str) -> None:
    for iso3 in codes:
        member("G77", iso3, level=GroupLevel.WIDE)
    south = CountryGroupFactory(code="SOUTH", level="")
    south.parts.set([CountryGroup.objects.get(code="G77")])


def reaching(iso3: str) -> list[Offer]:
    return list(offers_reaching(Offer.objects.order_by("pk"), iso3=iso3, on=DAY))


def test_a_table_is_read_in_three_queries(django_assert_num_queries):
    of_the_south("KHM")
    with django_assert_num_queries(3):  # groups, parts of derived groups, memberships
        ReachTable.on_day(DAY)


def test_a_named_country_is_reached_wherever_it_lies():
    CountryFactory(iso3="JPN")
    table = ReachTable.on_day(DAY)
    assert table.route(PlaceKey(kind=PlaceKind.COUNTRY, code="JPN"), "JPN") == Route(level="named")
    assert table.route(PlaceKey(kind=PlaceKind.COUNTRY, code="JPN"), "KHM") is None


def test_a_group_reaches_only_its_members_of_the_south():
    of_the_south("KHM")
    for iso3 in ("KHM", "JPN"):
        member("ESCAP_SEA", iso3)
    table = ReachTable.on_day(DAY)
    assert table.route(SUB_REGION, "KHM") == Route(level="sub_region", group="ESCAP_SEA")
    assert table.route(SUB_REGION, "JPN") is None


def test_an_offer_without_targets_is_open_to_the_south_and_to_nobody_else():
    of_the_south("KHM")
    CountryFactory(iso3="JPN")
    table = ReachTable.on_day(DAY)
    assert table.routes(places_or_open(()), "KHM") == [Route(level="open")]
    assert table.routes(places_or_open(()), "JPN") == []
    offer = PublishedOfferFactory()
    assert reaching("KHM") == [offer]
    assert reaching("JPN") == []


def test_an_unresolved_target_reaches_nobody():
    of_the_south("KHM")
    TargetFactory(offer=PublishedOfferFactory())
    assert reaching("KHM") == []


def test_an_offer_that_reaches_a_country_twice_is_listed_once():
    of_the_south("KHM")
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
    of_the_south("BTN")
    member("LDC", "BTN", level=GroupLevel.SPECIAL_SITUATION, valid_to=left_on, status=status)
    route = ReachTable.on_day(day).route(LDC, "BTN")
    assert (route is not None) == reached
    if route is not None:
        left = status == MembershipStatus.CONFIRMED and left_on <= day
        assert route.left_on == (left_on if left else None)


def test_only_special_situations_have_a_transition():
    of_the_south("KHM")
    member("ASEAN", "KHM", level=GroupLevel.ORGANISATION, valid_to=DAY - dt.timedelta(days=1))
    assert ReachTable.on_day(DAY).route(PlaceKey(kind=PlaceKind.GROUP, code="ASEAN"), "KHM") is None


def test_a_country_that_is_not_listed_counts_in_no_group():
    of_the_south("KHM")
    Country.objects.update(is_listed=False)
    assert ReachTable.on_day(DAY).groups_reaching("KHM") == []


def test_groups_reaching_names_the_derived_ones_too():
    of_the_south("KHM")
    member("M49_SOUTH_AMERICA", "KHM")
    latin_america = CountryGroupFactory(code="LATIN_AMERICA", level=GroupLevel.REGION)
    latin_america.parts.set([CountryGroup.objects.get(code="M49_SOUTH_AMERICA")])
    assert set(ReachTable.on_day(DAY).groups_reaching("KHM")) == {
        "G77", "M49_SOUTH_AMERICA", "LATIN_AMERICA", "SOUTH",
    }  # fmt: skip
