"""Following up: two months without an answer, and a year after the agreement."""

import datetime as dt

from directory.mail import outbox
from directory.mail.receivers import people_of, with_alternates
from matching.choices import COOPERATION, MatchStatus
from matching.life.sides import posting_of
from matching.models import Match, MatchSide
from surveys.choices import Side
from web.days import years_before

UNANSWERED_AFTER = dt.timedelta(days=61)
"""Two months."""


def unanswered(on: dt.date) -> list[MatchSide]:
    """Return the sides that were asked two months before the day `on`, or earlier, and have not answered."""
    rows = MatchSide.objects.filter(
        match__status=MatchStatus.PROPOSED,
        match__on_hold_at__isnull=True,
        answer="",
        asked_at__date__lte=on - UNANSWERED_AFTER,
    )
    return list(rows.select_related("match__need__agency", "match__offer__agency").order_by("pk"))


def to_follow_up(on: dt.date) -> list[Match]:
    """Return the cooperation agreed a year before the day `on`, or earlier, of which nobody said if it met the need."""
    rows = Match.objects.filter(
        status__in=COOPERATION, outcome__agreed_on__lte=years_before(on, 1), outcome__need_met=""
    )
    return list(rows.select_related("need__agency", "offer__agency").order_by("pk"))


def write_reminders(on: dt.date) -> int:
    """Remind the sides of both; return how many mails are new. One a side and month, however often it is called."""
    written = 0
    for row in unanswered(on):
        posting = posting_of(row.match, Side(row.side))
        written += outbox.write(
            kind="unanswered",
            key=f"unanswered:{row.pk}:{on:%Y-%m}",
            about={"match": row.match_id, "side": row.side},
            to=with_alternates(people_of(posting.agency_id, posting.country_id)),
        )
    for match in to_follow_up(on):
        written += outbox.write(
            kind="follow_up",
            key=f"follow_up:{match.pk}:{on:%Y-%m}",
            about={"match": match.pk, "side": Side.NEED},
            to=with_alternates(people_of(match.need.agency_id, match.need.country_id)),
        )
    return written
