"""The data dictionary: every field of the API's lists and every column of their files, from their own declarations."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from web.api.codes import CodesOf
from web.api.fields import AddressField, CodeField, LabelsField, ListedCodesField
from web.api.files.answers import ENDINGS, columns_of
from web.files.exports import disclaimer
from web.files.frames import FrameColumn
from web.files.licence import attribution, licence

_KINDS: tuple[tuple[type, str], ...] = (
    (CodesOf, "several codes"),
    (ListedCodesField, "several codes"),
    (LabelsField, "several texts"),
    (CodeField, "code"),
    (AddressField, "address"),
    (serializers.BooleanField, "true or false"),
    (serializers.IntegerField, "whole number"),
    (serializers.FloatField, "number"),
    (serializers.DecimalField, "decimal number, as text"),
    (serializers.DateTimeField, "moment, ISO 8601 in UTC"),
    (serializers.DateField, "day, ISO 8601"),
    (serializers.BaseSerializer, "object"),
)


def dictionary(registry: Iterable[tuple[str, Any, str]]) -> dict[str, Any]:
    """Return what every field and column of these lists, registered with a router, means; of what everyone may read."""
    return {
        "licence": licence(),
        "attribution": attribution(),
        "disclaimer": disclaimer(),
        "forms": ["json page", *ENDINGS],
        "lists": [
            {"list": name, "fields": list(fields_of(view)), "columns": [_column(one) for one in columns_of_view(view)]}
            for name, view, _basename in registry
            if hasattr(view, "by_readership")
        ],
    }


def fields_of(view: Any) -> Iterable[dict[str, Any]]:
    """Yield each field of a list's rows, as everyone gets them."""
    for name, field in _fields(view).items():
        found: dict[str, Any] = {
            "name": name,
            "kind": _kind(field),
            "meaning": str(field.help_text or ""),
            "may_be_null": bool(field.allow_null),
        }
        if isinstance(field, serializers.ChoiceField):
            found["codes"] = {str(code): str(words) for code, words in field.choices.items()}
        yield found


def columns_of_view(view: Any) -> list[FrameColumn]:
    """Return the columns of a list's CSV, XLSX and JSON."""
    return list(view.file_columns) or columns_of(_serializer(view))


def _serializer(view: Any) -> serializers.Serializer[Any]:
    one: serializers.Serializer[Any] = next(iter(view.by_readership.values()))()
    return one


def _fields(view: Any) -> Mapping[str, Any]:
    return _serializer(view).fields


def _kind(field: Any) -> str:
    if isinstance(field, serializers.ListSerializer):
        return "several objects"
    return next((words for kind, words in _KINDS if isinstance(field, kind)), "text")


def _column(column: FrameColumn) -> dict[str, Any]:
    return {"name": column.name, "meaning": column.meaning, "codes": column.codes}
