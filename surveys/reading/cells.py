"""Rows of text cells, whatever file they came from, and what can be wrong with them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_FILE_BYTES = 25_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 2_000
MAX_CELL_CHARACTERS = 32_767
MAX_ENTRIES = 2_000
"""Of an archive: a workbook of many sheets and pictures has some hundred."""
UTF_8, UTF_16 = "utf-8", "utf-16"


class FileRefused(ValueError):
    """The file cannot be read as a whole; the message tells a person what to do."""


class ImportRefused(ValueError):
    """A step of an import is not possible now, or not for this person; the message is for people."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a sheet: `number` counts from 1 as a spreadsheet shows it, cells are trimmed text.

    `numbers`: which cells, from 0, a workbook holds as numbers, of those with a mark in them (2.345).
    """

    number: int
    cells: tuple[str, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; the name is empty for a file that has none (CSV). Rows without any text are left out."""

    name: str
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class SheetSource:
    """A sheet whose rows are read anew each time they are asked for, one by one: no more than one is in memory.

    `delimiter`: what stands between the columns of a CSV file; empty for a workbook. `count`: how many rows it has.
    """

    name: str
    rows: Callable[[], Iterator[SourceRow]]
    delimiter: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class MergedCells:
    """Cells that a sheet shows as one: rows from 1, columns from 0, the last ones among them.

    The text stands in the first of them alone.
    """

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        """Return whether a cell is one of them."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column

    def begins_at(self, row: int, column: int) -> bool:
        """Return whether a cell is the one that holds the text."""
        return (row, column) == (self.first_row, self.first_column)

    @property
    def first(self) -> str:
        """The cell that holds the text, as a spreadsheet names it."""
        return f"{column_letter(self.first_column)}{self.first_row}"

    def __str__(self) -> str:
        """Return the range as a spreadsheet names it: B3:B5."""
        return f"{self.first}:{column_letter(self.last_column)}{self.last_row}"


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell, and what would be right; `column` is empty where it concerns the row.

    `choices`: codes that would fit, for a person to choose from; `question`: whose answer the cell holds;
    `entry`: the part of the cell that does not fit.
    """

    sheet: str
    row: int
    column: str
    value: str
    message: str
    question: str = ""
    entry: str = ""
    choices: tuple[str, ...] = ()


def column_letter(index: int) -> str:
    """Return the letters of a spreadsheet's column, from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
