"""The table of roles and actions, every cell of it written out once more by hand, refusals included."""

import pytest
from django.contrib.auth.models import AnonymousUser

from directory.access import ROLE_ACTIONS, Action, can
from directory.choices import Role
from tests.factories import UserFactory

ROLES = (Role.FOCAL_POINT, Role.COORDINATOR, Role.PARTNER, Role.REVIEWER, Role.MANAGER)

# DESIGN section 1. One column a role, in the order of ROLES; x: may, -: must not.
TABLE = {
    Action.READ_OWN: "x x - - -",
    Action.READ_COUNTRY: "- x - - -",
    Action.READ_COMPUTED_FITS: "- - x - -",
    Action.READ_EVERYTHING: "- - - x x",
    Action.REVIEW_MATCHES: "- - - x x",
    Action.RUN_MATCHING: "- - - x x",
    Action.MANAGE_SURVEYS: "- - - - x",
    Action.MANAGE_POSTINGS: "- - - - x",
    Action.MANAGE_REFERENCE: "- - - - x",
    Action.MANAGE_PROFILES: "- - - - x",
    Action.MANAGE_ACCOUNTS: "- - - - x",
}
CELLS = [
    (role, action, mark == "x") for action, row in TABLE.items() for role, mark in zip(ROLES, row.split(), strict=True)
]


def test_no_role_and_no_action_is_forgotten():
    assert set(TABLE) == set(Action)
    assert set(ROLES) == set(Role) == set(ROLE_ACTIONS)


@pytest.mark.parametrize(("role", "action", "may"), CELLS)
def test_the_table_says(role, action, may):
    assert (action in ROLE_ACTIONS[role]) is may


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_person_may_what_the_role_may(role):
    person = UserFactory(role=role)
    assert {action for action in Action if can(person, action)} == ROLE_ACTIONS[role]


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
