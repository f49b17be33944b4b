"""Mails on new matches: at once, daily, weekly or never, as each person wants; one a person and day."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Q, QuerySet

from directory.access import Action
from directory.choices import Digest
from directory.mail import outbox
from directory.mail.weekly import weekly_readers
from directory.models import Affiliation, User
from matching.choices import ReadAs
from matching.life.marks import Ids
from matching.models import Match
from web.calendar.days import today

DAY = dt.timedelta(days=1)
MOST_LISTED = 20


def write_digests(on: dt.date) -> int:
    """Write the digests that are due on the day `on`; return how many. Again on the same day writes none twice.

    Whoever gets the weekly summary has the new matches of the week in it.
    """
    yesterday = dt.datetime.combine(on - DAY, dt.time.min, tzinfo=dt.UTC)
    due = [(user, yesterday) for user in _readers(Digest.DAILY)]
    due += [
        (reader.user, reader.since)
        for reader in weekly_readers(on)
        if reader.user.digest == Digest.WEEKLY and not reader.user.wants_weekly
    ]
    written = 0
    for user, since in due:
        if new_matches_of(user, since=since).exists():
            written += _write(user, since=since, key=f"new_matches:{user.pk}:{on.isoformat()}")
    return written


def tell_at_once(*, since: dt.datetime, by: User | None = None, changed_by: Mapping[int, Ids] | None = None) -> int:
    """Write to those who want to hear at once of matches first made `since` then, one mail a person; return how many.

    Whoever made them (`by`) has them on the page already, and so has who changed a posting (`changed_by`, by the id of
    the person) those of that posting. Call it in the transaction that makes the matches.
    """
    written = 0
    for user in _readers(Digest.AT_ONCE):
        if user == by:
            continue
        new, own = new_matches_of(user, since=since), (changed_by or {}).get(user.pk)
        if own is not None:
            new = new.exclude(Q(need__in=own.needs) | Q(offer__in=own.offers))
        if new.exists():
            written += _write(user, since=since, key=f"new_matches:{user.pk}:{since.isoformat()}")
    return written


def new_matches_of(user: User, *, since: dt.datetime) -> QuerySet[Match]:
    """Return the person's own fits that came up `since` then, best first: whatever others have decided about them."""
    own = Match.objects.visible_to(user).of(user, Action.READ_OWN)
    rows = own.filter(read_as=ReadAs.SHOWN, shown_since__gte=since)  # type: ignore[misc]
    return rows.for_lists().order_by("-seen_score", "need_id", "offer_id")


def _readers(*digests: Digest) -> list[User]:
    serving = Affiliation.objects.in_force(today()).values("user")
    return list(User.objects.filter(pk__in=serving, is_active=True, digest__in=digests).order_by("pk"))


def _write(user: User, *, since: dt.datetime, key: str) -> int:
    return outbox.write(kind="new_matches", key=key, about={"since": since.isoformat()}, to=[user])
