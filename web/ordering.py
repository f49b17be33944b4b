"""Orders of a list that can be walked page by page: each ends in columns that no two rows share."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import F, Model, Q
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

    def expression(self, *, backwards: bool = False) -> OrderBy:
        """Return the ORDER BY term, or the one that runs the other way."""
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
        return condition if backwards else condition | Q((f"{self.field}__isnull", True))


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


ID = SortKey("pk", "number")
