"""What the page of a match shows to those who answer for one of its sides, see `web.since_shown`."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from directory.models import User
from matching.life.seen.sides import events_for, shown_state, sides_of
from matching.life.steps import lock_match
from matching.models import Match, MatchEvent
from web.since_shown import Happening, Shown


class ShownSides(Shown):
    """A match for one person. Its mark moves exactly when their page does.

    The number of the newest event would do to tell the second of two people, but it also moves when the other side
    answers, or a reviewer writes an internal note: whoever compared two page sources could tell that it had.
    """

    def __init__(self, match: Match, user: User) -> None:
        self.match, self.user = match, user

    def state(self) -> Any:
        """Return what each of the person's sides is told, and the newest event that they may read."""
        told = [(side, shown_state(self.match, self.user, side).code) for side in sides_of(self.user, self.match)]
        newest = self._events().order_by("-pk").values_list("pk", flat=True).first()
        return [self.match.public_id, self.user.pk, told, newest]

    def hold(self) -> None:
        """Hold the match, and read it anew."""
        self.match = lock_match(self.match)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return the events that they may read; others than the person are not named."""
        events = self._events().filter(at__gt=since)
        return [
            Happening(event.at, f"“{event.get_kind_display()}”", _("you") if event.by_id == self.user.pk else "")
            for event in events
        ]

    def state_in_words(self) -> str:
        """Return what the first of their sides is told, if it has heard of a proposal."""
        states = [shown_state(self.match, self.user, side) for side in sides_of(self.user, self.match)]
        return str(states[0].words) if _is_told(states) else ""

    def _events(self) -> QuerySet[MatchEvent]:
        states = [shown_state(self.match, self.user, side) for side in sides_of(self.user, self.match)]
        return events_for(self.match, self.user) if _is_told(states) else MatchEvent.objects.none()


def _is_told(states: list[Any]) -> bool:
    return any(state.code != "computed" for state in states)
