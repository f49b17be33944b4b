"""The facts that the project ships: counts and sources."""

import csv
import datetime as dt

import pytest

from directory.access import Action, can
from directory.choices import AreaUse, GroupLevel
from directory.filters import group_filter
from directory.models import Agency, AgencyFact, Country, CountryGroup, GroupMembership, PriorityArea
from directory.names import NameIndex
from directory.people.membership import members
from directory.reference.loading import DATA_FOLDER, load_reference
from web.text import fold

SURVEY_DAY = dt.date(2018, 6, 27)
BEFORE = dt.date(2026, 11, 23)
AFTER = dt.date(2026, 11, 25)


def rows_of(file: str) -> list[dict[str, str]]:
    with (DATA_FOLDER / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.any_database
@pytest.mark.parametrize("file", sorted(path.name for path in DATA_FOLDER.glob("*.csv")))
def test_every_row_has_a_source(file):
    assert [row for row in rows_of(file) if not row["source"].strip()] == []


@pytest.mark.usefixtures("reference")
def test_groups_have_as_many_members_as_the_un_says():
    expected = {
        ("SIDS", AFTER): 39,
        ("LLDC", AFTER): 32,
        ("LDC", SURVEY_DAY): 47,
        ("LDC", BEFORE): 44,
        ("LDC", AFTER): 44,
        ("G77", AFTER): 134,
        ("ASEAN", BEFORE): 11,
        ("ASEAN", SURVEY_DAY): 10,
    }

    assert {(group, day): members(group, day).count() for group, day in expected} == expected


@pytest.mark.any_database
def test_rows_of_a_group_are_as_many_as_expected():
    rows = rows_of("group_memberships.csv")
    expected = {row["code"]: int(row["expected_count"]) for row in rows_of("groups.csv") if not row["parts"]
                and row["expected_count"].isdigit()}  # fmt: skip

    counted = {code: sum(row["group"] == code for row in rows) for code in expected}

    assert counted == expected
    assert len(expected) > 50


@pytest.mark.usefixtures("reference")
def test_only_listed_countries_count_in_a_group():
    unlisted = set(Country.objects.filter(is_listed=False).values_list("pk", flat=True))

    in_file = GroupMembership.objects.filter(group="M49_AFRICA").count()
    counted = {membership.country_id for membership in members("M49_AFRICA", AFTER)}

    assert in_file == 60
    assert len(counted) == 54
    assert counted.isdisjoint(unlisted)


@pytest.mark.usefixtures("reference")
def test_open_reach_is_the_working_rule():
    expected = {
        *GroupMembership.objects.filter(group__in=("G77", "SIDS", "LLDC")).values_list("country", flat=True),
        *(membership.country_id for membership in members("LDC", AFTER)),
        *Country.objects.filter(escap_status="associate_member").values_list("pk", flat=True),
        *Country.objects.filter(
            un_status="member", income_group__in=("Low income", "Lower middle income", "Upper middle income")
        ).values_list("pk", flat=True),
    }

    reached = [membership.country_id for membership in members("OPEN_REACH", AFTER)]

    assert len(reached) == len(set(reached))
    assert set(reached) == expected
    assert {"TUR", "CHN", "PSE", "COK", "SGP", "ETH", "UKR"} <= expected
    assert {"GUM", "PYF", "ASM", "NCL", "HKG", "MAC", "MNP"} <= expected
    assert expected.isdisjoint({"ITA", "AUS", "KOR", "JPN", "RUS"})


@pytest.mark.usefixtures("reference")
def test_latin_america_is_derived():
    expected = {
        membership.country_id
        for part in ("M49_CENTRAL_AMERICA", "M49_SOUTH_AMERICA")
        for membership in members(part, AFTER)
    }

    assert {membership.country_id for membership in members("LATIN_AMERICA", AFTER)} == expected
    assert {"MEX", "BRA", "PAN"} <= expected
    assert "CUB" not in expected


@pytest.mark.usefixtures("reference")
def test_countries_stand_in_english_alphabetical_order():
    names = [fold(country.name) for country in Country.objects.order_by("position")]

    assert names == sorted(names)
    assert Country.objects.listed().count() == 204
    assert Country.objects.get(pk="TUR").name == "Türkiye"


@pytest.mark.usefixtures("reference")
def test_lists_made_for_other_ends_are_no_headings():
    headings = set(CountryGroup.objects.filter(is_heading=True).values_list("code", flat=True))

    assert {"LDC", "LLDC", "SIDS", "ASEAN", "SAARC", "PIF", "ASIA_PACIFIC", "ESCAP_SEA"} <= headings
    assert headings.isdisjoint({"FRAGILE", "WB_FCS_FY24", "WB_FCS_FY26", "OIC", "G77", "LOW_MIDDLE_INCOME"})
    assert headings.isdisjoint({"OPEN_REACH", "OWN_STATEMENT"})


@pytest.mark.usefixtures("reference")
def test_fragile_states_are_those_of_the_list_of_the_day():
    def on(day: str) -> set[str]:
        return {membership.country_id for membership in members("FRAGILE", dt.date.fromisoformat(day))}

    assert len(on("2018-06-27")) == 35
    assert {"CIV", "SLE", "TGO"} <= on("2018-06-27")
    assert "UKR" not in on("2018-06-27")
    assert "TLS" not in on("2018-06-30")
    assert "TLS" in on("2018-07-01")
    assert "UKR" in on("2026-06-30")
    # The list of July 2026 is not held: one that ended is not read in its place.
    assert on("2026-07-01") == on("2017-06-30") == set()
    made_anew = set(CountryGroup.objects.filter(is_made_anew=True).values_list("code", flat=True))
    assert made_anew == {"FRAGILE", "LOW_MIDDLE_INCOME", *(f"WB_FCS_FY{year}" for year in range(18, 27))}


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("Central Asia", {"M49_CENTRAL_ASIA"}),
        ("North and Central Asia", {"ESCAP_NCA"}),
        ("Southern Asia", {"M49_SOUTHERN_ASIA"}),
        ("South and South-West Asia", {"ESCAP_SSWA"}),
        ("SAARC countries", {"SAARC"}),
        ("South Asia", {"ESCAP_SSWA", "M49_SOUTHERN_ASIA", "SAARC"}),
        ("Middle East", {"MIDDLE_EAST", "MIDDLE_EAST_DAC"}),
        ("Southeast Asia", {"ESCAP_SEA"}),
        ("the Pacific", {"ESCAP_PACIFIC"}),
        ("Global South", {"OPEN_REACH"}),
    ],
)
def test_a_region_is_read_as_its_users_mean_it_or_asks(name_index: NameIndex, name: str, groups: set[str]):
    read = name_index.resolve(name)

    assert read.kind == ("group" if len(groups) == 1 else "ambiguous")
    assert {read.group_code, *read.group_suggestions} - {None} == groups


