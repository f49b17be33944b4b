"""Filters of the API: the shared filtersets, read strictly, and described for the schema."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from web import filters
from web.api import pagination
from web.api.asked import OF_LISTS, SEVERAL, describe_own
from web.api.codes import code_of
from web.api.problems import BadQuery

_SEVERAL = "Repeated, or parted by commas."
_TEXT_SCHEMAS: dict[type[django_filters.Filter], dict[str, Any]] = {
    filters.SearchFilter: {
        "type": "string",
        "minLength": 1,
        "maxLength": filters.LONGEST_SEARCH,
        "examples": ["solar energy"],
    },
    filters.DayFilter: {"type": "string", "format": "date", "examples": ["2026-11-25"]},
    filters.MomentFilter: {
        "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
        "examples": ["2026-11-25", "2026-11-25T09:30:00Z"],
    },
}


class StrictFilterBackend(BaseFilterBackend):
    """Filters by the view's filterset; what it does not know or take is 400, never "all"."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that pass, in order; BadQuery names each parameter in error."""
        filterset = view.filterset_class(request.query_params, queryset, request=request)
        also = pagination.PARAMETERS | OF_LISTS
        wrong = filters.refusals(request.query_params, filterset, also=also, also_several=SEVERAL)
        if wrong:
            raise BadQuery(wrong)
        view.filterset = filterset
        return filterset.qs

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe each filter, and what a list takes besides."""
        described = [describe(name, one) for name, one in view.filterset_class.base_filters.items()]
        return [*described, *describe_own(view.filterset_class)]


def describe(name: str, one: django_filters.Filter) -> dict[str, Any]:
    """Return the OpenAPI parameter of a filter."""
    parameter: dict[str, Any] = {"name": name, "in": "query", "required": False, "description": str(one.label)}
    if isinstance(one, filters.OfSeveral):
        parameter |= {"style": "form", "explode": True}
        parameter["description"] = f"{one.label}: {'none' if one.negates else 'any'} of them. {_SEVERAL}"
        parameter["schema"] = {"type": "array", "items": _item_schema(one), "minItems": 1}
    elif isinstance(one, django_filters.ChoiceFilter):
        parameter["schema"] = {"type": "string", "enum": [code for code, _label in one.extra["choices"]]}
    else:
        parameter["schema"] = next(schema for kind, schema in _TEXT_SCHEMAS.items() if isinstance(one, kind))
    return parameter


def _item_schema(one: filters.OfSeveral) -> dict[str, Any]:
    if isinstance(one, filters.NamesFilter):
        return {"type": "string", "pattern": f"^{one.extra['pattern']}$", "examples": [one.extra["example"]]}
    if isinstance(one, filters.SeveralChoicesFilter):
        return {"type": "string", "enum": [code for code, _label in one.extra["choices"]]}
    return _code_schema(one)


def _code_schema(one: django_filters.Filter) -> dict[str, Any]:
    """Return how the codes that a filter takes are written."""
    code = code_of(one.extra["queryset"].model)
    if code is None:
        raise LookupError(f"Nobody registered how rows of {one.extra['queryset'].model.__name__} are named.")
    return {key: value for key, value in code.schema().items() if key != "description"}
