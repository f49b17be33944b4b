"""The people of a trial: one account of each role, all of them invented, none of a true institution that posts."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from directory.choices import DesignationKind, Role
from directory.models import Affiliation, Agency, Country, Designation, User
from directory.people.designations import DESIGNATED_ROLES
from ssc_portal.running.demo.agencies import FUND, OF_CAMBODIA, OF_THAILAND, WINDOW_OF_CAMBODIA, make_agency


class DemoRefused(Exception):
    """The demo, or a part of it, has no place here; the message says why."""


@dataclass(frozen=True)
class DemoPerson:
    """One invented person for each role; the agency is named by its code."""

    email: str
    full_name: str
    role: Role
    agency: str


@dataclass(frozen=True)
class DemoAccount:
    """What became of a demo person's account; `password` only where it was set just now."""

    person: DemoPerson
    password: str | None
    is_new: bool


FOCAL_POINT = DemoPerson("focal-point@example.org", "Demo focal point", Role.FOCAL_POINT, OF_THAILAND.code)
OTHER_FOCAL_POINT = DemoPerson("other-focal-point@example.org", "Demo focal point", Role.FOCAL_POINT, OF_CAMBODIA.code)
OF_THE_FUND = DemoPerson("fund-focal-point@example.org", "Demo focal point", Role.FOCAL_POINT, FUND.code)
COORDINATOR = DemoPerson("coordinator@example.org", "Demo coordinator", Role.COORDINATOR, WINDOW_OF_CAMBODIA.code)
REVIEWER = DemoPerson("reviewer@example.org", "Demo reviewer", Role.REVIEWER, "secretariat")
MANAGER = DemoPerson("manager@example.org", "Demo manager", Role.MANAGER, "secretariat")
# The partner reads alone: none of a true institution's words are invented.
PARTNER = DemoPerson("partner@example.org", "Demo partner system", Role.PARTNER, "unossc")
PEOPLE = (FOCAL_POINT, OTHER_FOCAL_POINT, OF_THE_FUND, COORDINATOR, REVIEWER, MANAGER, PARTNER)


def make_demo_accounts(*, password: str | None = None) -> list[DemoAccount]:
    """Make one account of each role, and keep those that are there.

    With `password` every account gets it, also those that are there; without, new accounts get a random one each
    and the others keep theirs.

    Raises:
        DemoRefused: DEBUG is off: a portal in use has no accounts whose passwords were printed. Or an agency that a
            person belongs to is missing: the reference data are not loaded.
    """
    if not settings.DEBUG:
        raise DemoRefused("Demo accounts are made only with DEBUG on, never on a portal in use.")
    with transaction.atomic():
        return [_make_account(person, password=password) for person in PEOPLE]


def _make_account(person: DemoPerson, *, password: str | None) -> DemoAccount:
    user = User.objects.filter(email=person.email).first()
    is_new = user is None
    chosen = password or secrets.token_urlsafe(12)
    set_now: str | None = None
    if user is None:
        user = User.objects.create_user(person.email, chosen, full_name=person.full_name)
        set_now = chosen
    elif password and not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
        set_now = password
    try:
        agency = make_agency(person.agency) or Agency.objects.get(code=person.agency)
    except (Agency.DoesNotExist, Country.DoesNotExist) as missing:
        raise DemoRefused(f"There is no agency {person.agency!r}: run `manage.py load_reference` first.") from missing
    affiliation = Affiliation.objects.filter(user=user, agency=agency, role=person.role).first()
    if affiliation is None:
        affiliation = Affiliation(user=user, agency=agency, role=person.role)
        affiliation.full_clean()
        affiliation.save()
    _designate(affiliation)
    return DemoAccount(person=person, password=set_now, is_new=is_new)


def _designate(affiliation: Affiliation) -> None:
    """Record a designation for a trial, so that the person can act."""
    if affiliation.role in DESIGNATED_ROLES and not affiliation.designations.exists():
        Designation.objects.create(
            affiliation=affiliation,
            kind=DesignationKind.OFFICIAL_LETTER,
            reference="DEMO",
            dated=timezone.now().date(),
            ministry="Demo, made up",
        )


def user_of(person: DemoPerson) -> User:
    """Return the person's account; raises DemoRefused where there is none."""
    user = User.objects.filter(email=person.email).first()
    if user is None:
        raise DemoRefused(f"There is no {person.email}: run `manage.py make_demo_accounts` first.")
    return user
