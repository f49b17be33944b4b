"""What a query asks of an answer beside its filters: some fields alone, how many rows there are, counts by choice."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.serializers import BaseSerializer, ListSerializer

from web.api.problems import BadQuery
from web.filters import OfSeveral
from web.filters.lists import ListFilterSet
from web.filters.several import SEPARATOR
from web.filters.suggesting import unknown_values

FIELDS, COUNT, FACETS, FORMAT = "fields", "count", "facets", "format"
OF_LISTS = frozenset({FIELDS, COUNT, FACETS, FORMAT})
SEVERAL = frozenset({FIELDS, FACETS})
"""Those that take several names, repeated or parted by commas."""
MOST_COUNTED = 100_000
"""Rows; a list that has more is not counted to its end."""


def names_asked(query: QueryDict, parameter: str, known: Sequence[str]) -> list[str] | None:
    """Return the names that a parameter gives, each once; None where it is not given.

    Raises BadQuery for one that is not known, with what may have been meant out of those that are.
    """
    if parameter not in query:
        return None
    given = [name for part in query.getlist(parameter) for name in part.split(SEPARATOR)]
    if unknown := [name for name in dict.fromkeys(given) if name not in known]:
        names = ", ".join(known) or _("none")
        refusal = _("Known here: %(names)s.") % {"names": names}
        raise BadQuery({parameter: [unknown_values(unknown, [(name, name) for name in known], refusal=refusal)]})
    return list(dict.fromkeys(given))


def keep_fields(serializer: BaseSerializer[Any], query: QueryDict) -> None:
    """Leave the serializer the fields that `fields` asks for; BadQuery where the reader gets none of that name."""
    one: Any = serializer.child if isinstance(serializer, ListSerializer) else serializer
    names = names_asked(query, FIELDS, list(one.fields))
    for name in list(one.fields):
        if names is not None and name not in names:
            one.fields.pop(name)


def counts_asked(query: QueryDict) -> bool:
    """Whether the rows are to be counted; BadQuery for another word than true and false."""
    asked = query.get(COUNT, "false")
    if asked not in ("true", "false"):
        raise BadQuery({COUNT: [_("Give true or false.")]})
    return asked == "true"


def count_of(filterset: ListFilterSet[Any]) -> dict[str, Any]:
    """Return how many rows the list has, up to MOST_COUNTED: one query over no more than these."""
    number = filterset.qs.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return {"count": min(number, MOST_COUNTED), "count_is_exact": number <= MOST_COUNTED}


def facets_of(filterset: ListFilterSet[Any], names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return by filter its choices that find something, with how many rows each has under all other filters.

    Counted as pages count beside their choices, over what the reader may see: a query, and one for the choices of each.
    """
    counted = filterset.counts(names, in_view=lambda rows: rows)
    return {
        name: [
            {"value": value, "label": label, "count": numbers[value]}
            for value, label in choices_of(filterset, name)
            if numbers.get(value)
        ]
        for name, numbers in counted.items()
    }


def choices_of(filterset: ListFilterSet[Any], name: str) -> list[tuple[str, str]]:
    """Return the choices of a filter, by the value that an address gives and in words, in their order."""
    one: Any = filterset.filters[name]
    queryset = one.extra.get("queryset") if isinstance(one, OfSeveral) else None
    if queryset is None:
        return [(str(value), str(words)) for value, words in one.extra["choices"]]
    key = one.extra.get("to_field_name") or "pk"
    return [(str(getattr(row, key)), str(row)) for row in queryset]


def describe_own(filterset_class: type[ListFilterSet[Any]]) -> list[dict[str, Any]]:
    """Return the OpenAPI parameters of what a list takes beside its filters."""
    names: dict[str, Any] = {
        "type": "array",
        "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "minItems": 1,
    }
    several = {"in": "query", "required": False, "style": "form", "explode": True}
    found = [
        {
            "name": FIELDS,
            **several,
            "description": "Names of fields: rows have these alone. Repeated, or parted by commas.",
            "schema": names,
        },
        {
            "name": COUNT,
            "in": "query",
            "required": False,
            "description": f"`true`: the page says how many rows the list has, counted up to {MOST_COUNTED}.",
            "schema": {"type": "boolean", "default": False},
        },
    ]
    words = (
        "The whole list as a file, whatever Accept says: `csv` and `xlsx` have the columns of the pages' downloads, "
        "`ndjson` these rows, one a line. `json`, the table with its notes, can be asked for too."
    )
    formats = {"type": "string", "enum": ["csv", "ndjson", "xlsx"]}
    found.append({"name": FORMAT, "in": "query", "required": False, "description": words, "schema": formats})
    if filterset_class.facets:
        facets = {"type": "array", "items": {"type": "string", "enum": sorted(filterset_class.facets)}, "minItems": 1}
        words = "Filters whose choices are counted, each under all other filters. Repeated, or parted by commas."
        found.append({"name": FACETS, **several, "description": words, "schema": facets})
    return found
