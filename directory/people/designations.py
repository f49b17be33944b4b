"""Recording who may speak for a government or an institution: the letter that names a focal point."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import DesignationKind, Role
from directory.models import Affiliation, Designation, User

DESIGNATED_ROLES = frozenset({Role.FOCAL_POINT, Role.COORDINATOR})


class DesignationRefused(ValueError):
    """The designation cannot be recorded or ended so; the message is for people."""


@transaction.atomic
def record(
    *,
    affiliation: Affiliation,
    by: User,
    kind: DesignationKind,
    reference: str,
    dated: dt.date,
    ministry: str,
    alternate: User | None = None,
    valid_until: dt.date | None = None,
    note: str = "",
) -> Designation:
    """Record the letter: from its date on the person may act. By managers only; ValidationError names the field."""
    designation = Designation(
        affiliation=affiliation,
        kind=kind,
        reference=reference.strip(),
        dated=dated,
        ministry=ministry.strip(),
        alternate=alternate,
        valid_until=valid_until,
        note=note,
        recorded_by=by,
    )
    check(designation, by=by)
    designation.full_clean(exclude=["recorded_by"])
    designation.save()
    return designation


@transaction.atomic
def revoke(*, designation: Designation, by: User) -> Designation:
    """End a designation at once; the person reads on, and acts no more."""
    _check_manager(by)
    row = Designation.objects.select_for_update(of=("self",)).get(pk=designation.pk)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save()
    return row


def check(designation: Designation, *, by: User) -> None:
    """Raise DesignationRefused unless a manager records it, of someone who speaks for an agency."""
    _check_manager(by)
    if designation.affiliation.role not in DESIGNATED_ROLES:
        raise DesignationRefused(_("Focal points and coordinators are designated; others need no letter."))


def _check_manager(by: User) -> None:
    if not can(by, Action.MANAGE_DESIGNATIONS):
        raise DesignationRefused(_("Only managers of the secretariat record designations."))
