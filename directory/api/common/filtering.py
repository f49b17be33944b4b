"""Filters of the API: the shared filtersets, read strictly, and described for the schema."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from directory import filters
from directory.api.common import pagination
from directory.api.common.problems import BadQuery

_TEXT_SCHEMAS: dict[type[django_filters.Filter], dict[str, Any]] = {
    filters.SearchFilter: {"type": "string", "minLength": 1, "maxLength": filters.LONGEST_SEARCH},
    filters.ScoreFilter: {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.000001},
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
        parameter["schema"] = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
    elif isinstance(one, django_filters.ModelChoiceFilter):
        parameter["description"] = f"{one.label}: code."
        parameter["schema"] = {"type": "string", "minLength": 1}
    elif isinstance(one, django_filters.ChoiceFilter):
        parameter["schema"] = {"type": "string", "enum": [code for code, _label in one.extra["choices"]]}
    else:
        parameter["schema"] = next(schema for kind, schema in _TEXT_SCHEMAS.items() if isinstance(one, kind))
    return parameter
