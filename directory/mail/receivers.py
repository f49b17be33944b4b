"""Who hears of an agency's affairs."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from directory.choices import GOVERNMENT_AGENCY_KINDS, Role
from directory.models import Affiliation, Agency, Designation, User


def people_of(agency_id: int | None, country_id: str | None) -> list[User]:
    """Return those who may act for a posting of this agency and country (ISO3): designated, active, in a fixed order.

    The focal points of the agency, or of the country's government agencies where the posting stands under the
    country alone, and the coordinators of the country.
    """
    today = timezone.now().date()
    in_force = Affiliation.objects.in_force(today).designated(today).filter(user__is_active=True)
    countries = _countries(country_id, agency_id)
    if agency_id is not None:
        focal_points = Q(role=Role.FOCAL_POINT, agency=agency_id)
    else:
        focal_points = Q(role=Role.FOCAL_POINT, agency__country__in=countries, agency__kind__in=GOVERNMENT_AGENCY_KINDS)
    coordinators = Q(role=Role.COORDINATOR, agency__country__in=countries)
    speaking = in_force.filter(focal_points | coordinators).values("user")
    return list(User.objects.filter(pk__in=speaking, erased_at__isnull=True).order_by("email"))


def spoken_for(prefix: str = "") -> Q:
    """Return the condition that `people_of` a posting is somebody; `prefix` leads to the posting ("need__")."""
    today = timezone.now().date()
    in_force = Affiliation.objects.in_force(today).designated(today)
    speaking = in_force.filter(user__is_active=True, user__erased_at__isnull=True).order_by()
    focal_points = speaking.filter(role=Role.FOCAL_POINT)
    of_governments = focal_points.filter(agency__country__isnull=False, agency__kind__in=GOVERNMENT_AGENCY_KINDS)
    coordinated = speaking.filter(role=Role.COORDINATOR, agency__country__isnull=False).values("agency__country")
    return (
        Q(**{f"{prefix}agency__in": focal_points.values("agency")})
        | Q(**{f"{prefix}agency__isnull": True, f"{prefix}country__in": of_governments.values("agency__country")})
        | Q(**{f"{prefix}country__in": coordinated})
        | Q(**{f"{prefix}agency__country__in": coordinated})
    )


def coordinators_of(country_id: str | None, agency_id: int | None) -> list[User]:
    """Return the coordinators who may act for the country (ISO3) of a posting, or of its agency."""
    countries = _countries(country_id, agency_id)
    today = timezone.now().date()
    speaking = Affiliation.objects.coordinating(today).filter(agency__country__in=countries).values("user")
    return list(User.objects.filter(pk__in=speaking).order_by("email"))


def with_alternates(people: Iterable[User]) -> list[User]:
    """Return these people and the alternates of the designations by which they act, each once.

    What an alternate may not see, having no affiliation of the own, the outbox does not send.
    """
    today, acting = timezone.now().date(), list(people)
    in_force = Designation.objects.in_force(today).filter(affiliation__user__in=acting)
    alternates = User.objects.filter(alternate_in__in=in_force, is_active=True, erased_at__isnull=True)
    return list(dict.fromkeys([*acting, *alternates.order_by("email")]))


def offices_of(agency_id: int | None, country_id: str | None) -> list[Agency]:
    """Return the agencies whose office mailbox receives copies: the posting's own, and those of the coordinators."""
    today = timezone.now().date()
    coordinating = Affiliation.objects.in_force(today).filter(
        role=Role.COORDINATOR, agency__country__in=_countries(country_id, agency_id)
    )
    offices = Agency.objects.filter(Q(pk=agency_id) | Q(pk__in=coordinating.values("agency")), is_active=True)
    return list(offices.exclude(office_mailbox="").order_by("pk"))


def _countries(country_id: str | None, agency_id: int | None) -> list[str]:
    countries = [country_id] if country_id else []
    if agency_id is not None:
        countries += Agency.objects.filter(pk=agency_id, country__isnull=False).values_list("country", flat=True)
    return countries


def secretariat_people(role: Role) -> list[User]:
    """Return the active people of the secretariat in this role."""
    in_force = Affiliation.objects.in_force(timezone.now().date()).filter(role=role)
    people = User.objects.filter(pk__in=in_force.values("user"), is_active=True, erased_at__isnull=True)
    return list(people.order_by("email"))
