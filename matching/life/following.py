"""Following up: two months without an answer, and a year after the agreement."""

import datetime as dt

from matching.choices import COOPERATION, MatchStatus
from matching.life.telling.to_sides import write_to_side
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
    month = f"{on:%Y-%m}"
    asked = [(row.match, Side(row.side), "unanswered", row.pk) for row in unanswered(on)]
    asked += [(match, Side.NEED, "follow_up", match.pk) for match in to_follow_up(on)]
    return sum(write_to_side(match, side, kind, occasion=f"{pk}:{month}") for match, side, kind, pk in asked)
