"""Once a year someone says that a focal point still serves; nothing is cut off by rule."""

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _

from directory.access import Action, Scope, can, scope_of
from directory.choices import Role
from directory.models import Affiliation, User
from web.calendar.days import today, years_before

EVERY_YEARS = 1


class ValidationRefused(ValueError):
    """The person may not say so; the message is for people."""


def due(on: dt.date) -> QuerySet[Affiliation]:
    """Return the affiliations of focal points and coordinators that nobody has validated for a year on the day `on`."""
    since = Coalesce("validated_on", "valid_from", TruncDate("user__date_joined"))
    rows = Affiliation.objects.in_force(on).filter(
        role__in=(Role.FOCAL_POINT, Role.COORDINATOR), user__is_active=True, user__erased_at__isnull=True
    )
    return rows.annotate(since=since).filter(since__lte=years_before(on, EVERY_YEARS)).order_by(F("since"), "pk")


def due_for(user: User, on: dt.date) -> QuerySet[Affiliation]:
    """Return those that the person may validate: a coordinator the focal points of the country, a manager all."""
    rows = due(on).select_related("user", "agency__country")
    if can(user, Action.MANAGE_ACCOUNTS):
        return rows
    scope: Scope = scope_of(user, Action.INVITE)
    return rows.filter(role=Role.FOCAL_POINT, agency__country__in=scope.countries)


@transaction.atomic
def validate(*, affiliation: Affiliation, by: User) -> Affiliation:
    """Record that the person still serves, as of today."""
    row = Affiliation.objects.select_for_update(of=("self",)).select_related("agency").get(pk=affiliation.pk)
    own_country = row.agency.country_id in scope_of(by, Action.INVITE).countries
    if not (can(by, Action.MANAGE_ACCOUNTS) or (row.role == Role.FOCAL_POINT and own_country)):
        raise ValidationRefused(_("Focal points are validated by their country's coordinator or the secretariat."))
    if row.validated_on != today():
        row.validated_on = today()
        row.save()
    return row
