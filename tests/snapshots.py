"""What takes long to load is loaded once a session; each test that asks for it gets a copy of the rows.

Reference data take a second to read, compare and write, and ten milliseconds to copy from one table into another.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

PREFIX = "snapshot_"
LOWEST_FIRST = ("web", "directory", "surveys", "matching", "practices", "feed")
MARKS = "feed_feedmark"
"""Filled by the writes themselves: what is left of them when a snapshot has been taken is removed."""


@dataclass(frozen=True)
class Snapshot:
    """Rows of some tables, kept in tables of their own beside them: no flush and no rollback takes them away."""

    name: str
    tables: tuple[str, ...]

    def copy_of(self, table: str) -> str:
        """The table that keeps the rows of `table`; the longest name that PostgreSQL takes has 63 bytes."""
        return connection.ops.quote_name(f"{PREFIX}{self.name}_{self.tables.index(table)}")

    def put(self) -> None:
        """Put the rows into the tables, which must hold none of them."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self.tables:
                cursor.execute(f"INSERT INTO {connection.ops.quote_name(table)} SELECT * FROM {self.copy_of(table)}")


def take_snapshot(name: str, load: Callable[[], object], *, upon: tuple[Snapshot, ...] = ()) -> Snapshot:
    """Keep the rows that `load` makes in empty tables, where those of `upon` are there; empty all of these again.

    Not within a test: what a test's transaction holds is gone at its end.
    """
    assert not connection.in_atomic_block, "ask for the fixture by name, so that it is made before the test begins"
    for snapshot in upon:
        snapshot.put()
    before = _counts()
    load()
    # Those that others refer to first: what triggers read of them is there then.
    grown = tuple(sorted((table for table, count in _counts().items() if count != before[table]), key=_place_of))
    assert not any(before[table] for table in grown), "only tables without rows can be emptied again"
    taken = Snapshot(name, grown)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in grown:
            own = connection.ops.quote_name(table)
            cursor.execute(f"CREATE TABLE {taken.copy_of(table)} AS SELECT * FROM {own}")
        for table in {*grown, *(table for each in upon for table in each.tables)}:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        cursor.execute(f"DELETE FROM {MARKS}")
    return taken


def _place_of(table: str) -> tuple[int, str]:
    app = table.partition("_")[0]
    return (LOWEST_FIRST.index(app) + 1 if app in LOWEST_FIRST else 0, table)


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.django_table_names(only_existing=True):
            if table == MARKS:
                continue
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = int(cursor.fetchone()[0])
    return counts
