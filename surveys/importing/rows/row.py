"""Reads one row of a table into who answered and what, or into everything that is wrong with it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from surveys.answering.reading.from_answers import Answers
from surveys.choices import ResponseKind
from surveys.importing.layout.column import Column
from surveys.importing.layout.tools import FOOTNOTE, GIVEN_AT, IGNORE, KIND, NOTE, SOURCE, Tool
from surveys.importing.rows.answer_cells import AnswerReader
from surveys.importing.rows.cells import Cells, ColumnsByUse, ImportReference, ReadRow
from surveys.importing.rows.whose import OwnerReader
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Given
from surveys.reading.cells import CellError, MergedCells, SourceRow
from surveys.reading.numbers import NumberWay
from surveys.reading.values import stated

MAX_CELL_CHARACTERS = 10_000
KINDS = {"survey": ResponseKind.ANSWERED, "secondary": ResponseKind.COMPILED}
NOTE_LABELS = {FOOTNOTE: "Footnote", SOURCE: "Source"}
NO_COLUMNS = ColumnsByUse([])


class RowReader:
    """Reads the rows of one table by its columns; `decisions`: by question, spellings and the codes they stand for."""

    def __init__(
        self,
        *,
        reference: ImportReference,
        columns: Sequence[Column],
        tool: Tool,
        decisions: Mapping[str, Mapping[str, str]],
        has_agency_key: bool,
        day_first: Mapping[str, bool],
        from_1904: bool = False,
        merged: Sequence[MergedCells] = (),
    ) -> None:
        self._main = [column for column in columns if not column.sheet]
        self._repeated = [column for column in columns if column.sheet]
        by_repetition: dict[int, list[Column]] = {0: []}
        for column in self._main:
            by_repetition.setdefault(column.repeat, []).append(column)
        self._by_repetition = {repeat: ColumnsByUse(own) for repeat, own in sorted(by_repetition.items())}
        self._of_main = ColumnsByUse(self._main)
        self._of_sheet = {
            sheet: ColumnsByUse([column for column in self._repeated if column.sheet == sheet])
            for sheet in {column.sheet for column in self._repeated}
        }
        self._kept_columns = [(column.key, column.index) for column in self._main if self._is_kept(column)]
        self._sections = {
            sheet: {reference.asked.questions[one.question].section for one in self._repeated
                    if one.sheet == sheet and one.question in reference.asked.questions}
            for sheet in {column.sheet for column in self._repeated}
        }  # fmt: skip
        self._unasked = tuple(column.key for column in self._main if self._is_kept(column) and not column.question)
        self._by_goes = {column.goes: column for column in self._main if column.goes.startswith("about:")}
        self._whose = OwnerReader(reference, tool, decisions, has_agency_key=has_agency_key, merged=merged)
        self._answers = AnswerReader(reference, tool, decisions, day_first=day_first, from_1904=from_1904)
        version = reference.asked.version
        self._read_by = [
            sorted((column.sheet, column.key, column.goes) for column in columns),
            decisions,
            version.pk if version else 0,
            day_first,
            *([1904] if from_1904 else []),
        ]
        self.fingerprint = _fingerprint(self._read_by)

    def read_numbers(self, ways: Mapping[str, NumberWay]) -> None:
        """Take how the numbers of each question are written, once the whole file has been looked at."""
        self._answers.number_ways = ways
        self.fingerprint = _fingerprint([*self._read_by, {question: way.mark for question, way in ways.items()}])

    def identify(self, row: SourceRow) -> str:
        """Return the key of a row without reading the rest of it; empty where it is in error."""
        read = ReadRow("", row.number, {})
        identity = self._whose.identity(Cells(self._of_main, row, read))
        return identity.key if identity else ""

    def read(self, row: SourceRow, repeats: Sequence[tuple[str, SourceRow]] = (), *, sheet: str = "") -> ReadRow:
        """Return the row as read, with its repetitions in other sheets (name of the sheet, row)."""
        read = ReadRow(sheet, row.number, self._kept(row, repeats), self._unasked)
        cells = Cells(self._of_main, row, read)
        read.identity = self._whose.identity(cells)
        if any(len(cell) > MAX_CELL_CHARACTERS for cell in read.cells.values()):
            long = next(name for name, cell in read.cells.items() if len(cell) > MAX_CELL_CHARACTERS)
            read.errors.append(
                CellError(sheet, row.number, long, read.cells[long][:200],
                          _("More than %(limit)d characters.") % {"limit": MAX_CELL_CHARACTERS})
            )  # fmt: skip
            return read
        kind = self._kind(cells)
        if read.identity is None:
            return read
        iso3 = read.identity.country.iso3
        given: list[Given] = []
        places: list[NamedPlace] = []
        for repeat, columns in self._by_repetition.items():
            more, named = self._answers.read(Cells(columns, row, read), columns, repeat, iso3)
            given += more
            places += named
        # Two sheets of one section go on counting: no repetition is written twice.
        counts: dict[str, int] = {}
        for name, repeated in repeats:
            columns = self._of_sheet.get(name, NO_COLUMNS)
            sections = self._sections.get(name, set())
            repeat = max((counts.get(section, 0) for section in sections), default=0)
            counts |= dict.fromkeys(sections, repeat + 1)
            more, named = self._answers.read(Cells(columns, repeated, read, sheet=name), columns, repeat, iso3)
            given += more
            places += named
        if read.errors:
            return read
        notes = {label: stated(cells.about(goes)) for goes, label in NOTE_LABELS.items()}
        read.note = stated(cells.about(NOTE))
        read.answers = Answers(
            country=read.identity.country,
            agency=read.identity.agency,
            kind=kind,
            given=given,
            places=places,
            notes={label: text for label, text in notes.items() if text},
        )
        return read

    def given_at(self, row: SourceRow) -> Any:
        """Return when the tool received the response, None where it does not say, or not so that it can be read."""
        column = self._by_goes.get(GIVEN_AT)
        text = row.cells[column.index] if column and column.index < len(row.cells) else ""
        try:
            moment = parse_datetime(text)
        except ValueError:
            return None
        return moment if moment is not None and moment.tzinfo else None

    def _kept(self, row: SourceRow, repeats: Sequence[tuple[str, SourceRow]]) -> dict[str, str]:
        width = len(row.cells)
        kept = {key: row.cells[index] if index < width else "" for key, index in self._kept_columns}
        counts: dict[str, int] = {}
        for name, repeated in repeats:
            counts[name] = counts.get(name, 0) + 1
            for column in self._of_sheet.get(name, NO_COLUMNS).in_order:
                if column.goes != IGNORE and column.index < len(repeated.cells):
                    kept[f"{name} {counts[name]}: {column.key}"] = repeated.cells[column.index]
        return kept

    def _is_kept(self, column: Column) -> bool:
        return column.goes != IGNORE or bool(column.option) or self._is_row_number(column)

    def _is_row_number(self, column: Column) -> bool:
        # The printed number of a row is content of the source; a tool's running number is not.
        return column.key == "row_no"

    def _kind(self, cells: Cells) -> ResponseKind:
        column = self._by_goes.get(KIND)
        if column is None:
            return ResponseKind.ANSWERED
        kind = KINDS.get(cells.about(KIND).casefold())
        if kind is None:
            cells.complain(column, _("Write survey (the country answered) or secondary (compiled from sources)."))
            return ResponseKind.ANSWERED
        return kind


def _fingerprint(read_by: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(read_by, sort_keys=True).encode()).hexdigest()
