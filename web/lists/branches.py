"""The rows of one list in several parts, each of which is found by an index of its own.

What a reader may see is often this *or* that, and no index walks an "or": the database reads everybody's rows to sort
a page of 25. Asked for the first rows of each part alone it reads these, and the page is what comes first of them all.
Only ids are read so; the rows of the page are then fetched from the parts that they were found in.
"""

import itertools
from collections.abc import Callable, Collection
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Model, QuerySet

from web.ordering import Ordering

Row = TypeVar("Row", bound=Model)


class ListParts(list[QuerySet[Row]]):
    """Parts of a list that have no row in common, each with what the list filters and orders by."""

    def outdated(self, ids: Collection[int]) -> Collection[int]:
        """Return which of these rows must not be shown, whatever their part says: none, where it is always right."""
        return ()


class Branches(Generic[Row]):
    """Rows of a list in parts that have none in common, already filtered; and the order of the list."""

    def __init__(self, parts: ListParts[Row], ordering: Ordering) -> None:
        self.parts, self.ordering = parts, ordering

    def found(
        self,
        *,
        most: int,
        skip: int = 0,
        after: list[Any] | None = None,
        backwards: bool = False,
        but: Collection[int] = (),
    ) -> list[tuple[int, int]]:
        """Return the first `most` rows in order, without the `skip` first: id and number of the part; one query.

        after: values of the order's keys, of the row that they come after; backwards: that they come before. but: ids
        of rows that are passed over.
        """
        names = [key.field for key in self.ordering.keys]
        order = self.ordering.expressions(backwards=backwards)
        ranges = self.ordering.ranges()
        if after is not None:
            ranges = self.ordering.ranges_after(after, backwards=backwards)
        selects: list[str] = []
        parameters: list[Any] = []
        for (number, part), one in itertools.product(enumerate(self.parts), ranges):
            kept = part.exclude(pk__in=but) if but else part
            rows = kept.filter(one).order_by(*order).values_list("pk", *names)[: skip + most]
            try:
                sql, held = rows.query.sql_with_params()
            except EmptyResultSet:
                continue
            selects.append(f"SELECT {number}, * FROM ({sql}) part_{len(selects)}")  # noqa: S608 - Django's own
            parameters += held
        if not selects:
            return []
        columns = ", ".join(
            f"{place} {'DESC' if key.descending != backwards else 'ASC'} NULLS {'FIRST' if backwards else 'LAST'}"
            for place, key in enumerate(self.ordering.keys, start=3)
        )
        union = " UNION ALL ".join(selects)
        with connection.cursor() as cursor:
            cursor.execute(f"{union} ORDER BY {columns} LIMIT {most} OFFSET {skip}", parameters)
            return [(row[1], row[0]) for row in cursor.fetchall()]

    def page(
        self, for_page: Callable[[QuerySet[Row]], QuerySet[Row]], *, fills: bool = False, **asked: Any
    ) -> list[Row]:
        """Return the rows of `found`, in order, as `for_page` has them: a query more for each part that has some.

        fills: where some of them must not be shown, or are gone by now, others take their place, since a page that is
        not full says that the list has ended. Not so on numbered pages: the next one would show these again.
        """
        gone: set[int] = set()
        while True:
            found = self.found(**asked, but=gone)
            rows = self._fetched(found, for_page)
            missing = {pk for pk, _part in found} - rows.keys()
            if not (fills and missing):
                return [rows[pk] for pk, _part in found if pk in rows]
            gone |= missing

    def _fetched(
        self, found: Collection[tuple[int, int]], for_page: Callable[[QuerySet[Row]], QuerySet[Row]]
    ) -> dict[int, Row]:
        outdated = self.parts.outdated([pk for pk, _part in found]) if found else ()
        rows: dict[int, Row] = {}
        for number, part in enumerate(self.parts):
            if ids := [pk for pk, of in found if of == number and pk not in outdated]:
                rows |= {row.pk: row for row in for_page(part.filter(pk__in=ids)).order_by()}
        return rows

    def count(self) -> int:
        """Return how many rows there are: a query a part, each of a narrow index."""
        return sum(part.order_by().count() for part in self.parts)


class BranchPaginator(Paginator[Row]):
    """Numbered pages of a list in parts."""

    def __init__(
        self,
        object_list: Any,
        per_page: int,
        *,
        branches: Branches[Row],
        for_page: Callable[[QuerySet[Row]], QuerySet[Row]],
        **kwargs: Any,
    ) -> None:
        super().__init__(object_list, per_page, **kwargs)
        self.branches, self.for_page = branches, for_page

    @property
    def count(self) -> int:
        """How many rows there are; counted once."""
        if not hasattr(self, "_counted"):
            self._counted = self.branches.count()
        return self._counted

    def page(self, number: int | str) -> Page[Row]:
        """Return a page whose ids are looked for first."""
        number = self.validate_number(number)
        rows = self.branches.page(self.for_page, most=self.per_page, skip=(number - 1) * self.per_page)
        return Page(rows, number, self)
