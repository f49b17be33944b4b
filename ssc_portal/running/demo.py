"""A trial of the portal on one machine: its accounts, and when its matching has to run again."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from directory.choices import AgencyKind, DesignationKind, Role
from directory.models import Affiliation, Agency, Country, Designation, User
from directory.people.designations import DESIGNATED_ROLES
from matching.models import MatchRun
from surveys.models import Need, Offer, Survey
from web.days import today

SURVEY_CODE = "escap-unossc-2018"
OPEN_SURVEY = "unossc-needs-assessment"
TABLE_1 = Path("surveys") / "data" / "survey_2018_table1.csv"


class DemoRefused(Exception):
    """Demo accounts have no place here; the message says why."""


DEMO_AGENCY = "demo-agency-khm"
"""Made up, and named so: no agency of a country with a need stands in the reference data."""


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


PEOPLE = (
    DemoPerson("focal-point@example.org", "Demo focal point", Role.FOCAL_POINT, "tha-tica"),
    DemoPerson("other-focal-point@example.org", "Demo focal point", Role.FOCAL_POINT, DEMO_AGENCY),
    DemoPerson("coordinator@example.org", "Demo coordinator", Role.COORDINATOR, "bgd-ministry-of-finance"),
    DemoPerson("reviewer@example.org", "Demo reviewer", Role.REVIEWER, "secretariat"),
    DemoPerson("manager@example.org", "Demo manager", Role.MANAGER, "secretariat"),
    DemoPerson("partner@example.org", "Demo partner system", Role.PARTNER, "unossc"),
)


def open_survey_to_answer() -> Survey:
    """Open the needs assessment that the project ships, so that the demo has a survey to answer; once."""
    survey = Survey.objects.get(code=OPEN_SURVEY)
    if survey.opens_on is None:
        survey.opens_on, survey.is_public = today(), True
        survey.save()
    return survey


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
        agency = _demo_agency() if person.agency == DEMO_AGENCY else Agency.objects.get(code=person.agency)
    except Agency.DoesNotExist as missing:
        raise DemoRefused(f"There is no agency {person.agency!r}: run `manage.py load_reference` first.") from missing
    affiliation = Affiliation.objects.filter(user=user, agency=agency, role=person.role).first()
    if affiliation is None:
        affiliation = Affiliation(user=user, agency=agency, role=person.role)
        affiliation.full_clean()
        affiliation.save()
    _designate(affiliation)
    return DemoAccount(person=person, password=set_now, is_new=is_new)


def _demo_agency() -> Agency:
    country = Country.objects.filter(iso3="KHM").first()
    if country is None:
        raise DemoRefused("There is no Cambodia: run `manage.py load_reference` first.")
    agency, _is_new = Agency.objects.get_or_create(
        code=DEMO_AGENCY,
        defaults={
            "name": "Demo agency, made up",
            "kind": AgencyKind.NATIONAL_AGENCY,
            "country": country,
            "note": "Made by make_demo_accounts.",
        },
    )
    return agency


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


def matching_is_due() -> bool:
    """Whether postings changed since the last run whose results stand, or none stands yet."""
    last_run = MatchRun.objects.public().aggregate(at=Max("started_at"))["at"]
    if last_run is None:
        return True
    return any(model.objects.filter(updated_at__gt=last_run).exists() for model in (Offer, Need))
