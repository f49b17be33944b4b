"""The file of everything held about a person, on its profile."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.throttling import UserRateThrottle

from directory.access import is_member
from web.files.exports import xlsx_response
from workspace.pages import WorkspacePage
from workspace.people.own_data import own_data

FORMATS = ("json", "xlsx")
NAME = "what-the-portal-holds-about-me"


class OwnDataThrottle(UserRateThrottle):
    """A dozen files an hour are more than anybody needs; each asks some sixty tables."""

    rate = "12/hour"
    scope = "own-data"


class OwnData(WorkspacePage):
    """Everything held about who is logged in, and about nobody else, as JSON or XLSX."""

    actions = ()
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, ending: str) -> HttpResponseBase:
        """Return the file; 429 beyond the rate."""
        user = request.user
        if ending not in FORMATS or not is_member(user):
            raise Http404
        throttle: Any = OwnDataThrottle()
        if not throttle.allow_request(request, self):
            return _too_many(request, throttle.wait())
        data = own_data(user, _session(request))
        if ending == "xlsx":
            header = [_("What"), _("Number"), _("Field"), _("Value")]
            return xlsx_response(name=NAME, header=header, rows=_lines(data))
        response = JsonResponse(data, json_dumps_params={"indent": 1, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="{NAME}.json"'
        return response


def _session(request: HttpRequest) -> dict[str, Any]:
    moments = {name: request.session.get(name) for name in ("began", "used")}
    noted = {name: dt.datetime.fromtimestamp(at, dt.UTC) if at else None for name, at in moments.items()}
    return {**noted, "ends_at_the_latest": request.session.get_expiry_date()}


def _lines(data: dict[str, Any]) -> Iterator[list[str | int]]:
    for part in data.values():
        for number, row in enumerate(part["rows"], start=1):
            for name, value in row.items():
                if value not in (None, ""):
                    yield [part["is"], number, name.replace("__", " ").replace("_", " "), _said(value)]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="minutes")
    return str(value)


def _too_many(request: HttpRequest, seconds: float | None) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(int(seconds or 60) + 1)
    return response
