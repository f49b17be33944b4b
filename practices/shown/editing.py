"""What a page shows of a practice that others change too, see `web.since_shown`; and what happened to it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.choices import SECRETARIAT_ROLES
from directory.models import Affiliation
from practices.models import Practice
from web.since_shown import Happening, Shown

MOST_EVENTS = 100
REASONS: dict[str, Promise] = {
    "drafted": gettext_lazy("Drafted"),
    "edited": gettext_lazy("Changed"),
    "submitted": gettext_lazy("Sent to the secretariat"),
    "published": gettext_lazy("Published"),
    "changes asked for": gettext_lazy("Changes asked for"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
"""What the history keeps as the reason of each write, in words."""


@dataclass(frozen=True)
class PracticeEvent:
    """One change of a practice."""

    at: dt.datetime
    what: str
    who: str
    note: str = ""


def events_of(practice: Practice, *, names_staff: bool = False) -> list[PracticeEvent]:
    """Return what happened to a practice, newest first, in two queries.

    names_staff: whether the reader is of the secretariat, whose people others do not know by name.
    """
    history: Any = practice.history
    records = list(history.select_related("history_user")[:MOST_EVENTS])
    users = {record.history_user_id for record in records} - {None}
    rows = Affiliation.objects.filter(user__in=users, role__in=SECRETARIAT_ROLES)
    staff = set() if names_staff else set(rows.values_list("user", flat=True))
    return [
        PracticeEvent(
            at=record.history_date,
            what=str(REASONS.get(record.history_change_reason or "", _("Changed"))),
            who=_("the secretariat") if record.history_user_id in staff else str(record.history_user or ""),
            note=record.review_note if record.history_change_reason in ("changes asked for", "withdrawn") else "",
        )
        for record in records
    ]


class ShownPractice(Shown):
    """A practice as it was read: each of its writes sets when it was."""

    def __init__(self, practice: Practice, *, names_staff: bool = False) -> None:
        self.practice, self.names_staff, self.updated_at = practice, names_staff, practice.updated_at

    def state(self) -> Any:
        """Return which practice it is, and when it was last written."""
        return [self.practice.pk, self.updated_at]

    def hold(self) -> None:
        """Hold the practice without its key: questions may still refer to it."""
        rows = Practice.objects.select_for_update(of=("self",), no_key=True)
        self.updated_at = rows.values_list("updated_at", flat=True).get(pk=self.practice.pk)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return its changes since then."""
        events = reversed(events_of(self.practice, names_staff=self.names_staff))
        return [Happening(event.at, event.what, event.who) for event in events if event.at > since]

    def state_in_words(self) -> str:
        """Return the state as it is in the database by now."""
        return str(Practice.objects.get(pk=self.practice.pk).get_status_display())
