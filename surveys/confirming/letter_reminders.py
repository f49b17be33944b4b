"""Reminds by letter the countries of which nobody is designated, whom no mail could remind.

The letter is drafted in `letters`; here stands who is to get one, and that it was sent. It retires nothing: where
nobody designated was asked, what is read of a country stays as it is.
"""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import User
from surveys.confirming.asking import leave_notice, open_rows, reminder_day
from surveys.confirming.campaigns import ConfirmingRefused, check_manages, lock_request, save
from surveys.models import ConfirmationCampaign, ConfirmationRequest
from surveys.postings.deciding.windows import stops_of_each
from web.calendar.days import today


def is_reminded_by_letter(request: ConfirmationRequest) -> bool:
    """Whether the country was asked and is silent, has had no reminder, and nobody designated there gets one."""
    is_silent = request.sent_on is not None and request.answered_on is None and request.closed_on is None
    return is_silent and request.designated_on is None and request.letter_reminded_on is None


def to_remind_by_letter(campaign: ConfirmationCampaign, on: dt.date) -> list[ConfirmationRequest]:
    """Return the countries to remind by letter whose term was over on the day `on`; two queries.

    The term is that of the reminder by mail.
    """
    silent = campaign.requests.filter(
        sent_on__isnull=False,
        answered_on__isnull=True,
        closed_on__isnull=True,
        designated_on__isnull=True,
        letter_reminded_on__isnull=True,
    )
    requests = list(silent.select_related("campaign__survey", "country").order_by("country__position", "country"))
    stops = stops_of_each({request.country_id for request in requests}) if requests else {}
    return [request for request in requests if on > reminder_day(request, stops=stops[request.country_id])]


@transaction.atomic
def record_reminder(*, request: ConfirmationRequest, by: User, on: dt.date, reference: str = "") -> ConfirmationRequest:
    """Record that a country was reminded by letter on the day `on`; ten of its working days are left at least.

    Raises ConfirmingRefused where it is reminded by mail, or was reminded already, and for a day that cannot be.
    """
    check_manages(by)
    held = lock_request(request)
    if held.designated_on is not None:
        said = _("Somebody of %(country)s is designated, and is reminded by mail.")
        raise ConfirmingRefused(said % {"country": held.country})
    if not is_reminded_by_letter(held) or not open_rows(held).exists():
        said = _("%(country)s was not asked yet, was reminded by letter, or has answered.")
        raise ConfirmingRefused(said % {"country": held.country})
    if held.sent_on is None or not held.sent_on <= on <= today():
        raise ConfirmingRefused(_("The reminder was sent between the day on which it was asked and today."))
    held.letter_reminded_on, held.letter_reminder_reference = on, reference.strip()
    leave_notice(held, on)
    save(held, by=by)
    return held
