"""Triggers that leave a mark of each write to a watched table, in the transaction of the write.

No caller can forget them: they see a form, a bulk update, COPY, an import, a run and a statement typed by hand alike.
Where a transaction is rolled back, so are its marks; where it commits late, they appear then.

On PostgreSQL they are called once a statement, with all its rows; on SQLite, which knows no such triggers, once a row.
They are made after each `migrate` where they are not there, as the index of search documents is: Django drops those of
SQLite whenever it makes their table anew. What was written meanwhile a pass over everything finds.
"""

import hashlib
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from feed.marking.watched import Watched, watched
from feed.models import FeedMark, Sequencer

PREFIX = "feed_marks_"
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_MARKS = FeedMark._meta.db_table
_INTO = f'INSERT INTO "{_MARKS}" (what, key)'

# Arguments: what, the column, and whether an update may change it, so that both rows are meant.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION feed_mark_rows() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        EXECUTE format('{_INTO} SELECT %L, %I::text FROM new_rows', TG_ARGV[0], TG_ARGV[1]);
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND TG_ARGV[2] = 'both') THEN
        EXECUTE format('{_INTO} SELECT %L, %I::text FROM old_rows', TG_ARGV[0], TG_ARGV[1]);
    END IF;
    RETURN NULL;
END
$body$
"""
_ROWS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}

Wanted = dict[tuple[str, str], str]
"""By table and name of a trigger: the statement that makes it."""


def keep_triggers(using: str, **kwargs: Any) -> None:
    """Make the triggers that are not there, and drop those that are not meant to be: all, where marks have no table.

    And have everything looked at: what was written without triggers was not seen, and another version of the portal may
    say the same in other words.
    """
    connection = connections[using]
    present, wanted = _present(connection), _wanted(connection.vendor)
    if present != set(wanted):
        wanted = _bring_into_line(connection, present, wanted)
    if wanted:
        Sequencer.objects.using(using).update(passed_on=None)


def _bring_into_line(connection: BaseDatabaseWrapper, present: set[tuple[str, str]], wanted: Wanted) -> Wanted:
    """Return what is wanted in this database: nothing, where there are no marks."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not {_MARKS, Sequencer._meta.db_table} <= tables:
            wanted = {}
        for table, name in present - set(wanted):
            cursor.execute(_drop(connection.vendor, table, name))
        if connection.vendor == "postgresql" and wanted:
            cursor.execute(_FUNCTION)
        for key in wanted:
            if key not in present and key[0] in tables:
                cursor.execute(wanted[key])
    return wanted


def drop_before_marks_are_made_anew(using: str, plan: Any, **kwargs: Any) -> None:
    """Drop the triggers of SQLite before a migration of their own table, which would stumble over them."""
    connection = connections[using]
    if connection.vendor == "sqlite" and any(migration.app_label == FeedMark._meta.app_label for migration, _ in plan):
        with connection.cursor() as cursor:
            for table, name in _present(connection):
                cursor.execute(_drop("sqlite", table, name))


def _present(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE t.tgname LIKE %s AND pg_table_is_visible(c.oid)",
                [f"{PREFIX}%"],
            )
        else:
            cursor.execute(
                "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"]
            )
        return set(cursor.fetchall())


def _wanted(vendor: str) -> Wanted:
    make = _on_postgresql if vendor == "postgresql" else _on_sqlite
    wanted: Wanted = {}
    for source in watched():
        for event in _EVENTS:
            statement = make(source, event)
            # Another statement is another trigger; PostgreSQL's also say what their function does.
            meant = statement + (_FUNCTION if vendor == "postgresql" else "")
            name = f"{PREFIX}{hashlib.sha256(meant.encode()).hexdigest()[:12]}_{event.lower()}"
            wanted[source.table, name] = statement.replace("<name>", name)
    return wanted


def _on_postgresql(source: Watched, event: str) -> str:
    both = "one" if source.is_key else "both"
    return (
        f'CREATE TRIGGER <name> AFTER {event} ON "{source.table}" {_ROWS[event]} FOR EACH STATEMENT'
        f" EXECUTE FUNCTION feed_mark_rows('{source.what}', '{source.column}', '{both}')"
    )


def _on_sqlite(source: Watched, event: str) -> str:
    new, old = f'new."{source.column}"', f'old."{source.column}"'
    marks = f"{_INTO} SELECT '{source.what}', {old if event == 'DELETE' else new};"
    if event == "UPDATE" and not source.is_key:
        marks += f" {_INTO} SELECT '{source.what}', {old} WHERE {old} IS NOT {new};"
    return f'CREATE TRIGGER <name> AFTER {event} ON "{source.table}" BEGIN {marks} END'


def _drop(vendor: str, table: str, name: str) -> str:
    return f'DROP TRIGGER "{name}" ON "{table}"' if vendor == "postgresql" else f'DROP TRIGGER "{name}"'
