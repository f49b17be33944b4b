"""Counts beside the choices of a filter: how many rows the list would have with that choice and all other filters on.

Each facet is counted without its own filter, so that what could be chosen instead is counted too. All that are counted
over the same rows, those whose filter is off, are counted by one statement: the rows are found once, which is what
takes long, in the database and in composing it. The rows are those that the reader may see: a count tells no more than
the list behind it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When

Counts = Mapping[str, int]


@dataclass(frozen=True)
class GroupedFacet:
    """Rows by the values of a column of theirs, or of another table that says what they state."""

    value: Any
    """An expression; of another table the name of a field."""
    through: Any = None
    row: str = ""
    """The column of that table that names the row."""
    made_of: Callable[[Counts], Counts] | None = None
    """Makes of the counts by value what the filter is asked by."""
    where: Any = None
    """Of rows by another table: an expression that says "true" of those that are counted; none: of all."""
    is_whole: bool = False
    """Whether it counts each row, and once: all its counts together are how many rows there are."""

    @property
    def grouping(self) -> Any:
        """What it groups by; by identity, since comparing two expressions takes longer than grouping twice."""
        return id(self.value), self.through, self.row, id(self.where)


@dataclass(frozen=True)
class ReadFacet:
    """Rows by what no grouping can count: of something that is read of the rows, once for all facets of it."""

    read: Callable[[QuerySet[Any]], Any]
    count: Callable[[Any], Counts]


Facet = GroupedFacet | ReadFacet
"""Counts rows by the values that an address gives to a filter."""


def by_value(field: Any, *, is_whole: bool = False) -> GroupedFacet:
    """Return a facet that counts rows by a column of theirs, a path such as "country" or an expression.

    is_whole: none of them is without a value.
    """
    return GroupedFacet(F(field) if isinstance(field, str) else field, is_whole=is_whole)


def by_stated(through: Any, *, row: str, value: str) -> GroupedFacet:
    """Return a facet that counts rows by what another table says they state, each row once a value."""
    return GroupedFacet(value, through, row)


def by_condition(condition: Any) -> GroupedFacet:
    """Return a facet of a filter by yes and no: how many rows fulfil the condition, and how many do not."""
    return GroupedFacet(_true_or_false(condition), is_whole=True)


def of_those_that(condition: Any, *facets: GroupedFacet) -> list[GroupedFacet]:
    """Return facets by what another table says, of those rows alone that fulfil the condition."""
    where = _true_or_false(condition)
    return [replace(facet, where=where) for facet in facets]


def _true_or_false(condition: Any) -> Any:
    return Case(When(condition, then=Value("true")), default=Value("false"))


def made_of(facet: GroupedFacet, make: Callable[[Counts], Counts]) -> GroupedFacet:
    """Return a facet whose counts are made of those of another."""
    return replace(facet, made_of=make)


def counted(facets: Mapping[str, Facet], rows: QuerySet[Any]) -> dict[str, Counts]:
    """Return the counts of facets over the same rows, by the name of each."""
    grouped = {name: one for name, one in facets.items() if isinstance(one, GroupedFacet)}
    found = _counted_together(grouped, rows) if grouped else {}
    read = cache(lambda reading: reading(rows))
    return {
        name: found[name] if isinstance(one, GroupedFacet) else one.count(read(one.read))
        for name, one in facets.items()
    }


def summed(counts: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """Return counts of the parts of a list as those of the whole."""
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for part in counts:
        for name, numbers in part.items():
            total[name].update(numbers)
    return dict(total)


def _counted_together(facets: Mapping[str, GroupedFacet], rows: QuerySet[Any]) -> dict[str, Counts]:
    """Count by one statement: what several facets group by, such as the country, is grouped once."""
    groupings = {one.grouping: one for one in facets.values()}
    places = {key: place for place, key in enumerate(groupings)}
    columns = {f"facet_{places[key]}": one.value for key, one in groupings.items() if one.through is None}
    conditions = {id(one.where): one.where for one in groupings.values() if one.where is not None}
    named = {key: f"where_{place}" for place, key in enumerate(conditions)}
    columns |= {name: conditions[key] for key, name in named.items()}
    found = rows.order_by().annotate(**columns).values_list("pk", *columns)
    try:
        sql, parameters = found.query.sql_with_params()
    except EmptyResultSet:
        return {name: {} for name in facets}
    selects = [_select(places[key], one, where=named.get(id(one.where), "")) for key, one in groupings.items()]
    with connection.cursor() as cursor:
        names = ", ".join(("pk", *columns))
        cursor.execute(f"WITH facet_rows({names}) AS ({sql}) {' UNION ALL '.join(selects)}", parameters)
        numbers: dict[int, dict[str, int]] = defaultdict(dict)
        for place, value, number in cursor.fetchall():
            numbers[place][value] = number
    counts = {}
    for name, one in facets.items():
        of_values = numbers[places[one.grouping]]
        counts[name] = one.made_of(of_values) if one.made_of else of_values
    return counts


def _select(place: int, facet: GroupedFacet, *, where: str) -> str:
    """Return the statement's part that groups by one thing: of names that are Django's own, and of no value."""
    if facet.through is None:
        return (
            f"SELECT {place}, CAST(facet_{place} AS VARCHAR), COUNT(*) FROM facet_rows "  # noqa: S608
            f"WHERE facet_{place} IS NOT NULL GROUP BY facet_{place}"
        )
    quoted, options = connection.ops.quote_name, facet.through._meta  # noqa: SLF001 - Django documents it as public
    narrowed = f" AND facet_rows.{where} = 'true'" if where else ""
    table, column, of_row = (
        quoted(name)
        for name in (options.db_table, *(options.get_field(one).column for one in (facet.value, facet.row)))
    )
    return (
        f"SELECT {place}, CAST({table}.{column} AS VARCHAR), COUNT(DISTINCT {table}.{of_row}) FROM {table} "  # noqa: S608
        f"INNER JOIN facet_rows ON facet_rows.pk = {table}.{of_row} "
        f"WHERE {table}.{column} IS NOT NULL{narrowed} "
        f"GROUP BY {table}.{column}"
    )
