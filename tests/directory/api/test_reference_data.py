"""Reference data in the API: countries, groups on a day, areas, modalities, agencies."""

from typing import Any

import pytest

from directory.choices import AgencyKind, AgencyRole
from directory.models import Agency, AgencyFact, Country, User
from tests.api import ROOT, client_of, read, refused, rows
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    ModalityFactory,
    SecretariatFactory,
)

pytestmark = pytest.mark.django_db

LISTS = ("countries", "groups", "areas", "modalities", "agencies")
KEYS = {
    "countries": {
        "iso3", "iso2", "m49", "name", "name_formal", "names", "un_status", "un_status_label", "escap_status",
        "escap_status_label", "url", "page_url",
    },
    "groups": {
        "code", "label", "level", "level_label", "authority", "is_heading", "parts", "part_labels", "source", "url",
    },
    "areas": {
        "code", "label", "parent", "parent_label", "use", "use_label", "sdg_goals", "dac_sectors", "dac_purposes",
        "source", "url",
    },
    "modalities": {"code", "label", "aid_types", "source", "url"},
    "agencies": {
        "code", "name", "acronym", "kind", "country", "role", "founded", "parent_body", "description", "website",
        "office_mailbox", "facts", "source", "kind_label", "country_label", "role_label", "url", "page_url",
    },
}  # fmt: skip


