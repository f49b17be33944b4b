"""Brings a file in: reads it, plans, and writes the plan, all or nothing.

Between a preview and its "apply" lie minutes, in which a posting may be edited or another file brought in. So the plan
is not kept: it is made again, lot by lot, with the rows that it reads held until the transaction ends, and compared
with what the preview showed; where one row would now become something else, nothing is written (`PreviewOutdated`).
Two imports of one edition wait for each other at the edition's row.

Each row leaves an `ImportRow` with its result and, where it changed a response, with what that was before
(`surveys.importing.snapshots`): undoing reads those rows alone. A file that is refused, or changes nothing, is rolled
back to a savepoint that lies before its record: to plan it twice would cost more.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from directory.models import User
from surveys.answering.writing_responses import ResponseToWrite, write_responses
from surveys.choices import COUNT_NOWHERE, ImportState, ResponseStatus, RowResult
from surveys.importing.held import hold
from surveys.importing.layout.opening import OpenImport, open_import
from surveys.importing.planning import Planner, RowPlan, count_row, counts_of
from surveys.importing.report import digest_of, entry_of
from surveys.importing.rows.comparing import erased_cells
from surveys.importing.snapshots import snapshot_of
from surveys.models import Import, ImportRow, Response, Survey
from surveys.reading.cells import CellError

WRITTEN = frozenset({RowResult.ADDED, RowResult.CHANGED})
MOST_ROWS_KEPT, MOST_ERRORS_KEPT = 200, 2_000
"""How many an outcome keeps in memory for whoever asked in this process; a report of more is read from the rows."""


class PreviewOutdated(RuntimeError):
    """A row would now become something else than what the preview showed."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(f"rows {numbers[:20]}")
        self.numbers = numbers


@dataclass
class ImportOutcome:
    """What became of a file. `file_import` is None where nothing was written: refused, a preview, nothing new."""

    state: ImportState
    survey: Survey
    results: Counter[str] = field(default_factory=Counter)
    rows: list[RowPlan] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    error_count: int = 0
    file_import: Import | None = None
    opened: OpenImport | None = None

    @property
    def is_refused(self) -> bool:
        """Whether errors kept everything from being written."""
        return self.state == ImportState.REFUSED

    @property
    def counts(self) -> dict[str, int]:
        """Rows by result, and postings that wait as drafts."""
        return counts_of(self.results)

    def note(self, row: RowPlan) -> None:
        """Count a row, and keep it while there are not too many."""
        count_row(self.results, row)
        self.error_count += len(row.errors)
        if len(self.errors) < MOST_ERRORS_KEPT:
            self.errors += row.errors
        if len(self.rows) < MOST_ROWS_KEPT:
            self.rows.append(row)


def import_file(
    *,
    survey: Survey,
    data: bytes,
    file_name: str,
    dry_run: bool = False,
    partial: bool = False,
    by: User | None = None,
    columns: Mapping[str, str] | None = None,
    decisions: Mapping[str, Mapping[str, str]] | None = None,
    encoding: str = "",
    on_row: Callable[[RowPlan], None] | None = None,
) -> ImportOutcome:
    """Bring a file of answers into a survey edition, in one transaction.

    partial: write the good rows although others are in error; otherwise one error and nothing is written, not even
    the record of the import. dry_run: write nothing at all. A file that changes nothing and was the last one applied
    leaves no second record. by: who does it, None from a command. columns, decisions, encoding: see `open_import`.
    on_row: is told each row as it is planned.

    Raises FileRefused where the file cannot be read as a whole.
    """
    opened = open_import(survey, data, columns=columns, decisions=decisions, encoding=encoding)
    planner = Planner(opened)
    outcome = ImportOutcome(ImportState.PREVIEWED, survey, opened=opened)
    if dry_run:
        for row in each_row(planner):
            outcome.note(row)
            if on_row:
                on_row(row)
        return outcome
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # What turns out not to be wanted is rolled back: planning a second time would cost more.
        point = transaction.savepoint()
        file_import = Import.objects.create(
            survey=survey,
            file_name=file_name[-255:],
            sha256=digest,
            by=by,
            tool=opened.table.tool.name,
            letters=opened.letters.plain if opened.letters else {},
        )
        outcome = apply(planner, file_import, by=by, on_row=on_row)
        outcome.opened = opened
        is_refused = bool(outcome.errors) and not partial
        changes_nothing = not any(outcome.results[result.value] for result in WRITTEN)
        if is_refused or (changes_nothing and _is_last_applied(survey, digest, but=file_import)):
            transaction.savepoint_rollback(point)
            outcome.file_import = None
            outcome.state = ImportState.REFUSED if is_refused else ImportState.APPLIED
    return outcome


