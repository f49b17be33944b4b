"""Says what each row of a file became: as data for the record of the import, as lines for a terminal."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.answering.postings_of_response import PostingPlan
from surveys.choices import PlaceKind, PostingStatus, RowResult, Side
from surveys.importing.in_words import AnswerWords, ValueInWords
from surveys.importing.layout.column import Column
from surveys.importing.layout.tools import IGNORE, KEEP
from surveys.importing.planning import LACKING, WAITING, RowPlan
from surveys.importing.values import posting_changes, readings_of, values_of
from surveys.postings.deciding.publishable import SHORT, in_short

MAX_SHOWN = 120


def entry_of(row: RowPlan) -> dict[str, Any]:
    """Return what one row became: every value as stored, errors, postings, and places to look at.

    Values as codes: `surveys.importing.values` says how. Of cells that answer no question: those kept with a new
    response, and those that differ.
    """
    entry: dict[str, Any] = {}
    if row.answers:
        entry["values"] = [value.plain for value in values_of(row.answers, row.before)]
        if places := readings_of(row.answers, row.before):
            entry["places"] = places
    if changes := _changes_beside_answers(row):
        entry["changes"] = changes
    if row.row and row.answers and row.before is None:
        kept = {name: row.row.cells[name] for name in row.row.unasked if row.row.cells[name]}
        if kept:
            entry["kept"] = kept
    if row.row and row.row.numbers and row.result != RowResult.UNCHANGED:
        entry["numbers"] = [
            {"column": column, "printed": printed, "stored": stored} for column, printed, stored in row.row.numbers
        ]
    if row.errors:
        entry["errors"] = [
            {
                "column": error.column,
                "row": error.row,
                "sheet": error.sheet,
                "value": error.value,
                "message": error.message,
                "question": error.question,
                "entry": error.entry,
                "choices": list(error.choices),
            }
            for error in row.errors
        ]
        entry["cells"] = row.row.cells if row.row else {}
    if row.postings:
        entry["postings"] = [_posting_entry(planned) for planned in row.postings]
    return entry | {name: places for name, places in _places_to_look_at(row).items() if places}


def digest_of(entry: Mapping[str, Any]) -> str:
    """Return the fingerprint of what a row's entry says would be stored and replaced, as two plans are compared by."""
    said = [entry.get(name) for name in ("values", "places", "changes", "kept", "postings")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _changes_beside_answers(row: RowPlan) -> list[dict[str, str]]:
    """Return the cells that differ and answer no question; of the others it is said what is stored of them."""
    unasked = frozenset(row.row.unasked) if row.row else frozenset()
    return [
        {"column": change.column, "before": change.before, "after": change.after}
        for change in row.changes
        if change.column in unasked
    ]


def _posting_entry(planned: PostingPlan) -> dict[str, Any]:
    entry: dict[str, Any] = {"side": planned.side.value, "result": _posting_result(planned).value}
    if planned.draft:
        entry["title"] = planned.draft.values["title"]
    if planned.status:
        entry["status"] = planned.status.value
    if planned.kept:
        entry["kept"] = planned.kept
    if planned.changed:
        entry["changed"] = list(planned.changed)
    if planned.differs:
        entry["differs"] = list(planned.differs)
    if replaces := posting_changes(planned):
        entry["replaces"] = replaces
    if planned.waits_for:
        entry["lacks"] = [lack.field for lack in planned.waits_for]
    return entry


def _posting_result(planned: PostingPlan) -> RowResult:
    if planned.existing is None:
        return RowResult.ADDED
    return RowResult.CHANGED if planned.changed and not planned.kept else RowResult.UNCHANGED


def _places_to_look_at(row: RowPlan) -> dict[str, list[str]]:
    places = row.answers.places if row.answers else []
    return {
        "unresolved": [place.as_printed for place in places if place.kind == PlaceKind.UNRESOLVED],
        "ambiguous": [
            place.as_printed for place in places if place.is_ambiguous and place.kind != PlaceKind.UNRESOLVED
        ],
    }


def column_lines(columns: Sequence[Column]) -> Iterator[str]:
    """Yield where each column goes, as lines for a terminal."""
    ways = {
        "heading": "",
        "tool": "",
        "tag": _("by its HXL tag"),
        "word": _("by a word in it: please check"),
        "remembered": _("as for the last file of this shape"),
        "chosen": _("as chosen"),
        "repeats": _("repeats, and its question takes one answer or is answered in another sheet"),
    }
    for column in columns:
        where = f"{_printable(column.sheet)}, {column.letter}" if column.sheet else column.letter
        goes = {KEEP: _("no question; kept with the response"), IGNORE: _("left out")}.get(column.goes, column.goes)
        way = ways.get(column.how, "")
        yield f"{where}: “{_printable(column.heading)}” → {goes}" + (f" ({way})" if way else "")


def row_lines(row: RowPlan, words: AnswerWords) -> Iterator[str]:
    """Yield what one row becomes as lines for a terminal; text of the file cannot move the cursor or hide anything."""
    entry = entry_of(row)
    where = _("row %(row)d") % {"row": row.row.number} if row.row else _("not in this file")
    if row.row and row.row.sheet:
        where = f"{_printable(row.row.sheet)}, {where}"
    postings = ", ".join(_posting_words(planned) for planned in row.postings)
    yield f"{where}: {_printable(row.key) or '?'}: {row.result.label}" + (f" ({postings})" if postings else "")
    values = words.row(entry)
    yield from (_value_line(value) for value in (*values.replaced, *(values.others if row.before is None else ())))
    if values.others and row.before is not None:
        count = len(values.others)
        yield "    " + ngettext("%(count)d more stays as it is", "%(count)d more stay as they are", count) % {
            "count": count
        }
    for change in entry.get("changes", ()):
        yield (
            f"    {_printable(change['column'])}: “{_printable(change['before'])}” → “{_printable(change['after'])}”"
        )
    for name, text in entry.get("kept", {}).items():
        yield f"    {_printable(name)}: “{_printable(text)}” ({_('kept, answers no question')})"
    for posting in entry.get("postings", ()):
        for value in words.posting(posting):
            yield f"    {Side(posting['side']).label}: {_value_line(value).strip()}"
    for number in entry.get("numbers", ()):
        yield f"    {_printable(number['column'])}: “{_printable(number['printed'])}” = {_printable(number['stored'])}"
    for error in row.errors:
        yield (f"    {_printable(error.column)}: “{_printable(error.value)}”: {_printable(error.message, limit=1_000)}")
    for name, places in _places_to_look_at(row).items():
        if places:
            label = _("unresolved") if name == "unresolved" else _("read, to be checked")
            yield f"    {label}: {'; '.join(_printable(place) for place in places)}"


def _value_line(value: ValueInWords) -> str:
    line = f"    {_printable(value.label)}: "
    line += f"{_printable(value.was)} → {_printable(value.now)}" if value.was else _printable(value.now)
    return line + (f" [{_printable('; '.join(value.readings))}]" if value.readings else "")


def summary(counts: Mapping[str, int]) -> str:
    """Return the counts of rows by result in one line, and what waits as drafts."""
    words = [f"{result.label}: {counts[result.value]}" for result in RowResult if result.value in counts]
    return "; ".join([*words, *waiting_words(counts)])


def waiting_words(counts: Mapping[str, int]) -> list[str]:
    """Return how many postings wait as drafts and what they lack, in one sentence; none where none does."""
    waiting = counts.get(WAITING, 0)
    if not waiting:
        return []
    lacking = [f"{words} ({counts[LACKING + field]})" for field, words in SHORT.items() if LACKING + field in counts]
    said = ngettext(
        "%(count)d posting waits as a draft: %(lacks)s", "%(count)d postings wait as drafts: %(lacks)s", waiting
    )
    return [said % {"count": waiting, "lacks": ", ".join(lacking)}]


def _posting_words(planned: PostingPlan) -> str:
    words = f"{planned.side.label.lower()}: {_posting_result(planned).label.lower()}"
    if planned.status:
        words += f", {PostingStatus(planned.status).label.lower()}"
    if planned.waits_for:
        words += ", " + _("waits: %(lacks)s") % {"lacks": in_short(lack.field for lack in planned.waits_for)}
    if planned.kept:
        words += ", " + _("kept: %(reason)s") % {"reason": planned.kept}
    if planned.differs:
        words += ", " + _("both versions kept to choose from")
    return words


def _printable(text: str, *, limit: int = MAX_SHOWN) -> str:
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown if len(shown) <= limit else f"{shown[:limit]}…"
