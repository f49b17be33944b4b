"""The first page of the workspace, and switching between agencies."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from directory.access import NEEDS_DESIGNATION, Action, can
from surveys.choices import PostingStatus
from web.converters import row_number
from workspace.confirming.waiting import waiting_for as waiting_confirmations
from workspace.current import choose_affiliation
from workspace.enquiries.waiting import waiting_for as waiting_enquiries
from workspace.home.all_lists import home_lists
from workspace.home.lists import NEW_FOR
from workspace.matches.waiting import waiting_for as waiting_matches
from workspace.pages import WorkspacePage
from workspace.people.waiting import waiting_for as waiting_people
from workspace.postings.kinds import Kind
from workspace.postings.waiting import waiting_for as waiting_postings
from workspace.practices.waiting import waiting_for as waiting_practices


class WorkspaceHome(WorkspacePage, TemplateView):
    """What waits for the person, and where its things are."""

    template_name = "workspace/home.html"
    actions = ()
    part = "home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        waiting = [
            *waiting_confirmations(user),
            *waiting_postings(user),
            *waiting_matches(user),
            *waiting_practices(user),
            *waiting_enquiries(user),
            *waiting_people(user),
        ]
        reads_own = can(user, Action.READ_OWN)
        return super().get_context_data(**kwargs) | {
            "waiting": sorted(waiting, key=lambda one: not one.is_urgent),
            # On a telephone each list that has nothing is half a screen before those that have something.
            "lists": sorted(home_lists(user, since=timezone.now() - NEW_FOR), key=lambda one: not one.rows),
            "counts": _counts(user) if reads_own else None,
            "may_post": can(user, Action.POST),
            "lacks_designation": reads_own and not any(can(user, action) for action in NEEDS_DESIGNATION),
        }


def _counts(user: Any) -> dict[str, Any]:
    """Return how many own postings are in each state: one query a kind."""
    rows = []
    for kind, words in (("offer", _("Offers")), ("need", _("Needs"))):
        own = Kind(kind).readable(user).order_by().prefetch_related(None)
        found = dict(own.values_list("status").annotate(Count("pk")))
        rows.append((kind, words, [found.get(status, 0) for status in PostingStatus]))
    return {"labels": [status.label for status in PostingStatus], "rows": rows}


class Switch(WorkspacePage):
    """Go on for another of one's agencies."""

    def post(self, request: HttpRequest) -> HttpResponse:
        given = row_number(request.POST.get("affiliation", ""))
        if given is None or not choose_affiliation(request, given):
            messages.error(request, _("That is not one of your agencies."))
        return redirect("workspace:home")
