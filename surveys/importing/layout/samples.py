"""What stands in each column, as samples beside where it goes: a heading alone does not tell."""

from collections.abc import Iterable, Sequence

from surveys.importing.layout.column import Column
from surveys.importing.layout.opening import OpenImport
from surveys.importing.layout.table import SheetTable

SAMPLES = 3
ROWS_LOOKED_AT = 1_000
MOST_CHARACTERS = 60


def samples_of(opened: OpenImport) -> dict[str, list[str]]:
    """Return, by `Column.name`, up to three different values of each column, from the first rows of its sheet."""
    found = _samples(opened.table, [column for column in opened.columns if not column.sheet])
    for repeats in opened.table.repeats:
        sheet = repeats.table.sheet.name
        found |= _samples(repeats.table, [column for column in opened.columns if column.sheet == sheet])
    return found


def _samples(table: SheetTable, columns: Sequence[Column]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {column.name: [] for column in columns}
    lacking: Iterable[Column] = columns
    for number, row in enumerate(table.rows()):
        if number == ROWS_LOOKED_AT or not lacking:
            break
        for column in lacking:
            text = row.cells[column.index][:MOST_CHARACTERS] if column.index < len(row.cells) else ""
            if text and text not in found[column.name]:
                found[column.name].append(text)
        lacking = [column for column in lacking if len(found[column.name]) < SAMPLES]
    return found
