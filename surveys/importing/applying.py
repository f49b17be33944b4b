"""Brings a file in: reads it, plans, and writes the plan, all or nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from directory.models import User
from surveys import posting
from surveys.choices import ImportState, RowResult, Side
from surveys.importing.edition import ReadPlace
from surveys.importing.planning import Plan, PostingPlan, RowPlan, make_plan, readings_of
from surveys.importing.report import report_rows
from surveys.importing.source_file import read_sheets
from surveys.importing.table1 import read_rows
from surveys.models import Import, Need, Offer, Reading, Response, Survey

READING_FIELDS = ["position", "kind", "country", "group", "is_ambiguous", "note"]
RESPONSE_FIELDS = [
    "kind", "as_printed", "footnote", "note", "file_import", "source_file", "source_sheet", "source_row", "updated_at",
]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `file_import` is None where nothing was written: refused, a preview, nothing new."""

    state: ImportState
    plan: Plan
    file_import: Import | None = None

    @property
    def is_refused(self) -> bool:
        """Whether errors kept everything from being written."""
        return self.state == ImportState.REFUSED


def import_file(
    *,
    survey: Survey,
    data: bytes,
    file_name: str,
    dry_run: bool = False,
    partial: bool = False,
    by: User | None = None,
) -> Outcome:
    """Bring a CSV or XLSX file of Table 1's columns into a survey edition, in one transaction.

    partial: write the good rows although others are in error; otherwise one error and nothing is written, not even
    the record of the import. dry_run: write nothing at all. A file that changes nothing and was the last one applied
    leaves no second record. by: who does it, None from a command.

    Raises FileRefused where the file cannot be read as a whole.
    """
    rows = read_rows(read_sheets(data), has_agency_key=survey.has_agency_key)
    if dry_run:
        return Outcome(ImportState.PREVIEWED, make_plan(survey, rows))
    with transaction.atomic():
        # Two imports of one edition wait for each other.
        survey = Survey.objects.select_for_update().get(pk=survey.pk)
        plan = make_plan(survey, rows, for_writing=True)
        if plan.errors and not partial:
            return Outcome(ImportState.REFUSED, plan)
        digest = hashlib.sha256(data).hexdigest()
        if not _writes(plan) and _is_last_applied(survey, digest):
            return Outcome(ImportState.APPLIED, plan)
        file_import = Import.objects.create(
            survey=survey, file_name=file_name[-255:], sha256=digest, is_partial=bool(plan.errors), by=by
        )
        for row in plan.rows:
            if row.result in (RowResult.ADDED, RowResult.CHANGED):
                _apply(row, survey=survey, plan=plan, file_import=file_import, by=by)
        file_import.state = ImportState.APPLIED
        file_import.counts = plan.counts
        file_import.report = report_rows(plan)
        file_import.finished_at = timezone.now()
        file_import.save()
    return Outcome(ImportState.APPLIED, plan, file_import)


def _writes(plan: Plan) -> bool:
    return any(row.result in (RowResult.ADDED, RowResult.CHANGED) for row in plan.rows)


def _is_last_applied(survey: Survey, digest: str) -> bool:
    last = Import.objects.filter(survey=survey, state=ImportState.APPLIED).order_by("-id").first()
    return last is not None and last.sha256 == digest


def _apply(row: RowPlan, *, survey: Survey, plan: Plan, file_import: Import, by: User | None) -> None:
    if row.row is None or row.identity is None or row.answers is None:
        raise ValueError(f"The row of {row.key} has not been read.")
    reason = f"import {file_import.pk}"
    response = row.response or Response(
        survey=survey, country=row.identity.country, agency=row.identity.agency, key=row.key
    )
    side = plan.edition.sides.get(row.identity.country.iso3)
    notes = [row.row.stated("transcription_note"), side.note if side else ""]
    response.kind = row.answers.kind
    response.as_printed = dict(row.row.cells)
    response.footnote = row.row.stated("footnote")
    response.note = "\n".join(filter(None, notes))
    response.file_import = file_import
    response.source_file = file_import.file_name
    response.source_sheet = row.row.sheet[:255]
    response.source_row = row.row.number
    _write_response(response, by=by, reason=reason)
    _write_readings(response, row.answers.places, by=by, reason=reason)
    source = {
        "response": response,
        "file_import": file_import,
        "source_file": response.source_file,
        "source_sheet": response.source_sheet,
        "source_row": response.source_row,
    }
    for planned in row.postings:
        _write_posting(planned, source=source, by=by, reason=reason)


def _write_response(response: Response, *, by: User | None, reason: str) -> None:
    if response.pk is None:
        bulk_create_with_history([response], Response, default_user=by, default_change_reason=reason)
        return
    response.updated_at = timezone.now()
    bulk_update_with_history([response], Response, RESPONSE_FIELDS, default_user=by, default_change_reason=reason)


def _write_readings(response: Response, places: Sequence[ReadPlace], *, by: User | None, reason: str) -> None:
    """Write what differs; a reading of a token that the cell no longer names goes, its history stays."""
    before: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings_of(response):
        before[reading.direction, reading.as_printed].append(reading)
    added: list[Reading] = []
    changed: list[Reading] = []
    for position, place in enumerate(places):
        same = before[place.direction, place.place.as_printed]
        reading = same.pop(0) if same else Reading(response=response, direction=place.direction)
        was = _values(reading)
        _set(reading, place, position)
        if reading.pk is None:
            added.append(reading)
        elif _values(reading) != was:
            changed.append(reading)
    for gone in (reading for left in before.values() for reading in left):
        gone._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
        gone.delete()
    if added:
        bulk_create_with_history(added, Reading, default_user=by, default_change_reason=reason)
    if changed:
        bulk_update_with_history(changed, Reading, READING_FIELDS, default_user=by, default_change_reason=reason)


def _values(reading: Reading) -> tuple[Any, ...]:
    return (
        reading.position, reading.kind, reading.country_id, reading.group_id, reading.is_ambiguous, reading.note,
    )  # fmt: skip


def _set(reading: Reading, read: ReadPlace, position: int) -> None:
    place = read.place
    reading.position = position
    reading.kind, reading.country_id, reading.group_id = place.kind, place.country, place.group
    reading.as_printed, reading.is_ambiguous, reading.note = place.as_printed, place.is_ambiguous, place.note


def _write_posting(planned: PostingPlan, *, source: dict[str, Any], by: User | None, reason: str) -> None:
    existing, draft = planned.existing, planned.draft
    if planned.kept or (existing and not planned.changed):
        return
    if draft is None:
        if existing:
            posting.return_to_draft(posting=existing, by=by, reason=reason)
        return
    content: dict[str, Any] = {
        "values": {**draft.values, **source, "status": planned.status},
        "areas": draft.areas,
        "modalities": draft.modalities,
        "targets": draft.targets,
        "by": by,
        "reason": reason,
    }
    if existing:
        posting.update(posting=existing, **content)
    elif planned.side == Side.OFFER:
        posting.create(model=Offer, **content)
    else:
        posting.create(model=Need, **content)
