"""What pages show of a survey's answers that colleagues change too, see `web.since_shown`."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from surveys.models import Answer, Response
from web.since_shown import Happening, Shown


class ShownResponse(Shown):
    """A response as a whole, for whom approves it."""

    def __init__(self, response: Response) -> None:
        self.response, self.updated_at = response, response.updated_at

    def state(self) -> Any:
        """Return which response it is, and when it was last saved: with each of its answers it is."""
        return [self.response.pk, self.updated_at]

    def hold(self) -> None:
        """Hold the response without its key: its answers may still refer to it."""
        rows = Response.objects.select_for_update(of=("self",), no_key=True)
        self.updated_at = rows.values_list("updated_at", flat=True).get(pk=self.response.pk)

    def happened(self, since: dt.datetime) -> list[Happening]:
        """Return who saved answers."""
        history: Any = self.response.history
        saved = history.filter(history_date__gt=since).select_related("history_user").order_by("history_date")
        return [
            Happening(one.history_date, _("the answers were saved"), str(one.history_user or _("an import")))
            for one in saved
        ]


class ShownAnswer(ShownResponse):
    """One answer of it, None where there is none: colleagues fill in other questions at the same time."""

    def __init__(self, response: Response, answer: Answer | None) -> None:
        super().__init__(response)
        self.answer = answer

    def state(self) -> Any:
        """Return what the page shows of the answer."""
        return None if self.answer is None else [self.answer.value, self.answer.other, self.answer.as_given]

    def hold(self) -> None:
        """Do nothing: who saves answers holds their response."""
