"""The rows of a sheet that repeats, by the row that they belong to; on disk, since there may be many times as many."""

import json
import sqlite3
from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.importing.layout.table import Repeats
from surveys.reading.cells import SourceRow

MOST_NAMED = 20
# Without a name, SQLite keeps a database in a temporary file that goes with the connection, and little of it in memory.
_TEMPORARY = ""
_BEGIN = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "CREATE TABLE repeats (place INTEGER PRIMARY KEY, parent TEXT, number INTEGER, cells TEXT, numbers TEXT)",
    "CREATE TABLE owners (key TEXT PRIMARY KEY) WITHOUT ROWID",
    # Never committed: nobody else reads it.
    "BEGIN",
)


class RepeatRows:
    """Finds the rows of a sheet by the row that they belong to."""

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats
        self._rows = sqlite3.connect(_TEMPORARY, isolation_level=None)
        for statement in _BEGIN:
            self._rows.execute(statement)
        self._rows.executemany(
            "INSERT INTO repeats (parent, number, cells, numbers) VALUES (?, ?, ?, ?)", self._in_order()
        )
        self._rows.execute("CREATE INDEX repeats_parent ON repeats (parent, place)")

    def of(self, row: SourceRow) -> list[tuple[str, SourceRow]]:
        """Return the repetitions that belong to a row, with the name of their sheet, in the order of the sheet."""
        own = self._key(row)
        if not own:
            return []
        found = self._rows.execute("SELECT number, cells, numbers FROM repeats WHERE parent = ? ORDER BY place", (own,))
        name = self._repeats.table.sheet.name
        return [
            (name, SourceRow(number, tuple(json.loads(cells)), tuple(json.loads(numbers))))
            for number, cells, numbers in found
        ]

    def note_owner(self, row: SourceRow) -> None:
        """Take note of a row of the table, to which rows of this sheet may belong."""
        self._rows.execute("INSERT OR IGNORE INTO owners VALUES (?)", (self._key(row),))

    def notice_of_orphans(self) -> str:
        """Say which rows belong to none of the rows that were noted; empty where each belongs to one."""
        lost = "FROM repeats WHERE parent = '' OR parent NOT IN (SELECT key FROM owners)"
        (count,) = self._rows.execute(f"SELECT count(*) {lost}").fetchone()
        if not count:
            return ""
        found = self._rows.execute(f"SELECT number {lost} ORDER BY place LIMIT ?", (MOST_NAMED,))
        rows = ", ".join(str(number) for (number,) in found) + (" …" if count > MOST_NAMED else "")
        return _("Rows of the sheet “%(sheet)s” belong to no row of the table, and were not read: %(rows)s.") % {
            "sheet": self._repeats.table.sheet.name,
            "rows": rows,
        }

    def _key(self, row: SourceRow) -> str:
        at = self._repeats.linked_by
        return row.cells[at] if at < len(row.cells) else ""

    def _in_order(self) -> Iterator[tuple[str, int, str, str]]:
        at = self._repeats.parent
        for row in self._repeats.table.rows():
            parent = row.cells[at] if at < len(row.cells) else ""
            yield parent, row.number, json.dumps(row.cells), json.dumps(row.numbers)
