"""Rows of a table made quickly, to be read and written out, never to be saved.

Most of what Django takes for a row is `Model.__init__`: signals, and one call for each column. Here the columns go
straight into the instance, as `Model.from_db` leaves them there; what the query defers is fetched when it is asked for,
as ever.
"""

# ruff: noqa: SLF001 - what a model says of itself has no other names; Django documents them

from typing import Any

from django.db.models import QuerySet
from django.db.models.base import ModelState


def light_rows(rows: QuerySet[Any]) -> list[Any]:
    """Return the rows as instances of their model, without annotations and without related rows."""
    model: Any = rows.model
    query = rows.query
    named, is_deferred = query.deferred_loading
    columns = [one.attname for one in model._meta.concrete_fields if (one.name in named) != is_deferred or not named]
    found = []
    for values in rows.values_list(*columns):
        row = model.__new__(model)
        row.__dict__.update(zip(columns, values, strict=True))
        state = ModelState()
        state.db, state.adding = rows.db, False
        row.__dict__["_state"] = state
        found.append(row)
    return found
