"""One row while it is read: whose it is, what was read, its cells by where their columns go, and what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from directory.models import Agency, Country
from surveys.answering.edition import Edition
from surveys.answering.reading.from_answers import Answers
from surveys.answering.reading.places import Names
from surveys.importing.layout.column import Column
from surveys.questionnaires.asked import Asked
from surveys.reading.cells import CellError, MergedCells, SourceRow


@dataclass(frozen=True)
class ImportReference:
    """What rows are read against, loaded once an import."""

    countries: Mapping[str, Country]
    agencies: Mapping[str, tuple[Agency, ...]]
    names: Names
    edition: Edition
    asked: Asked


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose row it is, and what makes it the same row in a later file."""

    country: Country
    agency: Agency | None
    key: str


@dataclass
class ReadRow:
    """One row as read. `cells`: by heading, those that are kept with the response; nothing where it is in error.

    `unasked`: which of them answer no question.
    """

    sheet: str
    number: int
    cells: dict[str, str]
    unasked: Sequence[str] = ()
    identity: Identity | None = None
    answers: Answers | None = None
    note: str = ""
    errors: list[CellError] = field(default_factory=list)
    numbers: list[tuple[str, str, str]] = field(default_factory=list)
    """Numbers that are not plain digits in the file: column, cell, and what is stored."""


class ColumnsByUse:
    """The columns of a row by where they go: found out once a file, since a row has many and a file many rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.in_order = columns
        self.by_goes = {column.goes: column for column in columns}
        self.questions = dict.fromkeys(column.question for column in columns if column.question)
        self.of_question = {
            (column.question, column.part): column for column in self.by_goes.values() if column.question
        }
        self.options: dict[str, list[Column]] = {}
        for column in columns:
            if column.option:
                self.options.setdefault(column.question, []).append(column)


class Cells:
    """The cells of one row by where their columns go, and the complaints about them."""

    def __init__(self, columns: ColumnsByUse, row: SourceRow, read: ReadRow, *, sheet: str = "") -> None:
        self._row, self._read, self._sheet = row, read, sheet or read.sheet
        self._columns = columns

    def column(self, question: str, part: str = "") -> Column | None:
        """Return the column of an answer, or of a part of it; None where the file has none."""
        return self._columns.of_question.get((question, part))

    def of(self, question: str, part: str = "") -> str:
        """Return the text of an answer, or of a part of it."""
        column = self.column(question, part)
        return self.text(column) if column else ""

    def about(self, goes: str) -> str:
        """Return what a column of the tool's own says."""
        column = self._columns.by_goes.get(goes)
        return self.text(column) if column else ""

    def text(self, column: Column) -> str:
        """Return the text of a column's cell."""
        return self._row.cells[column.index] if column.index < len(self._row.cells) else ""

    def merged_with(self, column: Column, merged: Iterable[MergedCells]) -> MergedCells | None:
        """Return the merged cells that a column's cell is one of, where their text stands in another row or column."""
        row, index = self._row.number, column.index
        return next((one for one in merged if one.holds(row, index) and not one.begins_at(row, index)), None)

    def is_number(self, column: Column) -> bool:
        """Return whether a workbook holds the cell as a number, whose text has a point before decimals."""
        return column.index in self._row.numbers

    def note_number(self, column: Column, stored: str) -> None:
        """Keep for the preview how a number was read, where its cell does not say it digit by digit."""
        text = self.text(column)
        if text != stored and not (text.isascii() and text.isdigit()):
            self._read.numbers.append((column.key, text[:200], stored))

    def options(self, question: str) -> list[Column]:
        """Return the columns that say yes or no to one option of a question each."""
        return self._columns.options.get(question, [])

    def complain(
        self, column: Column, message: str, *, question: str = "", choices: tuple[str, ...] = (), entry: str = ""
    ) -> None:
        """Note what is wrong in a cell, and what would be right."""
        value = self.text(column)[:200]
        self._read.errors.append(
            CellError(self._sheet, self._row.number, column.key, value, message, question, entry[:200], choices)
        )
