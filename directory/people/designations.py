"""Recording who may speak for a government or an institution: the letter that names a focal point."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import DesignationKind, Role
from directory.mail import outbox
from directory.models import Affiliation, Designation, User
from web.calendar.days import today

DESIGNATED_ROLES = frozenset({Role.FOCAL_POINT, Role.COORDINATOR})
MOST_DAYS_AWAY = 184
"""Half a year: for longer the government names somebody else."""


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
    office: str = "",
    valid_from: dt.date | None = None,
    valid_until: dt.date | None = None,
    note: str = "",
) -> Designation:
    """Record the letter: from its date on the person may act. By managers only; ValidationError names the field.

    office: where the letter names one and not the person; whoever held it by the same letter acts no more.
    """
    designation = Designation(
        affiliation=affiliation,
        kind=kind,
        reference=reference.strip(),
        dated=dated,
        ministry=ministry.strip(),
        alternate=alternate,
        office=office.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        note=note,
        recorded_by=by,
    )
    check(designation, by=by)
    designation.full_clean(exclude=["recorded_by"])
    designation.save()
    hand_on(designation)
    return designation


@transaction.atomic
def hand_on(designation: Designation) -> int:
    """End those by which others held the office of a new designation by the same letter; return how many."""
    if not designation.office:
        return 0
    before = Designation.objects.select_for_update(of=("self",)).filter(
        affiliation__agency=designation.affiliation.agency_id,
        office__iexact=designation.office,
        reference=designation.reference,
        ended_at__isnull=True,
    )
    held = list(before.exclude(pk=designation.pk))
    for row in held:
        row.ended_at = timezone.now()
        row.save()
    return len(held)


@transaction.atomic
def revoke(*, designation: Designation, by: User) -> Designation:
    """End a designation at once; the person reads on, and acts no more."""
    _check_manager(by)
    row = Designation.objects.select_for_update(of=("self",)).get(pk=designation.pk)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save()
    return row


@transaction.atomic
def cover(*, designation: Designation, by: User, first: dt.date, last: dt.date) -> Designation:
    """Let the alternate whom a letter names act for who is away, from day to day; tell it by e-mail.

    By the person itself or a manager; for at most MOST_DAYS_AWAY days that have not passed. The alternate must serve
    in the same agency: it acts there as focal point or coordinator, as the one who is away does. Raises
    DesignationRefused.
    """
    row = (
        Designation.objects.select_for_update(of=("self",)).select_related("affiliation__agency").get(pk=designation.pk)
    )
    if row.affiliation.user_id != by.pk and not can(by, Action.MANAGE_DESIGNATIONS):
        raise DesignationRefused(_("You let somebody act in your own place only."))
    if not Designation.objects.in_force(today()).filter(pk=row.pk, covers__isnull=True).exists():
        raise DesignationRefused(_("This designation is not in force."))
    if last < first or last < today() or (last - first).days >= MOST_DAYS_AWAY:
        raise DesignationRefused(
            _("Give a first and a last day that have not passed, at most %(most)d days apart.")
            % {"most": MOST_DAYS_AWAY}
        )
    if row.covered_by.filter(ended_at__isnull=True, valid_from__lte=last, valid_until__gte=first).exists():
        raise DesignationRefused(_("Somebody acts for you on some of these days already: end that first."))
    acting = Designation.objects.create(
        affiliation=_of_the_alternate(row),
        kind=row.kind,
        reference=row.reference,
        dated=row.dated,
        ministry=row.ministry,
        covers=row,
        valid_from=first,
        valid_until=last,
        recorded_by=by,
    )
    outbox.write(
        kind="acting_cover",
        key=f"acting_cover:{acting.pk}",
        about={"designation": acting.pk},
        to=[acting.affiliation.user],
    )
    if row.affiliation.user_id != by.pk:
        # A manager did it for who is away: that person hears of it too.
        outbox.write(
            kind="cover_begun_for_you",
            key=f"cover_begun_for_you:{acting.pk}",
            about={"designation": acting.pk},
            to=[row.affiliation.user],
        )
    return acting


@transaction.atomic
def end_cover(*, designation: Designation, by: User) -> Designation:
    """Let the alternate act no more, at once: by the one who was away, the alternate, or a manager, who tells both."""
    rows = Designation.objects.select_related("affiliation__user", "covers__affiliation__user")
    row = rows.select_for_update(of=("self",)).get(pk=designation.pk)
    if row.covers is None:
        raise DesignationRefused(_("Nobody acts for another by this designation."))
    concerned = {row.covers.affiliation.user_id, row.affiliation.user_id}
    if by.pk not in concerned and not can(by, Action.MANAGE_DESIGNATIONS):
        raise DesignationRefused(_("You let somebody act in your own place only."))
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save()
        if by.pk not in concerned:
            outbox.write(
                kind="cover_ended",
                key=f"cover_ended:{row.pk}",
                about={"designation": row.pk},
                to=[row.affiliation.user, row.covers.affiliation.user],
            )
    return row


def may_be_covered(affiliations: Collection[int], on: dt.date) -> dict[int, Designation]:
    """Return, by affiliation (ids), the newest designation in force on the day `on` that names an alternate."""
    rows = Designation.objects.in_force(on).filter(affiliation__in=affiliations, covers__isnull=True)
    named = rows.filter(alternate__isnull=False).select_related("alternate")
    return {row.affiliation_id: row for row in named.order_by("dated", "pk")}


def _of_the_alternate(designation: Designation) -> Affiliation:
    """Return where the alternate of a designation serves in the same agency and role."""
    if designation.alternate is None:
        raise DesignationRefused(_("The letter names no alternate: ask the secretariat to record who is meant."))
    serving = Affiliation.objects.in_force(today()).filter(
        user=designation.alternate,
        user__is_active=True,
        agency=designation.affiliation.agency_id,
        role=designation.affiliation.role,
    )
    if (found := serving.first()) is None:
        raise DesignationRefused(
            _("%(alternate)s does not serve in %(agency)s as you do: have it invited there first.")
            % {"alternate": designation.alternate, "agency": designation.affiliation.agency}
        )
    return found


def check(designation: Designation, *, by: User) -> None:
    """Raise DesignationRefused unless a manager records it, of someone who speaks for an agency."""
    _check_manager(by)
    if designation.affiliation.role not in DESIGNATED_ROLES:
        raise DesignationRefused(_("Focal points and coordinators are designated; others need no letter."))


def _check_manager(by: User) -> None:
    if not can(by, Action.MANAGE_DESIGNATIONS):
        raise DesignationRefused(_("Only managers of the secretariat record designations."))
