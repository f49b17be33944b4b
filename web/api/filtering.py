"""Filters of the API: the shared filtersets, read strictly, and described for the schema."""

from typing import Any

import django_filters
from django.db import DatabaseError
from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from web import filters
from web.api import pagination
from web.api.problems import BadQuery

MOST_CODES = 300
"""A longer list of codes is left out of the schema."""

_TEXT_SCHEMAS: dict[type[django_filters.Filter], dict[str, Any]] = {
    filters.SearchFilter: {"type": "string", "minLength": 1, "maxLength": filters.LONGEST_SEARCH},
    filters.MomentFilter: {
        "oneOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
    },
}


class StrictFilterBackend(BaseFilterBackend):
    """Filters by the view's filterset; what it does not know or take is 400, never "all"."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that pass, in order; BadQuery names each parameter in error."""
        filterset = view.filterset_class(request.query_params, queryset, request=request)
        wrong = filters.refusals(request.query_params, filterset, also=pagination.PARAMETERS)
        if wrong:
            raise BadQuery(wrong)
        view.filterset = filterset
        return filterset.qs

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe each filter."""
        return [describe(name, one) for name, one in view.filterset_class.base_filters.items()]


def describe(name: str, one: django_filters.Filter) -> dict[str, Any]:
    """Return the OpenAPI parameter of a filter."""
    parameter: dict[str, Any] = {"name": name, "in": "query", "required": False, "description": str(one.label)}
    if isinstance(one, filters.SeveralFilter):
        parameter |= {"style": "form", "explode": True}
        parameter["description"] = f"{one.label}: code; several are taken as any of them."
        parameter["schema"] = {"type": "array", "items": _code_schema(one), "minItems": 1}
    elif isinstance(one, django_filters.ModelChoiceFilter):
        parameter["description"] = f"{one.label}: code."
        parameter["schema"] = _code_schema(one)
    elif isinstance(one, django_filters.ChoiceFilter):
        parameter["schema"] = {"type": "string", "enum": [code for code, _label in one.extra["choices"]]}
    else:
        parameter["schema"] = next(schema for kind, schema in _TEXT_SCHEMAS.items() if isinstance(one, kind))
    return parameter


def _code_schema(one: django_filters.Filter) -> dict[str, Any]:
    """Return the schema of a code: those there are today, so that forms can offer them and fuzzers use them."""
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    rows, field = one.extra["queryset"], one.extra.get("to_field_name") or "pk"
    try:
        codes = list(rows.order_by(field).values_list(field, flat=True)[: MOST_CODES + 1])
    except DatabaseError:  # a schema can be made before there is a database
        return schema
    return {**schema, "enum": codes} if 0 < len(codes) <= MOST_CODES else schema
