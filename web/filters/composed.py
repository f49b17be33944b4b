"""Queries that are composed once: of lists that everybody is offered, whose rows may change but not what asks for them.

Composing a query takes the ORM longer than the database takes to answer one for forty rows, and a page of a list asks
for six such lists. Only what no day, no reader and no parameter narrows may be kept so.
"""

from typing import Any, Self

from django.db import connection
from django.db.models import QuerySet


class ComposedOnce:
    """Rows of reference, read by a statement that is composed once for each set of columns."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows
        self._statements: dict[tuple[str, ...], tuple[str, tuple[Any, ...]]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # What holds it is copied for each request.
        return self

    @property
    def model(self) -> Any:
        """The model of the rows."""
        return self._rows.model

    def values(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return columns of text of all rows, in their order; one query."""
        if columns not in self._statements:
            self._statements[columns] = self._rows.values_list(*columns).query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(*self._statements[columns])
            return cursor.fetchall()
