"""Imports as jobs: off the request, with progress, one at a time an import, and nothing half there if it dies."""

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from surveys.choices import IMPORT_AT_WORK, ImportState
from surveys.importing.applying import PreviewOutdated, apply
from surveys.importing.layout.opening import open_import
from surveys.importing.planning import ROWS_AT_ONCE, Planner, RowPlan, counts_of
from surveys.importing.report import entry_of
from surveys.importing.undoing import undo
from surveys.models import Import, ImportedFile, ImportRow, RememberedColumns, Survey
from surveys.reading.cells import MAX_FILE_BYTES, FileRefused, ImportRefused
from web.jobs import later

SILENT_FOR = dt.timedelta(minutes=3)
"""After so long without a sign of life a job counts as dead: its process was killed."""
MOST_ATTEMPTS = 3

logger = logging.getLogger(__name__)


def upload(*, survey: Survey, file_name: str, data: bytes, by: User) -> Import:
    """Keep an uploaded file and begin to make its preview. Raises ImportRefused for what is too large, or empty."""
    _check(by)
    if not data:
        raise ImportRefused(_("The file is empty."))
    if len(data) > MAX_FILE_BYTES:
        raise ImportRefused(
            _("The file has more than %(limit)d MB. Keep only the table in it, or split it.")
            % {"limit": MAX_FILE_BYTES // 1_000_000}
        )
    with transaction.atomic():
        file_import = Import.objects.create(
            survey=survey,
            file_name=_safe_name(file_name),
            sha256=hashlib.sha256(data).hexdigest(),
            state=ImportState.PLANNING,
            heartbeat_at=timezone.now(),
            by=by,
        )
        ImportedFile.objects.create(file_import=file_import, data=data)
        _start(file_import)
    return file_import


@transaction.atomic
def correct(
    *,
    file_import: Import,
    columns: Mapping[str, str],
    decisions: Mapping[str, Mapping[str, str]],
    by: User,
) -> Import:
    """Take what a person says of the columns, and of answers that were not known, and make the preview anew."""
    _check(by)
    locked = _lock(file_import, {ImportState.PREVIEWED, ImportState.FAILED, ImportState.REFUSED, ImportState.UPLOADED})
    for column in locked.columns:
        goes = columns.get(f"{column.get('sheet', '')}\n{column['key']}")
        if goes and goes != column["goes"]:
            column |= {"goes": goes, "how": "chosen"}
    for question, spellings in decisions.items():
        locked.decisions.setdefault(question, {}).update(spellings)
    return _go(locked, ImportState.PLANNING)


@transaction.atomic
def begin_applying(*, file_import: Import, partial: bool, by: User) -> Import:
    """Write what the preview shows. Raises ImportRefused where rows are in error and not only the good are wanted."""
    _check(by)
    locked = _lock(file_import, {ImportState.PREVIEWED})
    if locked.counts.get("in_error") and not partial:
        raise ImportRefused(_("Rows are in error: correct them, or take the good rows only."))
    locked.is_partial, locked.by = partial, by
    return _go(locked, ImportState.APPLYING)


@transaction.atomic
def begin_undoing(*, file_import: Import, by: User) -> Import:
    """Put everything back as it was before an import; what holds that back is said on the import itself."""
    _check(by)
    locked = _lock(file_import, {ImportState.APPLIED})
    locked.undone_by = by
    return _go(locked, ImportState.UNDOING)


@transaction.atomic
def try_again(*, file_import: Import, by: User) -> Import:
    """Begin anew after a job died: it had written nothing."""
    _check(by)
    give_up_if_silent(file_import)
    locked = _lock(file_import, {ImportState.FAILED})
    return _go(locked, ImportState.PLANNING)


@transaction.atomic
def discard(*, file_import: Import, by: User) -> Import:
    """Drop an uploaded file that is not to be brought in; the record of the upload stays."""
    _check(by)
    give_up_if_silent(file_import)
    waits = {ImportState.PREVIEWED, ImportState.FAILED, ImportState.UPLOADED, ImportState.REFUSED}
    locked = _lock(file_import, waits)
    locked.state, locked.finished_at = ImportState.REFUSED, timezone.now()
    locked.save()
    ImportedFile.objects.filter(file_import=locked).delete()
    return locked


def run(file_import_id: int) -> None:
    """Do what the state of an import asks for; called by a worker or a thread, as often as need be."""
    file_import = Import.objects.select_related("survey", "by").get(pk=file_import_id)
    if file_import.state not in IMPORT_AT_WORK:
        return
    try:
        if file_import.state == ImportState.PLANNING:
            _plan(file_import)
        elif file_import.state == ImportState.APPLYING:
            _apply(file_import)
        else:
            undo(file_import=file_import, by=file_import.undone_by)
    except FileRefused as refused:
        _end(file_import, ImportState.REFUSED, str(refused))
    except ImportRefused as refused:
        _end(file_import, ImportState.APPLIED, str(refused))
    except Exception:
        logger.exception("import %s failed", file_import.pk)
        said = _("An error of the portal: nothing was written. The log says more.")
        _end(file_import, _after_a_fault(file_import.state), said)
        raise


def progress_of(file_import: Import) -> tuple[int, int]:
    """Return how many rows are done, and of how many; zeros where it is not known."""
    done, total, _at = cache.get(_key(file_import.pk), (0, 0, 0.0))
    return done, total


def give_up_if_silent(file_import: Import) -> bool:
    """Mark an import whose process has died as stopped; return whether it was."""
    if file_import.state not in IMPORT_AT_WORK:
        return False
    _done, _total, at = cache.get(_key(file_import.pk), (0, 0, 0.0))
    last = max(at, file_import.heartbeat_at.timestamp() if file_import.heartbeat_at else 0.0)
    if timezone.now().timestamp() - last < SILENT_FOR.total_seconds():
        return False
    silent = Import.objects.filter(pk=file_import.pk, state=file_import.state, heartbeat_at=file_import.heartbeat_at)
    stopped = silent.update(
        state=_after_a_fault(file_import.state),
        error=_("It stopped half-way: nothing was written. Start it again."),
    )
    file_import.refresh_from_db()
    return bool(stopped)


def give_up_silent() -> int:
    """Mark every import whose process has died as stopped; return how many."""
    return sum(give_up_if_silent(one) for one in Import.objects.filter(state__in=IMPORT_AT_WORK))


def _after_a_fault(state: str) -> ImportState:
    """Return the state of an import whose job has ended half-way: what was to be undone still stands."""
    return ImportState.APPLIED if state == ImportState.UNDOING else ImportState.FAILED


def _check(by: User) -> None:
    if not can(by, Action.MANAGE_SURVEYS):
        raise ImportRefused(_("Only managers bring files in."))


def _lock(file_import: Import, states: set[ImportState]) -> Import:
    locked = Import.objects.select_for_update(of=("self",)).select_related("survey").get(pk=file_import.pk)
    if locked.state not in states:
        raise ImportRefused(
            _("This import is in the state “%(state)s” by now: look again.") % {"state": locked.get_state_display()}
        )
    return locked


def _go(file_import: Import, state: ImportState) -> Import:
    file_import.state, file_import.error = state, ""
    file_import.heartbeat_at = timezone.now()
    file_import.save()
    _start(file_import)
    return file_import


def _start(file_import: Import) -> None:
    pk = file_import.pk
    cache.delete(_key(pk))
    later("surveys.tasks.run_import", pk)


def _planner(file_import: Import) -> Planner:
    data = bytes(file_import.file.data)
    chosen = {
        column["key"]: column["goes"] for column in file_import.columns if column.get("how") in ("chosen", "remembered")
    }
    opened = open_import(file_import.survey, data, columns=chosen, decisions=file_import.decisions)
    file_import.tool = opened.table.tool.name
    file_import.notices = opened.notices
    file_import.columns = [one.record() for one in opened.columns]
    # So that a person can correct the columns even of a file that cannot be planned as they are.
    Import.objects.filter(pk=file_import.pk).update(
        tool=file_import.tool, notices=file_import.notices, columns=file_import.columns
    )
    return Planner(opened)


def _plan(file_import: Import) -> None:
    ImportRow.objects.filter(file_import=file_import).delete()
    planner = _planner(file_import)
    results: Counter[str] = Counter()
    position = 0
    for plans in chain(planner.plans(), batched(planner.missing())):
        ImportRow.objects.bulk_create(
            [
                ImportRow(
                    file_import=file_import,
                    position=position + place,
                    sheet=plan.row.sheet[:255] if plan.row else "",
                    row=plan.row.number if plan.row else None,
                    key=plan.key,
                    result=plan.result,
                    entry=entry_of(plan),
                )
                for place, plan in enumerate(plans)
            ],
            batch_size=500,
        )
        results.update(plan.result.value for plan in plans)
        position += len(plans)
        _beat(file_import, min(position, planner.total), planner.total)
    file_import.counts = counts_of(results)
    _end(file_import, ImportState.PREVIEWED)


def _apply(file_import: Import) -> None:
    planner = _planner(file_import)
    shown = [
        (row, key, result)
        for row, key, result in file_import.rows.order_by("position").values_list("row", "key", "result")
        if row is not None
    ]
    try:
        with transaction.atomic():
            locked = Import.objects.select_for_update(of=("self",)).get(pk=file_import.pk)
            if locked.state != ImportState.APPLYING:
                return
            file_import.heartbeat_at = timezone.now()
            apply(
                planner,
                file_import,
                by=file_import.by,
                shown=lambda: shown,
                on_progress=lambda done: _beat(file_import, done, planner.total, in_row=False),
            )
            _remember(planner, file_import)
            ImportedFile.objects.filter(file_import=file_import).delete()
    except PreviewOutdated as outdated:
        Import.objects.filter(pk=file_import.pk).update(
            state=ImportState.PLANNING, attempts=file_import.attempts + 1, heartbeat_at=timezone.now()
        )
        file_import.refresh_from_db()
        if file_import.attempts > MOST_ATTEMPTS:
            raise
        _plan(file_import)
        said = _("Since the preview, %(count)d rows would become something else: nothing was written; look again.")
        Import.objects.filter(pk=file_import.pk).update(error=said % {"count": len(outdated.numbers)})


def batched(rows: Iterable[RowPlan]) -> Iterator[list[RowPlan]]:
    """Yield rows some hundred at a time."""
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        yield some


def _remember(planner: Planner, file_import: Import) -> None:
    """Keep how the columns were read, for the next file of the same shape."""
    chosen = {
        column["key"]: column["goes"] for column in file_import.columns if column.get("how") in ("chosen", "remembered")
    }
    RememberedColumns.objects.update_or_create(
        survey=file_import.survey,
        shape=planner.shape,
        defaults={"columns": chosen, "decisions": file_import.decisions},
    )


def _beat(file_import: Import, done: int, total: int, *, in_row: bool = True) -> None:
    """Give a sign of life: in the cache, which is seen at once, and in the row where no transaction hides it."""
    cache.set(_key(file_import.pk), (done, total, timezone.now().timestamp()), timeout=3600)
    if in_row:
        Import.objects.filter(pk=file_import.pk).update(heartbeat_at=timezone.now())


def _end(file_import: Import, state: ImportState, error: str = "") -> None:
    file_import.state, file_import.error = state, error
    Import.objects.filter(pk=file_import.pk).update(
        state=state, error=error, counts=file_import.counts, heartbeat_at=timezone.now()
    )


def _key(pk: int) -> str:
    return f"import-progress:{pk}"


def _safe_name(file_name: str) -> str:
    """Return the last part of a file's name, without what could steer a terminal or a path."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(character if character.isprintable() else " " for character in name).strip()[-255:] or "file"
