"""Many rows at once, past the ORM: COPY on PostgreSQL, prepared statements on SQLite.

For tables whose rows are whole numbers, codes and moments written by runs alone; nothing here escapes text. Each
function is called in a transaction.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Model
from numpy.typing import NDArray

Rows = NDArray[Any]
Columns = Mapping[str, NDArray[np.int64] | str | int | None]
"""By column of the table: an array with an entry a row, or one value for all; None is NULL."""
NULL = np.iinfo(np.int64).min
"""Stands for NULL in an array."""
ROWS_LOOKED_AT = 1_000
"""Of each index, by SQLite, which would read all of it."""


def is_postgresql() -> bool:
    """Return whether the database is PostgreSQL."""
    return connection.vendor == "postgresql"


def lock_table(model: type[Model]) -> None:
    """Keep others from writing to a table, and from holding its rows, until the transaction ends; they may read.

    SQLite has one writer at a time anyway.
    """
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN EXCLUSIVE MODE')


def refresh_statistics(*models: type[Model]) -> None:
    """Let the database look at what these tables now hold: by it, it chooses the indexes that it reads.

    PostgreSQL does so by itself only a while after many rows have changed, SQLite never.
    """
    with connection.cursor() as cursor:
        if not is_postgresql():
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        for model in models:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def new_ids(model: type[Model], number: int) -> NDArray[np.int64]:
    """Return so many ids that no row of the table has or will be given; the table must be locked on SQLite."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number]
            )
            return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
    return np.arange(first, first + number, dtype=np.int64)


def insert(model: type[Model], columns: Columns) -> None:
    """Insert a row for each entry of the arrays; all columns without a default of the database must be named."""
    names, rows = list(columns), _rows(columns)
    if not len(rows):
        return
    table, quoted = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.copy_expert(f'COPY "{table}" ({quoted}) FROM STDIN', _copy_text(rows))
        else:
            holes = ", ".join(["%s"] * len(names))
            cursor.executemany(f'INSERT INTO "{table}" ({quoted}) VALUES ({holes})', rows)


def update(model: type[Model], ids: NDArray[np.int64], columns: Columns) -> None:
    """Set these columns of the rows with these ids."""
    names, rows = list(columns), _rows({**columns, "id": ids})
    if not len(rows):
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if is_postgresql():
            temporary = f"changes_of_{table}"
            quoted = ", ".join(f'"{name}"' for name in (*names, "id"))
            cursor.execute(f'CREATE TEMP TABLE "{temporary}" ON COMMIT DROP AS SELECT {quoted} FROM "{table}" LIMIT 0')
            cursor.copy_expert(f'COPY "{temporary}" ({quoted}) FROM STDIN', _copy_text(rows))
            changes = ", ".join(f'"{name}" = changed."{name}"' for name in names)
            cursor.execute(f'UPDATE "{table}" SET {changes} FROM "{temporary}" changed WHERE "{table}".id = changed.id')
            cursor.execute(f'DROP TABLE "{temporary}"')
        else:
            changes = ", ".join(f'"{name}" = %s' for name in names)
            cursor.executemany(f'UPDATE "{table}" SET {changes} WHERE id = %s', rows)


def read_numbers(sql: str, parameters: Sequence[Any], *, dtype: np.dtype[Any]) -> Rows:
    """Return the rows of a query whose columns are whole numbers, none NULL, as a structured array."""
    with connection.cursor() as cursor:
        if is_postgresql():
            text = io.StringIO()
            query = cursor.mogrify(sql, parameters).decode()
            cursor.copy_expert(f"COPY ({query}) TO STDOUT (DELIMITER ' ')", text)
            numbers = np.fromstring(text.getvalue(), dtype=np.int64, sep=" ")
            return np.ascontiguousarray(numbers.reshape(-1, len(dtype.names or ()))).view(dtype).reshape(-1)
        cursor.execute(sql, parameters)
        return np.fromiter(cursor, dtype=dtype)


def moment(when: dt.datetime) -> str:
    """Return a moment as the database takes it."""
    if is_postgresql():
        return when.isoformat(sep=" ", timespec="microseconds")
    return str(when.astimezone(dt.UTC).replace(tzinfo=None))


def _rows(columns: Columns) -> list[tuple[Any, ...]]:
    """Return the rows as tuples."""
    length = next(len(values) for values in columns.values() if isinstance(values, np.ndarray))
    lists = [
        [None if value == NULL else value for value in values.tolist()]
        if isinstance(values, np.ndarray)
        else [values] * length
        for values in columns.values()
    ]
    return list(zip(*lists, strict=True))


def _copy_text(rows: list[tuple[Any, ...]]) -> io.StringIO:
    return io.StringIO("".join("\t".join(map(_copy_value, row)) + "\n" for row in rows))


def _copy_value(value: object) -> str:
    return "\\N" if value is None else str(value)
