"""A key's person hears 30 and 7 days before it ends, once each, and of one key never twice at one time."""

import datetime as dt

from directory.mail import outbox
from directory.models import ApiKey

DAYS_BEFORE = (7, 30)
"""The nearest first: who hears that a week is left need not hear of the month."""


def write_reminders(on: dt.date) -> int:
    """Write what is due on the day `on`; return how many mails. Run it daily.

    A key that has a successor, or that nobody answers for, is let end; and of a key made for a fortnight nobody need
    be reminded a month before.
    """
    latest = on + dt.timedelta(days=max(DAYS_BEFORE))
    rows = ApiKey.objects.in_force(on).filter(expires_on__lte=latest, adopt_by__isnull=True, successor__isnull=True)
    written = 0
    for row in rows.select_related("accountable"):
        days = _reached(row, on)
        if days is not None:
            written += outbox.write(
                kind="key_expiring",
                key=f"key_expiring:{row.pk}:{row.expires_on}:{days}",
                about={"key": row.pk},
                to=[row.accountable],
            )
    return written


def _reached(key: ApiKey, on: dt.date) -> int | None:
    """Return the mark that the key has reached, in days; None where it was made later than that."""
    left, lasts = (key.expires_on - on).days, (key.expires_on - key.made_at.date()).days
    days = next(days for days in DAYS_BEFORE if left <= days)
    return days if lasts > days else None
