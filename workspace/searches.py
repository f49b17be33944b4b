"""A person's saved searches: kept from a list of offers or needs, gone back to, and removed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from directory.choices import Digest
from surveys.choices import Side
from surveys.models import SavedSearch
from surveys.saved_searches import keeping
from workspace.pages import MemberRequest, WorkspacePage

LISTS: Mapping[str, str] = {Side.OFFER: "surveys:offers", Side.NEED: "surveys:needs"}


def address_of(search: SavedSearch) -> str:
    """Return the address of the list with the search."""
    return f"{reverse(LISTS[search.side])}{f'?{search.query}' if search.query else ''}"


class Searches(WorkspacePage, TemplateView):
    """The searches that the person keeps; by POST, one more."""

    template_name = "workspace/searches.html"
    actions = ()
    part = "searches"
    request: MemberRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = SavedSearch.objects.filter(user=self.request.user)
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "searches": [(search, address_of(search)) for search in own],
            "often": Digest(user.digest).label,
            "is_told": user.digest != Digest.NEVER,
        }

    def post(self, request: MemberRequest) -> HttpResponse:
        side = request.POST.get("side", "")
        if side not in LISTS:
            messages.error(request, _("Save a search from the list of offers or of needs."))
            return redirect("workspace:searches")
        query = request.POST.get("query", "")
        try:
            search = keeping.save(by=request.user, side=Side(side), name=request.POST.get("name", ""), query=query)
        except keeping.SearchRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(reverse(LISTS[side]) + (f"?{query}" if len(query) <= keeping.LONGEST_QUERY else ""))
        messages.success(request, _("Saved: “%(name)s”.") % {"name": search.name})
        return redirect("workspace:searches")


class SearchRemoval(WorkspacePage):
    """Removes one of the person's own searches."""

    actions = ()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        if keeping.remove(by=user, pk=pk):
            messages.success(request, _("The search is removed."))
        return redirect("workspace:searches")
