"""Pages by key: walking them while rows are added gives each row once, in every order, ties and nulls included."""

import hashlib
import json
import re
from typing import Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from web.api.problems import BadQuery

CURSOR, PAGE_SIZE = "cursor", "page_size"
PARAMETERS = frozenset({CURSOR, PAGE_SIZE})
DEFAULT_SIZE, LARGEST_SIZE = 25, 100

_SIZE = re.compile(r"[1-9][0-9]{0,8}")
_SIGNER = signing.Signer(salt="directory.api.cursor")


def page_size_of(query: QueryDict) -> int:
    """Return the page size asked for, from 1 to 100; BadQuery otherwise."""
    asked = query.get(PAGE_SIZE)
    if asked is None:
        return DEFAULT_SIZE
    if not _SIZE.fullmatch(asked) or int(asked) > LARGEST_SIZE:
        raise BadQuery({PAGE_SIZE: [_("Give a whole number from 1 to %(largest)s.") % {"largest": LARGEST_SIZE}]})
    return int(asked)


class KeysetPagination(BasePagination):
    """`next` and `previous` hold signed cursors: the keys of a page's last or first row, bound to list and query."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page asked for, in one query; BadQuery for a cursor that is not of this list."""
        self.request, self.ordering = request, view.filterset.ordering
        self.binding = _binding(request.path, view.filterset.ordering_name, request.query_params)
        size = page_size_of(request.query_params)
        position, backwards = self._position(request.query_params.get(CURSOR))
        if position is not None:
            queryset = queryset.filter(self.ordering.after(position, backwards=backwards))
        queryset = queryset.order_by(*self.ordering.expressions(backwards=backwards))
        rows = list(queryset[: size + 1])
        has_more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        self.has_next = backwards or has_more
        self.has_previous = has_more if backwards else position is not None
        self.rows = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return `next`, `previous` and `results`."""
        return Response(
            {
                "next": self._link(self.rows[-1], backwards=False) if self.has_next and self.rows else None,
                "previous": self._link(self.rows[0], backwards=True) if self.has_previous and self.rows else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the two parameters of pages."""
        return [
            {
                "name": CURSOR,
                "in": "query",
                "required": False,
                "description": "Where the page begins, taken from `next` or `previous`; only with the same filters.",
                "schema": {"type": "string", "minLength": 1},
            },
            {
                "name": PAGE_SIZE,
                "in": "query",
                "required": False,
                "description": "Rows a page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
            },
        ]

    def _position(self, cursor: str | None) -> tuple[list[Any] | None, bool]:
        if cursor is None:
            return None, False
        try:
            binding, backwards, plain = _SIGNER.unsign_object(cursor)
            position = [key.value_from(value) for key, value in zip(self.ordering.keys, plain, strict=True)]
        except (signing.BadSignature, ValueError, TypeError):
            binding = None
        if binding != self.binding:
            refusal = _("Not a cursor of this list with these filters and this order: begin without one.")
            raise BadQuery({CURSOR: [refusal]})
        return position, backwards

    def _link(self, row: Model, *, backwards: bool) -> str:
        # No time in the signature: the same page has the same links, and so the same ETag.
        keys = [key.value_of(row) for key in self.ordering.keys]
        query = self.request.query_params.copy()
        query[CURSOR] = _SIGNER.sign_object([self.binding, backwards, keys])
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")


def _binding(path: str, ordering_name: str, query: QueryDict) -> str:
    """Return what a cursor is good for: this list, in this order, through these filters."""
    filters = sorted((name, sorted(values)) for name, values in query.lists() if name not in PARAMETERS)
    whole = json.dumps([path, ordering_name, filters])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]
