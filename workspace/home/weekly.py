"""The weekly mail: the lists of the first page, on the first working day of the week, to whoever wants it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from directory.choices import Digest
from directory.mail import outbox
from directory.mail.kinds import Purpose, register
from directory.mail.rendering import zone_of
from directory.mail.weekly import WeeklyReader, note_week, weekly_readers
from directory.models import User
from workspace.home.all_lists import home_lists
from workspace.home.lists import HomeList

NOT_BEFORE = dt.time(7)
"""In the reader's time zone: a day that has begun in UTC is Sunday afternoon in Honolulu."""


def write_weekly(on: dt.date) -> int:
    """Write the mails of the week that are due on the day `on`, and note whose week is dealt with; return how many.

    Once a week and person, also of two who write at once: the key of a mail names the week. It comes last of what is
    due once a week, because whose week is noted is due no more.
    """
    return sum(_write(reader, on) for reader in weekly_readers(on))


@transaction.atomic
def _write(reader: WeeklyReader, on: dt.date) -> int:
    user, written = reader.user, 0
    if user.wants_weekly and _to_tell(user, reader.since):
        morning = dt.datetime.combine(on, NOT_BEFORE, tzinfo=zone_of(user))
        written = outbox.write(
            kind="weekly",
            key=f"weekly:{user.pk}:{reader.week}",
            about={"since": reader.since.isoformat()},
            to=[user],
            due_at=morning if morning > timezone.now() else None,
        )
    note_week([user], on)
    return written


@register("weekly", purpose=Purpose.WEEKLY)
def _weekly(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the lists that have something in them, as the page would show them now; None where nothing is new."""
    if reader is None:
        return None
    lists = _to_tell(reader, dt.datetime.fromisoformat(about["since"]))
    return {"lists": lists} if lists else None


def _to_tell(user: User, since: dt.datetime) -> Sequence[HomeList]:
    """Return the lists with a row; none where there is nothing but what stands there for months."""
    # Who wants no mails on new matches has none in the summary either.
    lists = [one for one in home_lists(user, since=since, with_fits=user.digest != Digest.NEVER) if one.rows]
    return lists if any(one.is_news for one in lists) else []
