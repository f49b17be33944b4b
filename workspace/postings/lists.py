"""Lists of postings: the own ones by state, and those that wait for approval."""

import datetime as dt
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView, TemplateView

from directory.access import Action
from matching.models import Match
from surveys.answering import sending_in
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from surveys.postings.deciding.versions import AT_HAND
from surveys.postings.shown.editing import ShownPosting
from surveys.postings.shown.page_rows import PARTNERS, TARGETS
from web.calendar.days import first_day_not_ended, today
from web.lists.pages import ROWS_A_PAGE
from workspace.pages import WorkspacePage
from workspace.postings.kinds import Kind

EXPIRING_WITHIN = dt.timedelta(days=30)
STATES = {
    "all": _("All"),
    "draft": _("Drafts"),
    "waiting": _("Waiting for approval"),
    "sent_back": _("Sent back"),
    "published": _("Published"),
    "closing": _("About to close"),
    "unconfirmed": _("To confirm"),
    "withdrawn": _("Withdrawn"),
}


class OwnPostingList(WorkspacePage, ListView[Any]):
    """The offers or needs of the own agency, or country, by state, with how many matches each has."""

    template_name = "workspace/postings/list.html"
    paginate_by = ROWS_A_PAGE
    actions = (Action.READ_OWN,)

    def get_queryset(self) -> QuerySet[Any]:
        self.kind = Kind(self.kwargs["kind"])
        self.part = f"{self.kind.code}s"
        self.state = self.request.GET.get("state", "all")
        if self.state not in STATES:
            raise Http404
        user: Any = self.request.user
        visible = Match.objects.visible_to(user).filter(**{self.kind.code: OuterRef("pk")}).order_by()
        counted = visible.values(self.kind.code).annotate(number=Count("pk")).values("number")
        rows = _in_state(self.kind.readable(user), self.state)
        return rows.annotate(match_count=Coalesce(Subquery(counted), 0)).order_by("-updated_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"kind": self.kind, "state": self.state, "states": STATES}


def _in_state(rows: Any, state: str) -> Any:
    if state == "waiting":
        return rows.awaiting_approval()
    if state == "sent_back":
        return rows.sent_back()
    if state == "unconfirmed":
        return rows.filter(status=PostingStatus.PUBLISHED, confirmed_on__isnull=True)
    if state == "closing":
        ends_soon = Q(closes_on__gte=first_day_not_ended(), closes_on__lt=today() + EXPIRING_WITHIN)
        return rows.filter(ends_soon, status=PostingStatus.PUBLISHED).order_by("closes_on", "pk")
    if state == "draft":
        return rows.filter(status=PostingStatus.DRAFT)
    if state in (PostingStatus.PUBLISHED, PostingStatus.WITHDRAWN):
        return rows.filter(status=state)
    return rows


class Approvals(WorkspacePage, TemplateView):
    """What waits for the approval of a coordinator or of the secretariat, survey answers too, oldest first."""

    template_name = "workspace/postings/approvals.html"
    actions = (Action.APPROVE_POSTINGS,)
    part = "approvals"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        waiting: list[tuple[str, Any]] = [
            (
                kind,
                model.objects.awaiting_approval_by(user).for_lists().prefetch_related("submitted_by", places, AT_HAND),
            )
            for kind, model, places in (("offer", Offer, TARGETS), ("need", Need, PARTNERS))
        ]
        rows: list[tuple[str, Any, str, Any]] = [
            (kind, posting, ShownPosting(posting).mark(), posting.waits_since)
            for kind, postings in waiting
            for posting in postings
        ]
        rows += [
            ("response", response, "", response.submitted_at) for response in sending_in.awaiting_approval_by(user)
        ]
        rows.sort(key=lambda row: str(row[3]))
        return super().get_context_data(**kwargs) | {"rows": rows}
