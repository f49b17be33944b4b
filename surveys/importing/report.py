"""Says what each row of a file became: as data for the record of the import, as lines for a terminal."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from surveys.choices import PlaceKind, PostingStatus, RowResult
from surveys.importing.planning import Plan, PostingPlan, RowPlan

MAX_SHOWN = 120


def report_rows(plan: Plan) -> list[dict[str, Any]]:
    """Return one entry a row: what it became, changed cells, errors, postings, and places to look at."""
    return [_entry(row) for row in plan.rows]


def _entry(row: RowPlan) -> dict[str, Any]:
    entry: dict[str, Any] = {"row": row.row.number if row.row else None, "key": row.key, "result": row.result.value}
    if row.row and row.row.sheet:
        entry["sheet"] = row.row.sheet
    if row.changes:
        entry["changes"] = [
            {"column": change.column, "before": change.before, "after": change.after} for change in row.changes
        ]
    if row.errors:
        entry["errors"] = [
            {"column": error.column, "value": error.value, "message": error.message} for error in row.errors
        ]
    if row.postings:
        entry["postings"] = [_posting_entry(planned) for planned in row.postings]
    return entry | {name: places for name, places in _places_to_look_at(row).items() if places}


def _posting_entry(planned: PostingPlan) -> dict[str, Any]:
    entry: dict[str, Any] = {"side": planned.side.value, "result": _posting_result(planned).value}
    if planned.status:
        entry["status"] = planned.status.value
    if planned.kept:
        entry["kept"] = planned.kept
    if planned.changed:
        entry["changed"] = list(planned.changed)
    return entry


def _posting_result(planned: PostingPlan) -> RowResult:
    if planned.existing is None:
        return RowResult.ADDED
    return RowResult.CHANGED if planned.changed and not planned.kept else RowResult.UNCHANGED


def _places_to_look_at(row: RowPlan) -> dict[str, list[str]]:
    places = [read.place for read in row.answers.places] if row.answers else []
    return {
        "unresolved": [place.as_printed for place in places if place.kind == PlaceKind.UNRESOLVED],
        "ambiguous": [
            place.as_printed for place in places if place.is_ambiguous and place.kind != PlaceKind.UNRESOLVED
        ],
    }


def report_lines(plan: Plan) -> Iterator[str]:
    """Yield the report as lines for a terminal; text of the file cannot move the cursor or hide anything."""
    for row in plan.rows:
        where = _("row %(row)d") % {"row": row.row.number} if row.row else _("not in this file")
        if row.row and row.row.sheet:
            where = f"{_printable(row.row.sheet)}, {where}"
        postings = ", ".join(_posting_words(planned) for planned in row.postings)
        yield f"{where}: {row.key or '?'}: {row.result.label}" + (f" ({postings})" if postings else "")
        for change in row.changes:
            yield f"    {change.column}: “{_printable(change.before)}” → “{_printable(change.after)}”"
        for error in row.errors:
            yield f"    {error.column}: “{_printable(error.value)}”: {_printable(error.message, limit=1_000)}"
        for name, places in _places_to_look_at(row).items():
            if places:
                label = _("unresolved") if name == "unresolved" else _("read, to be checked")
                yield f"    {label}: {'; '.join(_printable(place) for place in places)}"


def summary(plan: Plan) -> str:
    """Return the counts of rows by result in one line."""
    return "; ".join(f"{result.label}: {plan.counts[result.value]}" for result in RowResult)


def _posting_words(planned: PostingPlan) -> str:
    words = f"{planned.side.label.lower()}: {_posting_result(planned).label.lower()}"
    if planned.status:
        words += f", {PostingStatus(planned.status).label.lower()}"
    if planned.kept:
        words += ", " + _("kept: %(reason)s") % {"reason": planned.kept}
    return words


def _printable(text: str, *, limit: int = MAX_SHOWN) -> str:
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown if len(shown) <= limit else f"{shown[:limit]}…"
