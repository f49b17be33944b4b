"""Who is in which group on which day, and the words for it."""

import datetime as dt

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from directory.choices import MembershipStatus
from directory.models import GroupMembership
from directory.people.membership import describe, groups_of, members
from tests.factories import CountryFactory, CountryGroupFactory, GroupMembershipFactory

SURVEY_DAY = dt.date(2018, 6, 27)
TODAY = dt.date(2026, 11, 25)


def codes(memberships) -> list[str]:
    return [membership.country_id for membership in memberships]


def in_transition(group: str, on: dt.date, years: int) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.of_group(group).ended_within(years, on)


def words(iso3: str, day: dt.date) -> str:
    return describe(members("LDC", day).get(country=iso3), day)


@pytest.mark.usefixtures("reference")
def test_bhutan_was_an_ldc_and_is_not():
    assert "BTN" in codes(members("LDC", SURVEY_DAY))
    assert words("BTN", SURVEY_DAY) == "LDC; graduation on 13 December 2023"
    assert "BTN" not in codes(members("LDC", TODAY))
    assert "BTN" in codes(members("LDC", dt.date(2023, 12, 12)))
    assert "BTN" not in codes(members("LDC", dt.date(2023, 12, 13)))


@pytest.mark.usefixtures("reference")
def test_bangladesh_is_an_ldc_until_its_graduation_is_confirmed():
    assert {"BGD"} <= set(codes(members("LDC", SURVEY_DAY))) & set(codes(members("LDC", TODAY)))
    assert words("BGD", TODAY) == (
        "LDC; graduation scheduled for 24 November 2026, being verified (A/RES/76/8); deferral requested"
    )


@pytest.mark.usefixtures("reference")
def test_lao_pdr_and_nepal_likewise():
    for iso3 in ("LAO", "NPL"):
        assert words(iso3, TODAY) == "LDC; graduation scheduled for 24 November 2026, being verified (A/RES/76/8)"
        assert words(iso3, dt.date(2026, 11, 23)) == "LDC; graduation scheduled for 24 November 2026 (A/RES/76/8)"


@pytest.mark.usefixtures("reference")
def test_cambodia_is_scheduled():
    assert words("KHM", TODAY) == "LDC; graduation scheduled for 19 December 2029"


@pytest.mark.usefixtures("reference")
def test_a_manager_who_confirms_an_end_ends_the_membership():
    membership = GroupMembership.objects.get(group="LDC", country="LAO")
    membership.status = MembershipStatus.CONFIRMED
    membership.save()

    assert "LAO" not in codes(members("LDC", TODAY))
    assert "LAO" in codes(in_transition("LDC", TODAY, 3))
    assert describe(membership, TODAY) == "LDC; graduated on 24 November 2026 (A/RES/76/8)"


@pytest.mark.usefixtures("reference")
def test_transition_lasts_to_the_day_before_the_anniversary():
    expected = {
        (dt.date(2023, 12, 12), 3): [],
        (dt.date(2023, 12, 13), 3): ["BTN"],
        (dt.date(2026, 11, 25), 3): ["BTN", "STP"],
        (dt.date(2026, 12, 12), 3): ["BTN", "STP"],
        (dt.date(2026, 12, 13), 3): ["STP"],
        (dt.date(2026, 11, 25), 0): [],
    }

    assert {(day, years): codes(in_transition("LDC", day, years)) for day, years in expected} == expected


@pytest.mark.django_db
def test_transition_over_a_leap_day():
    GroupMembershipFactory(group__code="LDC", valid_to=dt.date(2024, 2, 29))

    assert in_transition("LDC", dt.date(2027, 2, 28), 3).count() == 1
    assert in_transition("LDC", dt.date(2028, 2, 29), 4).count() == 0
    assert in_transition("LDC", dt.date(2028, 2, 28), 4).count() == 1
    assert in_transition("LDC", dt.date(2027, 3, 1), 3).count() == 0


@pytest.mark.django_db
def test_a_country_that_returned_is_a_member_again():
    group, country = CountryGroupFactory(), CountryFactory()
    GroupMembershipFactory(group=group, country=country, valid_to=dt.date(2026, 1, 1))
    GroupMembershipFactory(group=group, country=country, valid_from=dt.date(2026, 6, 1))

    assert codes(members(group.code, dt.date(2026, 3, 1))) == []
    assert codes(members(group.code, TODAY)) == [country.pk]


@pytest.mark.django_db
def test_a_derived_group_has_each_country_once_by_its_own_membership_first():
    country = CountryFactory()
    whole, first, second, other = (CountryGroupFactory(position=n) for n in range(4))
    whole.parts.set([first, second])
    other.parts.set([first])
    in_second = GroupMembershipFactory(group=second, country=country)
    in_first = GroupMembershipFactory(group=first, country=country)

    assert list(members(whole.code, TODAY)) == [in_first]
    assert list(members(first.code, TODAY)) == [in_first]

    own = GroupMembershipFactory(group=whole, country=country)
    assert list(members(whole.code, TODAY)) == [own]
    in_first.is_active = False
    in_first.save()
    own.delete()
    assert list(members(whole.code, TODAY)) == [in_second]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "NOBODY", "ldc"])
def test_an_unknown_group_has_no_members(code):
    GroupMembershipFactory(group__code="LDC")

    assert codes(members(code, TODAY)) == []


@pytest.mark.usefixtures("reference")
def test_members_and_their_words_are_one_query(django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(1):  # the members of the parts, with country and group
        assert len([describe(membership, TODAY) for membership in members("OPEN_REACH", TODAY)]) == 160
    with django_assert_num_queries(1):  # the memberships of one country, with their groups
        assert [describe(membership, TODAY) for membership in groups_of("THA", TODAY)] == [
            "ASEAN", "BIMSTEC", "South-East Asia", "Asia and the Pacific",
        ]  # fmt: skip


@pytest.mark.usefixtures("reference")
def test_headings_leave_out_what_only_explains_a_reach():
    shown = {membership.group_id for membership in groups_of("AFG", TODAY)}
    everything = {membership.group_id for membership in groups_of("AFG", TODAY, headings_only=False)}

    assert {"LDC", "LLDC", "SAARC"} <= shown
    assert {"OIC", "G77", "LOW_MIDDLE_INCOME"} <= everything - shown

    in_its_year = dt.date(2026, 6, 30)
    assert "WB_FCS_FY26" in {one.group_id for one in groups_of("AFG", in_its_year, headings_only=False)}
    assert "WB_FCS_FY26" not in {one.group_id for one in groups_of("AFG", in_its_year)}


@pytest.mark.django_db
def test_other_groups_end_without_graduating():
    membership = GroupMembershipFactory(group__code="CLUB", valid_to=dt.date(2026, 7, 1))

    assert describe(membership, dt.date(2026, 6, 30)) == "CLUB; membership ends on 1 July 2026"
    assert describe(membership, dt.date(2026, 7, 1)) == "CLUB; membership ended on 1 July 2026"
    membership.status = MembershipStatus.TO_BE_CONFIRMED
    assert describe(membership, dt.date(2026, 6, 30)) == "CLUB; end scheduled for 1 July 2026"
    assert describe(membership, dt.date(2026, 7, 1)) == "CLUB; end scheduled for 1 July 2026, being verified"
