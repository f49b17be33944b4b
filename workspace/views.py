"""The first page of the workspace."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from directory.access import Action
from workspace.current import choose_affiliation
from workspace.matches.waiting import waiting_for as waiting_matches
from workspace.pages import WorkspacePage
from workspace.people.waiting import waiting_for as waiting_people
from workspace.postings.waiting import waiting_for as waiting_postings


class Home(WorkspacePage, TemplateView):
    """What waits for the person, and where its things are."""

    template_name = "workspace/home.html"
    actions = (Action.READ_OWN, Action.USE_DIRECTORY)
    part = "home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        waiting = [*waiting_postings(user), *waiting_matches(user), *waiting_people(user)]
        return super().get_context_data(**kwargs) | {"waiting": waiting}


class Switch(WorkspacePage):
    """Go on for another of one's agencies."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        given = request.POST.get("affiliation", "")
        if not (given.isascii() and given.isdigit() and choose_affiliation(request, int(given))):
            messages.error(request, _("That is not one of your agencies."))
        return redirect("workspace:home")
