"""Many rows of text at once: inserted, changed and deleted by few statements, and with their history.

Django's own `bulk_update` writes a CASE with a branch for each row and field, which takes longer than all else that an
import does. Here the rows are inserted, and where the key is there already, its row is updated instead. And its
`bulk_create` makes an object of each row and an expression of each value, which is most of what a million short rows
cost: rows whose key nobody asks for, as those of the history, are inserted as plain values.
"""

import io
import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Max, Model
from django.utils import timezone

ADDED, CHANGED, DELETED = "+", "~", "-"
"""What a row of history says of its row, as the history's library writes it."""

_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def insert_rows(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows past the ORM, in a transaction: values as the database takes them, of all columns without default.

    Nobody is told, and no history is written: for rows that belong to others whose history is. Raises ValueError for a
    text with a NUL, which PostgreSQL does not store.
    """
    if not rows:
        return
    if any(isinstance(value, str) and "\0" in value for row in rows for value in row):
        raise ValueError("A text holds a NUL.")
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = ("\t".join(map(_copied, row)) for row in rows)
            cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO("\n".join(lines)))
        else:
            holes = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', rows)


def _copied(value: Any) -> str:
    """Return a value as COPY takes it."""
    if value is None:
        return "\\N"
    return value.translate(_ESCAPED) if isinstance(value, str) else str(value)


def _stored(field: "Field[Any, Any]", value: Any) -> Any:
    """Return the value of a field as `insert_rows` takes it."""
    if value is None:
        return None
    if isinstance(field, JSONField):
        return json.dumps(value, cls=field.encoder)
    return field.get_db_prep_save(value, connection)


def create_with_history(model: Any, rows: Sequence[Any], *, by: Any, reason: str | None) -> list[Any]:
    """Insert rows, and leave a row of history of each; return them with their keys."""
    made: list[Any] = model.objects.bulk_create(rows)
    insert_history(model, made, ADDED, by=by, reason=reason)
    return made


def insert_history(model: Any, rows: Sequence[Any], says: str, *, by: Any, reason: str | None) -> None:
    """Leave a row of history of each of these rows, as they are: what `bulk_history_create` writes, as plain values.

    says: ADDED, CHANGED or DELETED. by: who did it; None leaves it to the history's library, which knows the request.
    """
    if not rows:
        return
    record = model.history.model
    fields = [(field.attname, record._meta.get_field(field.name)) for field in record.tracked_fields]
    user = by or record.get_default_history_user(rows[0])
    head = (_stored(record._meta.get_field("history_date"), timezone.now()), user.pk if user else None, reason, says)
    insert_rows(
        record,
        (
            "history_date",
            "history_user_id",
            "history_change_reason",
            "history_type",
            *(one.column for _, one in fields),
        ),
        [(*head, *(_stored(field, getattr(row, name)) for name, field in fields)) for row in rows],
    )


def last_history_of(model: Any, keys: Iterable[Any]) -> dict[Any, Any]:
    """Return by the key of each row the key of its last row of history."""
    found = model.history.filter(id__in=list(keys)).order_by().values("id").annotate(last=Max("history_id"))
    return dict(found.values_list("id", "last"))


def update_rows(model: type[Model], rows: Sequence[Any], fields: Collection[str]) -> None:
    """Save these fields of rows that are stored; what a field gives itself when saved (updated_at) it is given."""
    if not rows:
        return
    # A row that is inserted is given its date of creation, which is not among the fields that are written.
    created = [field.attname for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    before = [[getattr(row, name) for name in created] for row in rows]
    model._base_manager.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=list(fields))
    for row, values in zip(rows, before, strict=True):
        for name, value in zip(created, values, strict=True):
            setattr(row, name, value)


def update_rows_with_history(
    model: Any, rows: Sequence[Any], fields: Collection[str], *, by: Any, reason: str | None
) -> None:
    """Save these fields of rows that are stored, and leave a row of history of each."""
    update_rows(model, rows, fields)
    insert_history(model, rows, CHANGED, by=by, reason=reason)


def delete_rows_with_history(model: Any, rows: Sequence[Any], *, by: Any, reason: str | None) -> None:
    """Delete rows, and leave of each in the history what it was."""
    if not rows:
        return
    insert_history(model, rows, DELETED, by=by, reason=reason)
    _delete(model, [row.pk for row in rows])


def _delete(model: Any, keys: Sequence[Any]) -> None:
    """Delete by one statement, without the signal by which the history's library would write each row again."""
    stored = model._base_manager.filter(pk__in=keys)
    stored._raw_delete(stored.db)
