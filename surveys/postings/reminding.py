"""Reminders for the owners of postings: about to close, or confirmed a year ago."""

import datetime as dt
from typing import Any

from directory.mail import outbox
from directory.mail.receivers import people_of
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from web.calendar.days import years_before

EXPIRING_IN_DAYS = (7, 30)
"""Days before the end, the nearest first. After days without the clock the nearest reminder is written, no other."""


def write_reminders(on: dt.date) -> int:
    """Write the reminders that are due on the day `on`; return how many are new. Again writes none twice."""
    return sum(_of_a_kind(kind, model, on) for kind, model in (("offer", Offer), ("need", Need)))


def _of_a_kind(kind: str, model: Any, on: dt.date) -> int:
    published = model.objects.filter(status=PostingStatus.PUBLISHED).select_related("agency")
    written = 0
    closing = published.filter(closes_on__gt=on, closes_on__lte=on + dt.timedelta(days=max(EXPIRING_IN_DAYS)))
    for posting in closing.order_by("pk"):
        left = (posting.closes_on - on).days
        days = next(days for days in EXPIRING_IN_DAYS if left <= days)
        written += _write("posting_expiring", kind, posting, key=f"{posting.closes_on}:{days}")
    stale = published.filter(confirmed_on__lte=years_before(on, 1)).order_by("pk")
    for posting in stale:
        written += _write("still_valid", kind, posting, key=f"{posting.confirmed_on}")
    return written


def _write(code: str, kind: str, posting: Any, *, key: str) -> int:
    return outbox.write(
        kind=code,
        key=f"{code}:{kind}:{posting.pk}:{key}",
        about={"kind": kind, "posting": posting.pk},
        to=people_of(posting.agency_id, posting.country_id),
    )
