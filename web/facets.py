"""Counts beside the choices of a filter: how many rows the list would have with that choice and all other filters on.

Each facet is counted without its own filter, so that what could be chosen instead is counted too, by one grouped query
whatever the number of rows. The rows are those that the reader may see: a count tells no more than the list behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Count, F, QuerySet

Counts = Mapping[str, int]
Facet = Callable[[QuerySet[Any]], Counts]
"""Counts rows by the values that an address gives to a filter."""


def by_value(field: Any) -> Facet:
    """Return a facet that counts rows by a column of theirs, a path such as "country" or an expression."""

    def count(rows: QuerySet[Any]) -> Counts:
        value = F(field) if isinstance(field, str) else field
        grouped = rows.annotate(facet=value).values("facet").annotate(rows=Count("pk")).order_by()
        return {str(found): number for found, number in grouped.values_list("facet", "rows") if found is not None}

    return count


def by_stated(through: Any, *, row: str, value: str) -> Facet:
    """Return a facet that counts rows by what another table says they state, each row once a value."""

    def count(rows: QuerySet[Any]) -> Counts:
        stated = through.objects.filter(**{f"{row}__in": rows.values("pk"), f"{value}__isnull": False})
        grouped = stated.order_by().values(value).annotate(rows=Count(row, distinct=True))
        return {str(found): number for found, number in grouped.values_list(value, "rows")}

    return count


def by_condition(condition: Any) -> Facet:
    """Return a facet of a filter by yes and no: how many rows fulfil the condition, and how many do not."""

    def count(rows: QuerySet[Any]) -> Counts:
        found = rows.aggregate(all=Count("pk"), true=Count("pk", filter=condition))
        return {"true": found["true"], "false": found["all"] - found["true"]}

    return count


def summed(counts: Iterable[Counts]) -> Counts:
    """Return counts of the parts of a list as those of the whole."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total
