"""Tells whether a row says something else than before: by its cells, and by what was read of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import normalize

from surveys.answering.reading.from_answers import Answers
from surveys.erasing.texts import fingerprint, names_in, scrub, scrub_all, still_erased
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
    cells = erased_cells(response, read.cells)
    return [
        CellChange(column, before.get(column, ""), text)
        for column, text in cells.items()
        if before.get(column, "") != text and _comparable(before.get(column, "")) != _comparable(text)
    ]


def erased_cells(response: Response, cells: Mapping[str, str]) -> Mapping[str, str]:
    """Return the cells as they are kept: what was erased since, and comes again, stays erased."""
    if not response.erased:
        return cells
    before, also = response.as_printed, _names_in(response, cells)
    return {column: still_erased(text, str(before.get(column, "")), also) for column, text in cells.items()}


def erased_answers(response: Response, read: ReadRow, answers: Answers) -> Answers:
    """Return the answers as they are kept, as `erased_cells`."""
    if not response.erased:
        return answers
    also = _names_in(response, read.cells)
    known: Mapping[str, str] = response.erased.get("answers", {})
    before = {(one.question, one.repeat): one for one in response.answers.all()}
    given = []
    for one in answers.given:
        if known.get(f"{one.question}:{one.repeat}") == fingerprint(one.value):
            continue
        was = before.get((one.question, one.repeat))
        clean = replace(
            one, value=scrub_all(one.value, also), other=scrub(one.other, also), as_given=scrub(one.as_given, also)
        )
        is_same = was is not None and (was.value, was.other) == (clean.value, clean.other)
        given.append(clean if is_same else one)
    return replace(answers, given=given)


def _names_in(response: Response, cells: Mapping[str, str]) -> list[str]:
    before = response.as_printed
    return names_in(text for column, text in cells.items() if text and before.get(column) == fingerprint(text))


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
