"""A reviewer's own views of the queue: filters, order and search under a name, and as they were last left."""

import datetime as dt
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from directory.access import Action, can
from directory.admin.base import actor
from directory.models import User
from matching.models import SavedView
from web.converters import row_number

LONGEST_NAME = 80
LONGEST_QUERY = 2_000
MOST_VIEWS = 30
LEFT_COOKIE = "queue-as-left"
LEFT_FOR = dt.timedelta(days=90)
NOT_KEPT = frozenset({"page", "p", "e", "_changelist_filters"})


class ViewRefused(ValueError):
    """The view cannot be saved; the message is for people."""


@transaction.atomic
def save(*, by: User, name: str, query: str) -> SavedView:
    """Save the query of a list under a name, over the one that has it already; the page number is left out."""
    name = " ".join(name.split())
    if not can(by, Action.READ_EVERYTHING):
        raise ViewRefused(_("Views are for the secretariat."))
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ViewRefused(
            _("Give the view a name of at most %(limit)d characters that can be seen.") % {"limit": LONGEST_NAME}
        )
    kept = without_page(query)
    if len(kept) > LONGEST_QUERY:
        raise ViewRefused(_("These filters are too long to be saved."))
    if not by.saved_views.filter(name=name).exists() and by.saved_views.count() >= MOST_VIEWS:
        raise ViewRefused(_("You have %(limit)d views already: delete one first.") % {"limit": MOST_VIEWS})
    view, _is_new = SavedView.objects.update_or_create(user=by, name=name, defaults={"query": kept})
    return view


def without_page(query: str) -> str:
    """Return the query of a list, filters, order and search, without what belongs to one page of it."""
    return urlencode([(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in NOT_KEPT])


def as_left(request: HttpRequest) -> str:
    """Return how the person's browser last filtered the queue; empty where it has not, or is just now."""
    left = request.COOKIES.get(LEFT_COOKIE, "")
    return "" if request.GET or len(left) > LONGEST_QUERY else without_page(left)


def leave(request: HttpRequest, response: HttpResponseBase) -> None:
    """Have the browser remember how the queue is filtered: nothing is written here, and nobody else is told."""
    query = without_page(request.GET.urlencode())
    if response.status_code == HTTPStatus.OK and query and len(query) <= LONGEST_QUERY:
        response.set_cookie(
            LEFT_COOKIE,
            query,
            max_age=LEFT_FOR,
            path=request.path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )


def delete(*, by: User, pk: int) -> bool:
    """Delete one's own view; return whether there was one."""
    return bool(SavedView.objects.filter(user=by, pk=pk).delete()[0])


class SavedViews(View):
    """Saves, or deletes, a view of the person's own, and leads back to the list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the form says."""
        user, query = actor(request), request.POST.get("query", "")
        if (unwanted := row_number(request.POST.get("delete", ""))) is not None:
            delete(by=user, pk=unwanted)
            messages.success(request, _("The view is deleted."))
        else:
            try:
                view = save(by=user, name=request.POST.get("name", ""), query=query)
                messages.success(request, _("Saved as “%(name)s”.") % {"name": view})
                query = view.query
            except ViewRefused as refused:
                messages.error(request, str(refused))
        address = reverse("admin:matching_match_changelist")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)
