"""What a reviewer's page shows of a match or a triangular option: all that happened to it, see `web.since_shown`."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from matching.models import Match, TriangularOption
from web.since_shown import Happening, Shown


class ShownEvents(Shown):
    """A match or an option with its events; a new score by a run is none of them."""

    def __init__(self, row: Match | TriangularOption) -> None:
        self.row = row

    def state(self) -> Any:
        """Return the row and its newest event, if there is one."""
        newest = self.row.events.order_by("-pk").values_list("pk", flat=True).first()
        return [type(self.row).__name__, self.row.pk, newest]

    def hold(self) -> None:
        """Hold the row as the steps do."""
        type(self.row).objects.select_for_update(of=("self",)).get(pk=self.row.pk)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return its events with who took them."""
        events: Any = self.row.events.filter(at__gt=since).select_related("by")
        return [
            Happening(event.at, f"“{event.get_kind_display()}”", str(event.by or _("the portal"))) for event in events
        ]
