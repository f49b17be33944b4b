"""Tells how the numbers of each question are written in a file: by its cells, its separators, its language, a person.

`2.000` beside `1.234,50` is two thousand. It is the column that decides, as it does for days; the rows are seen one by
one while they are counted.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from django.utils.translation import gettext as _

from surveys.choices import KINDS_OF_NUMBERS
from surveys.importing.layout.column import Column
from surveys.importing.layout.table import SheetTable
from surveys.questionnaires.asked import Asked
from surveys.reading.amounts import digits_of
from surveys.reading.cells import SourceRow
from surveys.reading.language import proposed_language
from surveys.reading.numbers import (
    CELLS,
    CHOSEN,
    COMMA,
    DECIMAL_MARK,
    LANGUAGE,
    SEMICOLONS,
    CellsOfNumbers,
    NumberWay,
)

LANGUAGES_OF_FILES = (
    "ar", "az", "bn", "de", "en", "es", "fa", "fr", "hi", "hy", "id", "it", "ja", "ka", "kk", "km", "ko", "lo", "mn",
    "ms", "ne", "nl", "pl", "pt", "ru", "si", "ta", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
"""Among these the language of headings is sought."""
_PARTS = ("", "amount")


class NumberColumns:
    """The columns that hold numbers, and what their cells show."""

    def __init__(self, table: SheetTable, columns: Iterable[Column], asked: Asked) -> None:
        self._table, self._asked = table, asked
        self._columns: dict[str, list[Column]] = {}
        for column in columns:
            question = asked.questions.get(column.question)
            if question is not None and question.kind in KINDS_OF_NUMBERS and column.part in _PARTS:
                self._columns.setdefault(column.sheet, []).append(column)
        self._cells = {column.question: CellsOfNumbers() for own in self._columns.values() for column in own}

    def note(self, row: SourceRow, *, sheet: str = "") -> None:
        """Look at one row; `sheet`: of a repetition."""
        for column in self._columns.get(sheet, ()):
            text = row.cells[column.index] if column.index < len(row.cells) else ""
            # What a workbook holds as a number says nothing of how texts beside it are written.
            if text and not (text.isascii() and text.isdigit()) and column.index not in row.numbers:
                self._cells[column.question].note(digits_of(text), partial(_where, row, text, sheet))

    def note_repeats(self) -> None:
        """Look at the rows of the sheets that repeat."""
        for repeats in self._table.repeats:
            name = repeats.table.sheet.name
            for row in repeats.table.rows() if name in self._columns else ():
                self.note(row, sheet=name)

    def ways(self, decisions: Mapping[str, Mapping[str, str]]) -> dict[str, NumberWay]:
        """Return how the numbers of each question are written where a cell of it can be read in two ways."""
        in_doubt = [question for question, cells in self._cells.items() if cells.doubts]
        language = self._language() if in_doubt else ""
        # Tools that give codes put semicolons where their own settings say so, whatever people write in the cells.
        has_semicolons = self._table.sheet.delimiter == ";" and not self._table.tool.gives_codes
        return {
            question: self._cells[question].way(
                chosen=decisions.get(question, {}).get(DECIMAL_MARK, ""),
                has_semicolons=has_semicolons,
                language=language,
            )
            for question in in_doubt
        }

    def notices(self, ways: Mapping[str, NumberWay]) -> list[str]:
        """Return for the preview how numbers are read that could be two, and by what that was decided."""
        by = {
            CELLS: _("as other cells of the column show"),
            CHOSEN: _("as you chose"),
            SEMICOLONS: _("as in spreadsheets with semicolons between columns"),
            LANGUAGE: _("as in the language of the file"),
        }
        found = []
        for question, way in ways.items():
            if not way.mark or (way.is_habit and self._cells[question].doubts == {way.mark}):
                # Each of its cells in doubt is asked.
                continue
            said = (
                _("Numbers of “%(question)s” are read with a comma before decimals (2.000 is two thousand), %(by)s.")
                if way.mark == COMMA
                else _(
                    "Numbers of “%(question)s” are read with a point before decimals (2,000 is two thousand), %(by)s."
                )
            )
            found.append(said % {"question": self._asked.questions[question].heading, "by": by[way.by]})
        for question, cells in self._cells.items():
            if len(cells.shown) == 2:
                said = _(
                    "The numbers of “%(question)s” are written in both ways (%(cells)s): each is read as it stands."
                )
                heading = self._asked.questions[question].heading
                found.append(said % {"question": heading, "cells": "; ".join(cells.shown.values())})
        return found

    def _language(self) -> str:
        """Return the language of the headings; where they do not tell, and one language is asked in, that one."""
        words = "\n".join(heading.own for heading in self._table.headings)
        proposed = proposed_language(words, among=LANGUAGES_OF_FILES)
        return proposed or ("" if self._asked.survey.languages else "en")


def _where(row: SourceRow, text: str, sheet: str) -> str:
    said = {"row": row.number, "text": text[:60], "sheet": sheet}
    return _("%(sheet)s, row %(row)d “%(text)s”") % said if sheet else _("row %(row)d “%(text)s”") % said