def each_row(planner: Planner) -> Iterable[RowPlan]:
    """Yield what each row of the file would become, and then what is missing from it."""
    for plans in planner.plans():
        yield from plans
    yield from planner.missing()


def apply(
    planner: Planner,
    file_import: Import,
    *,
    by: User | None,
    shown: Callable[[], Iterable[tuple[int | None, str, str, str]]] | None = None,
    on_progress: Callable[[int], None] | None = None,
    on_row: Callable[[RowPlan], None] | None = None,
) -> ImportOutcome:
    """Write what the rows become, in the transaction that is open, and record each.

    shown: what the preview showed, as (row, key, result, digest) in the order of the file; raises PreviewOutdated where
    a row would now become something else, or replace it. on_progress: is told how many rows are done.
    """
    # Two imports of one edition wait for each other.
    Survey.objects.select_for_update().get(pk=planner.survey.pk)
    outcome = ImportOutcome(ImportState.APPLIED, planner.survey, file_import=file_import)
    before = iter(shown()) if shown else None
    outdated: list[int] = []
    position = 0
    ImportRow.objects.filter(file_import=file_import).delete()
    for plans in planner.plans(for_writing=True):
        rows = [_record(plan, file_import, position + place) for place, plan in enumerate(plans)]
        if before is not None:
            outdated += [
                row.row
                for row, seen in zip(rows, before, strict=False)
                if row.row is not None and (row.row, row.key, row.result, digest_of(row.entry)) != seen
            ]
        responses = [
            _response_to_write(plan, planner, file_import)
            for plan in plans
            if plan.result in WRITTEN and plan.row is not None
        ]
        held = [_response_to_write(plan, planner, file_import) for plan in plans if plan.result == RowResult.HELD]
        write_responses(responses, by=by, reason=f"import {file_import.pk}")
        hold(held, file_import=file_import, by=by)
        ImportRow.objects.bulk_create(rows, batch_size=500)
        for plan in plans:
            outcome.note(plan)
            if on_row:
                on_row(plan)
        position += len(plans)
        if on_progress:
            on_progress(position)
    if outdated:
        raise PreviewOutdated(outdated)
    missing: list[ImportRow] = []
    for plan in planner.missing():
        outcome.note(plan)
        if on_row:
            on_row(plan)
        missing.append(_record(plan, file_import, position + len(missing)))
    ImportRow.objects.bulk_create(missing, batch_size=500)
    file_import.state = ImportState.APPLIED
    file_import.is_partial = bool(outcome.results[RowResult.IN_ERROR.value])
    file_import.counts = outcome.counts
    file_import.columns = [one.record() for one in planner.columns]
    file_import.finished_at = timezone.now()
    file_import.save()
    return outcome


def _is_last_applied(survey: Survey, digest: str, *, but: Import) -> bool:
    applied = Import.objects.filter(survey=survey, state=ImportState.APPLIED).exclude(pk=but.pk)
    last = applied.order_by("-id").first()
    return last is not None and last.sha256 == digest


def _record(plan: RowPlan, file_import: Import, position: int) -> ImportRow:
    return ImportRow(
        file_import=file_import,
        position=position,
        sheet=plan.row.sheet[:255] if plan.row else "",
        row=plan.row.number if plan.row else None,
        key=plan.key,
        result=plan.result,
        entry=entry_of(plan),
        before=snapshot_of(plan.response) if plan.result == RowResult.CHANGED and plan.response else None,
    )


def _response_to_write(plan: RowPlan, planner: Planner, file_import: Import) -> ResponseToWrite:
    if plan.row is None or plan.row.identity is None or plan.answers is None:
        raise ValueError(f"The row of {plan.key} has not been read.")
    identity = plan.row.identity
    response = plan.response or Response(survey=planner.survey, country=identity.country, key=plan.key)
    # What an undone file held stays in the response's history, and comes back with no other file.
    as_printed = {} if response.status in COUNT_NOWHERE else response.as_printed
    response.agency = identity.agency
    response.kind = plan.answers.kind
    response.status = ResponseStatus.RECEIVED
    response.questionnaire_id = planner.version_id
    response.read_with = planner.reader.fingerprint
    # What was erased was given long ago; what the file says anew, as a file that names no day has it, is given now.
    response.received_at = plan.given_at or (timezone.now() if response.erased_at else response.received_at)
    response.as_printed = {**as_printed, **erased_cells(response, plan.row.cells)}
    response.erased_at = None
    response.footnote = plan.answers.notes.get("Footnote", "")
    response.note = plan.row.note
    response.file_import = file_import
    response.source_file = file_import.file_name
    response.source_sheet = plan.row.sheet[:255]
    response.source_row = plan.row.number
    return ResponseToWrite(response, plan.answers, plan.postings, is_new=plan.response is None)
