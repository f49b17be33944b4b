"""Tells whether a row says something else than before: by its cells, and by what was read of them."""

import json
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from surveys.answering.from_answers import Answers
from surveys.importing.rows.cells import ReadRow
from surveys.models import Response
from surveys.reading.numbers import COMMA, POINT, readings, without_zeros


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that differs from the last import."""

    column: str
    before: str
    after: str


def changed_cells(response: Response, read: ReadRow) -> list[CellChange]:
    """Return the cells that differ from those kept with the response."""
    before = response.as_printed
    return [
        CellChange(column, before.get(column, ""), text)
        for column, text in read.cells.items()
        if before.get(column, "") != text and _comparable(before.get(column, "")) != _comparable(text)
    ]


def _comparable(text: Any) -> str:
    text = normalize("NFC", str(text))
    # A workbook gives 3588249 for what a text file writes as 3588249.00, or 3,588; 13,75 is not 1375, and 2.000 not 2.
    found = readings(text)
    value = found.get(POINT)
    if value is None or ("." in text and value != found.get(COMMA, value)):
        return text
    return without_zeros(value)


def say_the_same(before: Answers, after: Answers) -> bool:
    """Return whether two readings answer the same, however it was written."""

    def by_question(answers: Answers) -> list[tuple[Any, ...]]:
        # By sorted keys: PostgreSQL gives those of an amount back in an order of its own.
        return sorted(
            (one.question, one.repeat, json.dumps(one.value, sort_keys=True), one.other) for one in answers.given
        )

    return before.kind == after.kind and by_question(before) == by_question(after)
