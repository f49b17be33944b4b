"""What of the API is on its way out, said at one door: in the headers of each answer that used it, and in the schema.

`Deprecation` is that of RFC 9745, `Sunset` that of RFC 8594. The table is the setting API_DEPRECATIONS.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import http_date

Schema = dict[str, Any]

SHORTEST_NOTICE = dt.timedelta(days=365)
"""From the day on which something is deprecated to the last on which it works."""
EXPLAINED_AT = "/api/v1/docs/"


@dataclass(frozen=True, kw_only=True)
class Deprecation:
    """An operation, or one parameter of it, that clients should stop using. ValueError: too short a notice."""

    operation: str
    """Method and address as the schema has them: `GET /api/v1/offers`."""
    parameter: str = ""
    """A parameter of its query; empty: the whole operation."""
    since: dt.date
    until: dt.date | None = None
    """The last day on which it works; None: not decided."""
    instead: str
    """What to use, as a sentence."""

    def __post_init__(self) -> None:
        if self.until is not None and self.until - self.since < SHORTEST_NOTICE:
            raise ValueError(f"{self.operation} {self.parameter}: less than {SHORTEST_NOTICE.days} days of notice")

    @property
    def words(self) -> str:
        """Return what the schema says of it."""
        end = f", and gone after {self.until.isoformat()}" if self.until else ""
        return f"Deprecated since {self.since.isoformat()}{end}. {self.instead}"

    @cached_property
    def _address(self) -> re.Pattern[str]:
        template = self.operation.partition(" ")[2]
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        return re.compile(f"{pattern}/?")

    def is_used_by(self, request: HttpRequest) -> bool:
        """Whether a request used it; HEAD counts as GET."""
        method = "GET" if request.method == "HEAD" else request.method
        if self.operation.partition(" ")[0] != method or not self._address.fullmatch(request.path_info):
            return False
        return not self.parameter or self.parameter in request.GET


class DeprecationMiddleware:
    """Tells whoever used something deprecated."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers."""
        response = self.get_response(request)
        table: Sequence[Deprecation] = settings.API_DEPRECATIONS
        used = [one for one in table if one.is_used_by(request)]
        if used:
            _announce(response, used)
        return response


def _announce(response: HttpResponseBase, used: Sequence[Deprecation]) -> None:
    response["Deprecation"] = f"@{_second(min(one.since for one in used))}"
    ends = [one.until for one in used if one.until is not None]
    if ends:
        # The first second of the day after the last one.
        response["Sunset"] = http_date(_second(min(ends) + dt.timedelta(days=1)))
    link = f'<{EXPLAINED_AT}>; rel="deprecation"; type="text/html"'
    response["Link"] = f"{response['Link']}, {link}" if "Link" in response else link


def _second(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time.min, dt.UTC).timestamp())


def mark_deprecations(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Say in the schema what is deprecated; KeyError for what the schema does not have: a post-processing hook."""
    for one in settings.API_DEPRECATIONS:
        method, _space, address = one.operation.partition(" ")
        place = result["paths"][address][method.lower()]
        if one.parameter:
            place = {parameter["name"]: parameter for parameter in place["parameters"]}[one.parameter]
        place["deprecated"] = True
        place["description"] = f"{place.get('description', '')}\n\n{one.words}".strip()
    return result
