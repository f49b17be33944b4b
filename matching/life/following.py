"""Following up: whether the need was met, a year after the agreement."""

import datetime as dt

from matching.choices import COOPERATION
from matching.life.telling.to_sides import write_to_side
from matching.models import Match
from surveys.choices import Side
from web.calendar.days import years_before


def to_follow_up(on: dt.date) -> list[Match]:
    """Return the cooperation agreed a year before the day `on`, or earlier, of which nobody said if it met the need."""
    rows = Match.objects.filter(
        status__in=COOPERATION, outcome__agreed_on__lte=years_before(on, 1), outcome__need_met=""
    )
    return list(rows.select_related("need__agency", "offer__agency").order_by("pk"))


def write_reminders(on: dt.date) -> int:
    """Ask the side of the need of each; return how many mails are new. One a match and month, however often."""
    month = f"{on:%Y-%m}"
    return sum(
        write_to_side(match, Side.NEED, "follow_up", occasion=f"{match.pk}:{month}") for match in to_follow_up(on)
    )
