"""People who leave: access ends at once, the history stays, and personal details are erased two years later."""

import datetime as dt

from django.apps import apps
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.keys.departures import note_departure
from directory.keys.erasing import erase_from_names
from directory.models import AccountEvent, Affiliation, Designation, Invitation, Mail, User
from directory.people.invitations import withdraw_what_fell
from directory.signals import personal_details_erased
from web.calendar.days import years_before

ERASED_AFTER_YEARS = 2
ERASED_DOMAIN = "erased.invalid"
"""A name that no mail can reach, RFC 2606."""


class LeavingRefused(ValueError):
    """The affiliation cannot be ended so; the message is for people."""


@transaction.atomic
def leave(*, affiliation: Affiliation, by: User) -> Affiliation:
    """End an affiliation at once: by a manager, a coordinator of its country, or the person.

    What it gave ends with the next request, since rights are read anew each time, and so do the invitations that the
    person may not make any more. Postings and matches belong to the agency, so who follows has all of them; its keys to
    the API go on for a month, for somebody to adopt them.
    """
    row = Affiliation.objects.select_for_update(of=("self",)).select_related("agency", "user").get(pk=affiliation.pk)
    if not may_end(by, row):
        raise LeavingRefused(_("You end affiliations of your own country's agencies, or your own."))
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save()
        for designation in Designation.objects.filter(affiliation=row, ended_at__isnull=True):
            designation.ended_at = row.ended_at
            designation.save()
        withdraw_what_fell(inviter=row.user)
        note_departure(row.user)
    return row


def may_end(by: User, affiliation: Affiliation) -> bool:
    """Return whether the person may end the affiliation."""
    if affiliation.user_id == by.pk or can(by, Action.MANAGE_ACCOUNTS):
        return True
    agency = affiliation.agency
    return scope_of(by, Action.INVITE).covers(agency_id=agency.pk, countries=frozenset({agency.country_id} - {None}))


def due_for_erasure(on: dt.date) -> list[User]:
    """Return those whose last affiliation ended two years before the day `on`, or earlier, and who are not erased."""
    day = years_before(on, ERASED_AFTER_YEARS)
    serving = Affiliation.objects.in_force(on)
    left = (
        User.objects.filter(erased_at__isnull=True, affiliations__isnull=False)
        .exclude(pk__in=serving.values("user"))
        .annotate(last_day=Max("affiliations__valid_until"), left_at=Max("affiliations__ended_at"))
    )
    return [user for user in left if (last := _last_day(user)) is not None and last <= day]


def erase_due(on: dt.date) -> int:
    """Erase the personal details of those who left two years ago; return how many. Run it daily."""
    people = due_for_erasure(on)
    for user in people:
        erase(user)
    return len(people)


@transaction.atomic
def erase(user: User) -> None:
    """Take away all that says who a person is or how to reach it; what it did stays, under a number."""
    row = User.objects.select_for_update().get(pk=user.pk)
    texts = [text for text in (row.email, row.phone, row.full_name) if text]
    old_email = row.email
    row.email, row.full_name = f"erased-{row.pk}@{ERASED_DOMAIN}", _("Former member %(number)d") % {"number": row.pk}
    row.phone = row.job_title = row.honorific = ""
    row.is_listed = row.is_active = False
    row.erased_at = timezone.now()
    row.set_unusable_password()
    row.save()
    apps.get_model("mfa", "Authenticator").objects.filter(user=row).delete()
    apps.get_model("account", "EmailAddress").objects.filter(user=row).delete()
    apps.get_model("socialaccount", "SocialAccount").objects.filter(user=row).delete()
    Mail.objects.filter(Q(to_user=row) | Q(to_address__iexact=old_email)).delete()
    Invitation.objects.filter(Q(email__iexact=old_email) | Q(accepted_by=row)).update(email=row.email, full_name="")
    AccountEvent.objects.filter(user=row).update(note="")
    note_departure(row)
    erase_from_names(row, texts)
    personal_details_erased.send(sender=User, user=row, texts=texts)


def _last_day(user: User) -> dt.date | None:
    left_at = user.left_at  # type: ignore[attr-defined]
    days = [user.last_day, left_at.date() if left_at else None]  # type: ignore[attr-defined]
    known = [day for day in days if day is not None]
    return max(known) if known else None