@pytest.mark.any_database
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", ["visitor", "focal_point", "coordinator", "partner", "reviewer", "manager"])
def test_the_keys_of_each_list_are_these(name: str, role: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(role)
    AreaFactory()
    ModalityFactory()
    CountryGroupFactory()
    AgencyFactory(note="for the secretariat")
    is_staff = role in ("reviewer", "manager")

    row = rows(f"/{name}/", user)[0]

    assert set(row) == KEYS[name] | ({"is_active"} if is_staff and name == "agencies" else set())
    assert "for the secretariat" not in str(row)


def test_countries_are_the_listed_ones() -> None:
    CountryFactory(iso3="THA")
    CountryFactory(iso3="ALA", is_listed=False)

    assert [row["iso3"] for row in rows("/countries/")] == ["THA"]
    assert client_of().get(f"{ROOT}/countries/ALA/").status_code == 404
    assert list(refused("/offers/?country=ALA")) == ["country"]


def test_agencies_are_the_public_ones_and_staff_see_all(reviewer: User) -> None:
    AgencyFactory(code="tica")
    AgencyFactory(code="closed", is_active=False)
    secretariat = SecretariatFactory()

    assert [row["code"] for row in rows("/agencies/")] == ["tica"]
    assert {row["code"] for row in rows("/agencies/", reviewer)} >= {"tica", "closed", secretariat.code}
    assert client_of().get(f"{ROOT}/agencies/{secretariat.code}/").status_code == 404


@pytest.mark.any_database
def test_an_agency_exactly() -> None:
    agency = AgencyFactory(
        code="tica", name="Thailand International Cooperation Agency", acronym="TICA", founded=2004, source="Box 1",
        country=CountryFactory(iso3="THA"), role="offering",
    )  # fmt: skip
    AgencyFact.objects.create(agency=agency, label="Legal basis", text="Decree", as_of="2018", source="Box 1")
    AgencyFact.objects.create(agency=agency, label="Old", text="x", is_active=False)

    assert read("/agencies/tica/") == {
        "code": "tica",
        "name": "Thailand International Cooperation Agency",
        "acronym": "TICA",
        "kind": AgencyKind.NATIONAL_AGENCY,
        "kind_label": str(AgencyKind.NATIONAL_AGENCY.label),
        "country": "THA",
        "country_label": str(agency.country),
        "role": "offering",
        "role_label": str(AgencyRole.OFFERING.label),
        "founded": 2004,
        "parent_body": "",
        "description": "",
        "website": "",
        "office_mailbox": "",
        "facts": [{"label": "Legal basis", "text": "Decree", "as_of": "2018", "source": "Box 1"}],
        "source": "Box 1",
        "url": "http://testserver/api/v1/agencies/tica/",
        "page_url": "http://testserver/agencies/tica/",
    }
    assert [row["code"] for row in rows("/agencies/?country=THA&q=tica")] == ["tica"]


@pytest.mark.any_database
@pytest.mark.parametrize("is_public", [True, False])
def test_an_office_mailbox_is_read_by_all_where_the_agency_wants_that(is_public: bool) -> None:
    AgencyFactory(code="tica", office_mailbox="office@example.org", office_mailbox_is_public=is_public)

    shown = "office@example.org" if is_public else ""
    assert read("/agencies/tica/")["office_mailbox"] == shown
    assert ("office@example.org" in client_of().get("/agencies/tica/").content.decode()) == is_public


def test_an_area_as_printed_is_in_no_list_but_has_an_address() -> None:
    AreaFactory(code="security", use="as_printed")

    assert rows("/areas/") == []
    assert read("/areas/security/")["use"] == "as_printed"


def test_the_members_of_a_group_on_a_day(reference: None) -> None:
    then = {row["country"]: row for row in read("/groups/LDC/?on=2018-06-27")["members"]}
    now = {row["country"]: row for row in read("/groups/LDC/?on=2026-11-25")["members"]}

    assert "BTN" in then
    assert "BTN" not in now
    assert "BGD" in then
    assert now["BGD"]["status"] == "to_be_confirmed"
    for words in ("24 November 2026", "A/RES/76/8", "being verified", "deferral requested"):
        assert words in now["BGD"]["description"]
    assert set(now["BGD"]) == {
        "country", "name", "through", "status", "status_label", "description", "valid_from", "valid_to",
        "date_precision", "resolution", "public_note", "source",
    }  # fmt: skip


def test_the_members_of_a_derived_group_come_once_each(reference: None) -> None:
    answer = read("/groups/OPEN_REACH/?on=2026-11-25")

    countries = [row["country"] for row in answer["members"]]
    assert len(countries) == len(set(countries)) > 130
    assert answer["parts"]
    assert {row["through"] for row in answer["members"]} <= {"OPEN_REACH", *answer["parts"]}


def test_a_group_without_a_day_is_todays() -> None:
    group = CountryGroupFactory(code="LDC")
    GroupMembershipFactory(group=group, country=CountryFactory(iso3="NPL"))

    answer = read("/groups/LDC/")

    assert [row["country"] for row in answer["members"]] == ["NPL"]
    assert answer["on"]


def test_a_country_s_groups_on_a_day(reference: None) -> None:
    then = {row["group"] for row in read("/countries/BTN/?on=2018-06-27")["groups"]}
    now = {row["group"] for row in read("/countries/BTN/?on=2026-11-25")["groups"]}

    assert {"LDC", "LLDC"} <= then
    assert "LDC" not in now
    assert "LLDC" in now
    assert not now & {"OIC", "FRAGILE", "WB_FCS_FY26"}


@pytest.mark.any_database
@pytest.mark.parametrize("day", ["today", "2018-6-27", "20180627", "2018-02-30", "", "0", "2018-W26-3", "27.06.2018"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    CountryGroupFactory(code="LDC")
    CountryFactory(iso3="BTN")

    assert list(refused(f"/groups/LDC/?on={day}")) == ["on"]
    assert list(refused(f"/countries/BTN/?on={day}")) == ["on"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_are_answered(day: str, reference: None) -> None:
    assert read(f"/groups/LDC/?on={day}")["on"] == day
    assert read(f"/countries/BGD/?on={day}")["on"] == day


def test_countries_are_found_in_every_language_of_the_un(reference: None) -> None:
    for query in ("Türkiye", "turkiye", "Турция", "土耳其", "تركيا"):
        assert [row["iso3"] for row in rows(f"/countries/?q={query}")] == ["TUR"], query


def test_countries_of_a_group(reference: None) -> None:
    assert {row["iso3"] for row in rows("/countries/?group=ASEAN")} >= {"KHM", "LAO", "THA", "VNM"}
    assert len(rows("/countries/?group=LATIN_AMERICA&page_size=100")) > 15
    for code in ("OIC", "FRAGILE", "LOW_MIDDLE_INCOME", "OPEN_REACH", "OWN_STATEMENT"):
        assert list(refused(f"/countries/?group={code}")) == ["group"]


def make(name: str, number: int) -> None:
    if name == "countries":
        CountryFactory.create_batch(number)
    elif name == "groups":
        for group in CountryGroupFactory.create_batch(number):
            group.parts.add(CountryGroupFactory(code="PART"))
    elif name == "agencies":
        country = CountryFactory(iso3="THA")
        for agency in AgencyFactory.create_batch(number, country=country):
            AgencyFact.objects.create(agency=agency, label="Legal basis", text="Decree")
    else:
        (AreaFactory if name == "areas" else ModalityFactory).create_batch(number)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("countries", 1),  # countries
        ("groups", 2),  # groups, parts
        ("areas", 1),  # areas
        ("modalities", 1),  # modalities
        ("agencies", 2),  # agencies, facts
    ],
)
def test_a_list_asks_the_same_number_of_queries_at_10_and_at_200_rows(
    name: str, expected: int, django_assert_num_queries: Any
) -> None:
    client = client_of()
    for number in (10, 190):
        make(name, number)
        with django_assert_num_queries(expected):
            assert client.get(f"{ROOT}/{name}/?page_size=100").json()["results"]


@pytest.mark.any_database
def test_a_group_and_a_country_ask_few_queries_however_many_members(
    reference: None, django_assert_num_queries: Any
) -> None:
    client = client_of()
    for code in ("CLMV", "OPEN_REACH"):
        with django_assert_num_queries(3):  # group, parts, members with their countries
            client.get(f"{ROOT}/groups/{code}/")
    with django_assert_num_queries(2):  # country, memberships with their groups
        client.get(f"{ROOT}/countries/BGD/")
    assert Country.objects.listed().count() == 204
    assert Agency.objects.public().exists()
