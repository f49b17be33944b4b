"""Rows of the API written quickly, many at once: the same as the serializer gives, from the serializer's own fields.

A serializer asks of every field of every row what can be asked once for all rows: where its value stands, and how it is
written. Fields of our own and all others that are not known here are asked as ever, so that no rule stands twice.
"""

# ruff: noqa: SLF001 - what a model says of itself has no other names; Django documents them

import datetime as dt
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.fields import SkipField
from rest_framework.utils.encoders import JSONEncoder

from web.api.codes import CodeOf, CodesOf
from web.api.fields import AddressField, CodeField, CodeLabelField, LabelField, LabelsField, related_rows

Give = Callable[[Any], Any]
_SKIPPED = object()
_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
# Some readers of lines take these for the end of one.
_BREAKS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}


def line_of(values: dict[str, Any]) -> str:
    """Return one row as a line of JSON, with its end."""
    line = _ENCODER.encode(values)
    for character, escaped in _BREAKS.items():
        if character in line:
            line = line.replace(character, escaped)
    return f"{line}\n"


def row_writer(serializer: serializers.BaseSerializer[Any]) -> Callable[[Any], dict[str, Any]]:
    """Return what gives of a row the same as the serializer's `to_representation`."""
    if type(serializer).to_representation is not serializers.Serializer.to_representation:
        return serializer.to_representation
    fields: Any = serializer.fields  # type: ignore[attr-defined]
    parts = [(name, _giver(field)) for name, field in fields.items() if not field.write_only]

    def write(row: Any) -> dict[str, Any]:
        found = {name: give(row) for name, give in parts}
        return {name: value for name, value in found.items() if value is not _SKIPPED} if skips else found

    skips = any(give.__name__ == "as_ever" for _name, give in parts)
    return write


def _giver(field: Any) -> Give:
    if isinstance(field, serializers.SerializerMethodField):
        found: Give = getattr(field.parent, str(field.method_name))
        return found
    if isinstance(field, serializers.ListSerializer):
        return _many(field)
    if isinstance(field, serializers.Serializer):
        return _then(_reader(field), row_writer(field))
    if type(field) in _OF_MANY:
        return _OF_MANY[type(field)](field)
    if type(field) in _WRITERS:
        return _then(_reader(field), _WRITERS[type(field)](field))
    return _as_ever(field)


def _many(field: Any) -> Give:
    write, name = row_writer(field.child), field.source

    def give(row: Any) -> list[Any]:
        rows = getattr(row, name) if isinstance(row.__dict__.get(name), list) else related_rows(row, name)
        return [write(one) for one in rows]

    return give


def _as_ever(field: Any) -> Give:
    def as_ever(row: Any) -> Any:
        try:
            value = field.get_attribute(row)
        except SkipField:
            return _SKIPPED
        return None if value is None else field.to_representation(value)

    return as_ever


def _reader(field: Any) -> Give:
    """Return what reads the value of a field; None where anything on the way to it is."""
    path = field.source_attrs
    if not path:
        return lambda row: row
    if len(path) == 1:
        return attrgetter(path[0])

    def read(row: Any) -> Any:
        for name in path:
            if row is None:
                return None
            row = getattr(row, name)
        return row

    return read


def _then(read: Give, write: Give) -> Give:
    def give(row: Any) -> Any:
        value = read(row)
        return None if value is None else write(value)

    return give


def _moment(field: Any) -> Give:
    """Return what writes a moment; one in UTC, where that is the time of answers, needs no conversion."""
    is_utc = getattr(field, "timezone", None) is None or timezone.get_current_timezone_name() == "UTC"

    def write(value: Any) -> Any:
        if is_utc and isinstance(value, dt.datetime) and value.tzinfo is dt.UTC:
            return f"{value.isoformat()[:-6]}Z"
        return field.to_representation(value)

    return write


def _plain(kind: type) -> Callable[[Any], Give]:
    """Return what makes a writer that gives values of a kind as they are, and all others as the field writes them."""

    def make(field: Any) -> Give:
        return lambda value: value if type(value) is kind else field.to_representation(value)

    return make


def _codes(field: Any) -> Give:
    """Return what gives the codes of related rows: their keys, read where they stand."""
    name = field.source_attrs[0]

    def give(row: Any) -> list[str]:
        return [one.__dict__[one._meta.pk.attname] for one in related_rows(row, name)]

    return give


def _labels(field: Any) -> Give:
    """Return what gives the names of related rows; each is asked for once, the language of a writer is one."""
    name, known = field.source_attrs[0], _Names()

    def give(row: Any) -> list[str]:
        return [known.of(one) for one in related_rows(row, name)]

    return give


def _label(field: Any) -> Give:
    known = _Names()
    return lambda value: value if type(value) is str else known.of(value)


class _Names:
    """Names of rows of one model, kept by their keys as they are asked for: a row itself is slow to look up."""

    def __init__(self) -> None:
        self._known: dict[Any, str] = {}

    def of(self, row: Any) -> str:
        """Return the name of a row."""
        key = row.__dict__[row._meta.pk.attname]
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = str(row)
        return known


def _as_written(field: Any) -> Give:
    write: Give = field.to_representation
    return write


_OF_MANY: dict[type, Callable[[Any], Give]] = {CodesOf: _codes, LabelsField: _labels}
_WRITERS: dict[type, Callable[[Any], Give]] = {
    serializers.CharField: _plain(str),
    CodeOf: _plain(str),
    serializers.IntegerField: _plain(int),
    serializers.BooleanField: _plain(bool),
    serializers.DateField: lambda field: dt.date.isoformat,
    serializers.DateTimeField: _moment,
    AddressField: _as_written,
    CodeField: _as_written,
    CodeLabelField: _as_written,
    LabelField: _label,
}
