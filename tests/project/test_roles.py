"""The table of roles and actions, every cell of it written out once more by hand, refusals included."""

import pytest
from django.contrib.auth.models import AnonymousUser

from directory.access import (
    GRANTS,
    KEY_GRANTS,
    NEEDS_DESIGNATION,
    Action,
    KeyReader,
    Whose,
    can,
    is_member,
    scope_of,
)
from directory.choices import AgencyKind, KeyScope, Role
from tests.factories import AgencyFactory, ApiKeyFactory, CountryFactory, UserFactory

pytestmark = pytest.mark.any_database

ROLES = (Role.FOCAL_POINT, Role.COORDINATOR, Role.PARTNER, Role.REVIEWER, Role.MANAGER)

# One column a role, in the order of ROLES; whose rows the action reaches, -: must not.
TABLE = {
    Action.READ_OWN: "agency country - - -",
    Action.POST: "agency country - - -",
    Action.APPROVE_POSTINGS: "- country - - all",
    Action.ANSWER_PROPOSALS: "agency country - - -",
    Action.INVITE: "- country - - all",
    Action.USE_DIRECTORY: "all all - all all",
    Action.READ_COUNTRY_BRIEFS: "- country - all all",
    Action.READ_COMPUTED_FITS: "- - all - -",
    Action.ASK_SECRETARIAT: "all all all - -",
    Action.ASK_ABOUT_POSTINGS: "agency country - - -",
    Action.READ_EVERYTHING: "- - - all all",
    Action.REVIEW_MATCHES: "- - - all all",
    Action.REVIEW_PRACTICES: "- - - all all",
    Action.RUN_MATCHING: "- - - all all",
    Action.MANAGE_SURVEYS: "- - - - all",
    Action.MANAGE_POSTINGS: "- - - - all",
    Action.MANAGE_REFERENCE: "- - - - all",
    Action.MANAGE_PROFILES: "- - - - all",
    Action.MANAGE_ACCOUNTS: "- - - - all",
    Action.MANAGE_DESIGNATIONS: "- - - - all",
    Action.MANAGE_KEYS: "agency country - - all",
}
CELLS = [(role, action, whose) for action, row in TABLE.items() for role, whose in zip(ROLES, row.split(), strict=True)]


def test_no_role_and_no_action_is_forgotten():
    assert set(TABLE) == set(Action)
    assert set(ROLES) == set(Role) == set(GRANTS)


@pytest.mark.parametrize(("role", "action", "whose"), CELLS)
def test_the_table_says(role, action, whose):
    assert GRANTS[role].get(action, "-") == whose


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_person_may_what_the_role_may(role):
    person = UserFactory(role=role)
    assert {action for action in Action if can(person, action)} == set(GRANTS[role])


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.COORDINATOR])
def test_without_a_designation_a_person_reads_and_does_not_act(role):
    person = UserFactory(role=role, role__designated=False)
    assert {action for action in Action if can(person, action)} == set(GRANTS[role]) - NEEDS_DESIGNATION


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_without_a_second_factor_the_secretariat_may_nothing(role):
    person = UserFactory(role=role, role__second_factor=False)
    assert not any(can(person, action) for action in Action)
    assert not person.is_staff
    assert person.lacks_second_factor


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "own", "alone", "other_agency", "other_country"),
    [
        (Role.FOCAL_POINT, True, True, False, False),
        (Role.COORDINATOR, True, True, True, False),
        (Role.MANAGER, True, True, True, True),
    ],
)
def test_whose_rows_an_action_reaches(role, own, alone, other_agency, other_country):
    action = Action.MANAGE_POSTINGS if role == Role.MANAGER else Action.POST
    agency = AgencyFactory(country=CountryFactory(iso3="THA"), kind=AgencyKind.MINISTRY)
    where = {} if role == Role.MANAGER else {"role__agency": agency}
    scope = scope_of(UserFactory(role=role, **where), action)
    thailand, cambodia = frozenset({"THA"}), frozenset({"KHM"})
    assert scope.covers(agency_id=agency.pk, countries=thailand) is own
    assert scope.covers(agency_id=None, countries=thailand) is alone
    assert scope.covers(agency_id=agency.pk + 1, countries=thailand) is other_agency
    assert scope.covers(agency_id=agency.pk + 1, countries=cambodia) is other_country


@pytest.mark.django_db
def test_only_a_government_s_agency_speaks_for_what_stands_under_the_country_alone():
    institute = AgencyFactory(country=CountryFactory(iso3="THA"), kind=AgencyKind.TRAINING_INSTITUTION)
    scope = scope_of(UserFactory(role=Role.FOCAL_POINT, role__agency=institute), Action.POST)
    assert not scope.covers(agency_id=None, countries=frozenset({"THA"}))
    assert scope.covers(agency_id=institute.pk, countries=frozenset({"THA"}))


def test_the_table_knows_no_other_reach():
    assert {whose for row in GRANTS.values() for whose in row.values()} == set(Whose)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_deactivated_person_may_nothing(role):
    person = UserFactory(role=role, is_active=False)
    assert not any(can(person, action) for action in Action)
    assert not person.is_staff


@pytest.mark.django_db
def test_a_person_without_affiliation_and_a_visitor_may_nothing():
    for nobody in (UserFactory(), AnonymousUser(), None):
        assert not any(can(nobody, action) for action in Action)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", KeyScope)
def test_a_key_does_what_its_scopes_say_and_nothing_of_a_persons(scope):
    reader = KeyReader.of(ApiKeyFactory(scopes=[scope]))
    assert {action for action in Action if can(reader, action)} == set(KEY_GRANTS[scope])
    assert not is_member(reader)
    assert reader.is_authenticated
    assert not reader.is_anonymous


def test_a_key_that_writes_reaches_its_own_agency_alone(agency_of_a_key):
    reader = KeyReader.of(ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=agency_of_a_key))
    scope = scope_of(reader, Action.POST)
    assert (scope.agencies, scope.countries, scope.everything) == ({agency_of_a_key.pk}, frozenset(), False)


@pytest.mark.parametrize(
    "person",
    [
        {"role": Role.FOCAL_POINT, "role__designated": False},
        {"role": Role.FOCAL_POINT, "is_active": False},
        {"role": Role.PARTNER},
        {"role": Role.MANAGER, "role__agency": None},
        {"role": Role.FOCAL_POINT, "role__agency": None},
        {"role": None},
    ],
)
def test_a_key_writes_only_while_its_person_may(agency_of_a_key, person):
    accountable = UserFactory(**{"role__agency": agency_of_a_key, **person})
    key = ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS], agency=agency_of_a_key, accountable=accountable)
    assert not can(KeyReader.of(key), Action.POST)
    assert not scope_of(KeyReader.of(key), Action.POST)


def test_a_key_without_a_person_writes_nothing(agency_of_a_key):
    assert not can(KeyReader(scopes=[KeyScope.WRITE_POSTINGS], agency=agency_of_a_key), Action.POST)


@pytest.fixture
def agency_of_a_key(db):
    return AgencyFactory()
