"""What is read of the own country in an edition, and by when it is asked about it."""

from typing import Any

from django.views.generic import TemplateView

from directory.access import Action
from surveys.choices import RowOutcome
from surveys.models import ConfirmationRow
from surveys.postings.deciding.versions import AT_HAND_OF_EITHER
from surveys.postings.deciding.windows import publishes_alone
from surveys.postings.shown.editing import ShownPosting
from workspace.pages import WorkspacePage


class ToConfirm(WorkspacePage, TemplateView):
    """The postings that the own side is asked about: to confirm, correct or withdraw, or to post in their place."""

    template_name = "workspace/confirming/list.html"
    actions = (Action.POST,)
    part = "confirming"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        rows = ConfirmationRow.objects.asked().writable_by(user).with_postings()
        asked = list(
            rows.select_related("request__campaign__survey", "request__country")
            .prefetch_related(*AT_HAND_OF_EITHER)
            .order_by("request__due_on", "request", "pk")
        )
        # The window is the country's, whichever of its postings is asked.
        one_a_request = {row.request_id: row for row in asked}
        alone = {pk: publishes_alone(user, row.posting) for pk, row in one_a_request.items()}
        shown = [
            (row, ShownPosting(row.posting).mark() if row.outcome == RowOutcome.OPEN else "", alone[row.request_id])
            for row in asked
        ]
        to_do = [one for one in shown if one[0].outcome == RowOutcome.OPEN]
        done = [row for row, _mark, _alone in shown if row.outcome != RowOutcome.OPEN]
        return super().get_context_data(**kwargs) | {"to_do": to_do, "done": done}