@pytest.mark.usefixtures("reference")
def test_regions_that_are_read_without_asking_are_the_same_wherever_they_are_drawn():
    taking_part = {membership.country_id for membership in members("OPEN_REACH", AFTER)}

    def reached(code: str) -> set[str]:
        return {membership.country_id for membership in members(code, AFTER)} & taking_part

    assert reached("ESCAP_SEA") == reached("M49_SOUTH_EASTERN_ASIA") == reached("ASEAN")
    assert reached("ESCAP_PACIFIC") == reached("M49_OCEANIA")
    assert reached("ESCAP_ENEA") == reached("M49_EASTERN_ASIA")
    assert len({frozenset(reached(code)) for code in ("ESCAP_SSWA", "M49_SOUTHERN_ASIA", "SAARC")}) == 3


@pytest.mark.usefixtures("reference")
def test_no_list_made_anew_and_no_rule_is_a_filter():
    offered = set(group_filter().queryset.values_list("code", flat=True))

    assert {"LDC", "ASEAN", "LATIN_AMERICA"} <= offered
    assert offered.isdisjoint({"OPEN_REACH", "OWN_STATEMENT", "FRAGILE", "WB_FCS_FY18", "LOW_MIDDLE_INCOME", "OIC"})


@pytest.mark.usefixtures("reference")
def test_every_listed_country_has_a_regional_heading():
    with_region = GroupMembership.objects.filter(
        group__is_heading=True, group__level__in=(GroupLevel.SUB_REGION, GroupLevel.REGION)
    ).values("country")

    assert list(Country.objects.listed().exclude(pk__in=with_region)) == []


@pytest.mark.usefixtures("reference")
def test_headings_do_not_share_a_label():
    labels = list(CountryGroup.objects.filter(is_heading=True).values_list("label", flat=True))

    assert len(labels) == len(set(labels))


@pytest.mark.usefixtures("reference")
def test_areas_are_used_as_designed():
    by_use = {use: set(PriorityArea.objects.filter(use=use).values_list("code", flat=True)) for use in AreaUse}

    assert by_use[AreaUse.TAG] == {"sdgs"}
    assert by_use[AreaUse.AS_PRINTED] == {"belt-and-road", "security"}
    assert set(PriorityArea.objects.filter(parent="connectivity").values_list("code", flat=True)) == {
        "ict", "trade", "transport",
    }  # fmt: skip
    of_institutions = PriorityArea.objects.filter(parent="south-south-institutions")
    assert list(of_institutions.values_list("label", flat=True)) == [
        "Legal and institutional frameworks", "Institutional management and coordination mechanisms",
        "Project management", "Human resources skills", "Communication skills and technology",
    ]  # fmt: skip
    assert set(PriorityArea.objects.exclude(parent=None).values_list("parent", flat=True)) == {
        "connectivity", "south-south-institutions",
    }  # fmt: skip


@pytest.mark.usefixtures("reference")
def test_agencies_carry_the_facts_of_boxes_1_and_2():
    facts = {(fact.agency.code, fact.label): fact for fact in AgencyFact.objects.select_related("agency")}

    assert "Royal Decree" in facts["tha-tica", "Legal basis"].text
    assert "Director-General with two deputies" in facts["tha-tica", "Head"].text
    assert facts["tha-tica", "Head"].as_of == "2018"
    assert facts["escap-tsunami-trust-fund", "Portfolio"].text == "26 projects, about 15.5 million USD, 19 countries."
    assert facts["escap-tsunami-trust-fund", "Founding contributor"].text == "Thailand."
    assert all(fact.source for fact in facts.values())


@pytest.mark.usefixtures("reference")
def test_the_secretariat_is_an_agency_that_is_not_public():
    assert Agency.objects.filter(code="secretariat", kind="secretariat", country=None).exists()
    assert not Agency.objects.public().filter(code="secretariat").exists()


def test_loading_takes_up_the_secretariat_of_the_first_manager(manager):
    load_reference()
    agency = Agency.objects.get(code="secretariat")

    assert agency.source
    assert can(manager, Action.MANAGE_REFERENCE)
