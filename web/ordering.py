"""Orders of a list that can be walked page by page: each ends in columns that no two rows share."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import BooleanField, F, Func, Model, Q, Value
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise

Scalar = int | str | None

# How a value of each kind is written into a cursor, and read again.
KINDS: dict[str, tuple[Callable[[Any], Scalar], Callable[[Any], Any]]] = {
    "number": (int, int),
    "text": (str, str),
    "day": (dt.date.isoformat, dt.date.fromisoformat),
    "moment": (dt.datetime.isoformat, dt.datetime.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order; rows without a value come last, whichever way the column runs."""

    field: str
    kind: str = "text"
    descending: bool = False
    is_always_there: bool = False
    """No row is without a value: an index of the column can be walked, which knows only one place for such rows."""
    among: tuple[int, ...] = ()
    """All the values that there are, where they are few: rows are then looked up value by value."""

    def expression(self, *, backwards: bool = False) -> OrderBy:
        """Return the ORDER BY term, or the one that runs the other way."""
        if self.is_always_there:
            return F(self.field).desc() if self.descending != backwards else F(self.field).asc()
        if self.descending != backwards:
            return F(self.field).desc(nulls_first=True) if backwards else F(self.field).desc(nulls_last=True)
        return F(self.field).asc(nulls_first=True) if backwards else F(self.field).asc(nulls_last=True)

    def value_of(self, row: Model) -> Scalar:
        """Return the row's value as plain data."""
        value = attrgetter(self.field.replace("__", "."))(row)
        return None if value is None else KINDS[self.kind][0](value)

    def value_from(self, plain: Scalar) -> Any:
        """Return the value that `value_of` wrote; ValueError or TypeError if it did not."""
        return None if plain is None else KINDS[self.kind][1](plain)

    def equal_to(self, value: Any) -> Q:
        """Return the condition that a row has this value here."""
        return Q((f"{self.field}__isnull", True)) if value is None else Q((self.field, value))

    def after(self, value: Any, *, backwards: bool = False) -> Q | None:
        """Return the condition that a row comes after the value, or before it; None where no row can."""
        if value is None:
            return Q((f"{self.field}__isnull", False)) if backwards else None
        condition = Q((f"{self.field}__{'lt' if self.descending != backwards else 'gt'}", value))
        return condition if backwards or self.is_always_there else condition | Q((f"{self.field}__isnull", True))


@dataclass(frozen=True, slots=True)
class Ordering:
    """A named order of a list: what people read, and its columns; the last of them tell any two rows apart."""

    label: str | Promise
    keys: tuple[SortKey, ...]

    def expressions(self, *, backwards: bool = False) -> list[OrderBy]:
        """Return the ORDER BY terms."""
        return [key.expression(backwards=backwards) for key in self.keys]

    def after(self, values: list[Any], *, backwards: bool = False) -> Q:
        """Return the condition that a row comes after the row of these values, or before it."""
        condition, same_so_far = Q(pk__in=[]), Q()
        for key, value in zip(self.keys, values, strict=True):
            beyond = key.after(value, backwards=backwards)
            if beyond is not None:
                condition |= same_so_far & beyond
            same_so_far &= key.equal_to(value)
        return condition

    def ranges(self) -> list[Q]:
        """Return conditions that each row fulfils one of, each a range of an index whichever way its first key runs."""
        first = self.keys[0]
        return [Q((first.field, value)) for value in first.among] or [Q()]

    def ranges_after(self, values: list[Any], *, backwards: bool = False) -> list[Q]:
        """Return conditions that no row fulfils twice, and that come to `after`: each a range of an index.

        An index that runs as the order does is entered where such a range begins; the one condition of `after` would
        have it walked from the start.
        """
        if not all(key.is_always_there for key in self.keys):
            return [self.after(values, backwards=backwards)]
        ranges, same_so_far, place = [], Q(), 0
        for (descending, _among), same in groupby(self.keys, key=attrgetter("descending", "among")):
            keys = list(same)
            fields = [key.field for key in keys]
            here = values[place : place + len(fields)]
            place += len(fields)
            is_less = descending != backwards
            if len(fields) == 1 and keys[0].among:
                beyond = [value for value in keys[0].among if (value < here[0] if is_less else value > here[0])]
                ranges += [same_so_far & Q((fields[0], value)) for value in beyond]
            else:
                ranges.append(same_so_far & Q(_Beyond(fields, here, is_less=is_less)))
            for field, value in zip(fields, here, strict=True):
                same_so_far &= Q((field, value))
        return ranges


class _Beyond(Func):
    """Whether some columns of a row, read one after the other, come after some values: (a, b) > (1, 2)."""

    output_field = BooleanField()

    def __init__(self, fields: Sequence[str], values: Sequence[Any], *, is_less: bool) -> None:
        super().__init__(*(F(field) for field in fields), *(Value(value) for value in values))
        self.is_less = is_less

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return the comparison of rows, which both databases know."""
        compiled = [compiler.compile(expression) for expression in self.get_source_expressions()]
        half = len(compiled) // 2
        columns, values = (", ".join(sql for sql, _ in part) for part in (compiled[:half], compiled[half:]))
        parameters = [parameter for _sql, held in compiled for parameter in held]
        return f"({columns}) {'<' if self.is_less else '>'} ({values})", parameters


ID = SortKey("pk", "number")
