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

from web.api.asked import COUNT, FACETS, FIELDS
from web.api.links import add_link
from web.api.problems import BadQuery
from web.lists.branches import Branches

CURSOR, PAGE_SIZE = "cursor", "page_size"
PARAMETERS = frozenset({CURSOR, PAGE_SIZE})
UNBOUND = PARAMETERS | {FIELDS, COUNT, FACETS}
"""What may change from one page to the next: it does not say which rows there are, nor in which order."""
DEFAULT_SIZE, LARGEST_SIZE = 25, 100

_FACETS: dict[str, Any] = {
    "type": "object",
    "description": "By filter that `facets` names, its choices that find something, in their order.",
    "additionalProperties": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["value", "label", "count"],
            "properties": {
                "value": {"type": "string", "description": "As the filter takes it."},
                "label": {"type": "string", "description": "In the language of Accept-Language where there is one."},
                "count": {"type": "integer", "minimum": 1, "description": "Rows with it, under all other filters."},
            },
        },
    },
}
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
        """Return the rows of the page asked for, in few queries; BadQuery for a cursor of another list."""
        self.request, self.ordering = request, view.filterset.ordering
        self.binding = _binding(request.path, view.filterset.ordering_name, request.query_params)
        size = page_size_of(request.query_params)
        position, backwards = self._position(request.query_params.get(CURSOR))
        parts = view.branches() if hasattr(view, "branches") else ()
        if parts:
            branches = Branches(type(parts)(view.filterset.of_each(parts)), self.ordering)
            rows = branches.page(view.for_page, fills=True, most=size + 1, after=position, backwards=backwards)
        else:
            if position is not None:
                queryset = queryset.filter(self.ordering.after(position, backwards=backwards))
            rows = list(queryset.order_by(*self.ordering.expressions(backwards=backwards))[: size + 1])
        has_more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        self.has_next = backwards or has_more
        self.has_previous = has_more if backwards else position is not None
        self.rows = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return `next`, `previous` and `results`; the header Link says the first two as well."""
        following = self._link(self.rows[-1], backwards=False) if self.has_next and self.rows else None
        before = self._link(self.rows[0], backwards=True) if self.has_previous and self.rows else None
        response = Response({"next": following, "previous": before, "results": data})
        for relation, address in (("next", following), ("prev", before)):
            if address is not None:
                add_link(response, address, relation)
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "description": "A page of a list.",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "Address of the next page; null on the last one."},
                "previous": {**link, "description": "Address of the page before; null on the first one."},
                "results": {**schema, "description": "The rows of the page."},
                "count": {"type": "integer", "minimum": 0, "description": "Rows of the list; with `count=true`."},
                "count_is_exact": {
                    "type": "boolean",
                    "description": "False: there are more than `count`; with `count=true`.",
                },
                "facets": _FACETS,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the two parameters of pages."""
        return [
            {
                "name": CURSOR,
                "in": "query",
                "required": False,
                "description": "Where the page begins, taken from `next` or `previous`; only with the same filters.",
                "schema": {"type": "string", "minLength": 1, "examples": ["WyJhIiwwXQ:signature"]},
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
    filters = sorted((name, sorted(values)) for name, values in query.lists() if name not in UNBOUND)
    whole = json.dumps([path, ordering_name, filters])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]
