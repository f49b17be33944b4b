"""Imports as jobs: off the request, with progress, one at a time an import, and nothing half there if it dies."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from surveys.choices import ImportState, ImportStep
from surveys.importing.applying import PreviewOutdated, apply
from surveys.importing.layout.opening import OpenImport, open_import
from surveys.importing.layout.samples import samples_of
from surveys.importing.new_edition import NewEdition, edition_of, like_of, open_its_edition
from surveys.importing.planning import ROWS_AT_ONCE, Planner, RowPlan, count_row, counts_of
from surveys.importing.report import digest_of, entry_of
from surveys.importing.undoing import undo
from surveys.models import Import, ImportedFile, ImportRow, RememberedColumns, Survey
from surveys.reading.cells import MAX_FILE_BYTES, FileRefused, ImportRefused
from surveys.reading.letters import Letters, encodings
from surveys.reading.numbers import without_decimal_marks
from web.jobs import later
from web.jobs.queue import jobs_before


def upload(*, survey: Survey | NewEdition, file_name: str, data: bytes, by: User) -> Import:
    """Keep an uploaded file and begin to make its preview. Raises ImportRefused for what is too large, or empty.

    survey: the edition, or what is said of one that the file opens: it is made when the file is written.
    """
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
            **({"survey": survey} if isinstance(survey, Survey) else survey.columns),
            file_name=_safe_name(file_name),
            sha256=hashlib.sha256(data).hexdigest(),
            state=ImportState.PLANNING,
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
    encoding: str = "",
    by: User,
) -> Import:
    """Take what a person says of the columns, and of answers that were not known, and make the preview anew.

    encoding: in which the letters of the file are; empty leaves it as it was.
    """
    _check(by)
    locked = _lock(file_import, {ImportState.PREVIEWED, ImportState.FAILED, ImportState.REFUSED, ImportState.UPLOADED})
    for column in locked.columns:
        goes = columns.get(f"{column.get('sheet', '')}\n{column['key']}")
        if goes and goes != column["goes"]:
            column |= {"goes": goes, "how": "chosen"}
    for question, spellings in decisions.items():
        locked.decisions.setdefault(question, {}).update(spellings)
    if encoding and encoding != locked.letters.get("encoding"):
        if encoding not in encodings():
            raise ImportRefused(_("The portal does not know the encoding “%(code)s”.") % {"code": encoding})
        locked.letters = {"encoding": encoding, "is_chosen": True}
        # Other letters are other headings: what was said of those holds no more.
        locked.columns = []
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
    """Begin anew after a job failed: it had written nothing."""
    _check(by)
    locked = _lock(file_import, {ImportState.FAILED})
    return _go(locked, ImportState.PLANNING)


@transaction.atomic
def discard(*, file_import: Import, by: User) -> Import:
    """Drop an uploaded file that is not to be brought in; the record of the upload stays."""
    _check(by)
    waits = {ImportState.PREVIEWED, ImportState.FAILED, ImportState.UPLOADED, ImportState.REFUSED}
    locked = _lock(file_import, waits)
    locked.state, locked.finished_at = ImportState.REFUSED, timezone.now()
    locked.save()
    ImportedFile.objects.filter(file_import=locked).delete()
    return locked


def run(file_import: Import) -> None:
    """Do what the state of an import asks for, in the process that has taken it."""
    try:
        if file_import.state == ImportState.PLANNING:
            _plan(file_import)
        elif file_import.state == ImportState.APPLYING:
            _apply(file_import)
        else:
            say = _say_progress(file_import)
            undo(file_import=file_import, by=file_import.undone_by, on_progress=lambda done, of: say(done, of, ""))
    except FileRefused as refused:
        _end(file_import, ImportState.REFUSED, str(refused))
    except ImportRefused as refused:
        stands = file_import.state == ImportState.UNDOING
        _end(file_import, ImportState.APPLIED if stands else ImportState.REFUSED, str(refused))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job of an import is; `of` is 0 where it is not known yet. `before`: jobs, while it waits.

    step: what is done to the file before its rows are taken one by one; `done` and `of` are then of that.
    """

    done: int
    of: int
    step: str = ""
    waits: bool = False
    before: int = 0


def progress_of(file_import: Import) -> Progress:
    """Return how far an import is that somebody is at work on, or that waits for somebody."""
    if file_import.heartbeat_at is None:
        return Progress(0, 0, waits=True, before=jobs_before(file_import))
    return Progress(*cache.get(_key(file_import.pk), (file_import.done, file_import.of, file_import.step)))


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
    file_import.begin_anew()
    file_import.state = state
    file_import.save()
    _start(file_import)
    return file_import


def _start(file_import: Import) -> None:
    pk = file_import.pk
    cache.delete(_key(pk))
    later("surveys.tasks.run_import", pk)


Tell = Callable[[int, int, str], None]
"""Is told how many rows are done, of how many, and in which step."""


def _planner(file_import: Import, tell: Tell) -> Planner:
    data = bytes(file_import.file.data)
    chosen = _chosen(file_import)
    opened = open_import(
        edition_of(file_import),
        data,
        like=like_of(file_import) if file_import.survey is None else None,
        columns=chosen,
        decisions=file_import.decisions,
        encoding=_encoding(file_import),
        on_rows=lambda done: tell(done, 0, ImportStep.READING),
    )
    file_import.letters = _kept_letters(opened.letters, file_import)
    file_import.tool = opened.table.tool.name
    file_import.notices = opened.notices
    file_import.columns = _with_samples(opened, file_import)
    # So that a person can correct the columns even of a file that cannot be planned as they are.
    Import.objects.filter(pk=file_import.pk).update(
        tool=file_import.tool,
        letters=file_import.letters,
        notices=file_import.notices,
        columns=file_import.columns,
    )
    planner = Planner(opened, on_gone_through=lambda done, of: tell(done, of, ImportStep.GOING_THROUGH))
    # How numbers are read is known only once the file has been gone through.
    file_import.notices = opened.notices
    Import.objects.filter(pk=file_import.pk).update(notices=file_import.notices)
    return planner


def _with_samples(opened: OpenImport, file_import: Import) -> list[dict[str, Any]]:
    """Return the columns as an import keeps them, with samples while it is decided where they go; no longer."""
    samples = samples_of(opened) if file_import.state == ImportState.PLANNING else {}
    return [
        {**column.record(), **({"samples": shown} if (shown := samples.get(column.name)) else {})}
        for column in opened.columns
    ]


def _encoding(file_import: Import) -> str:
    """Return the encoding that a person chose; while writing, also the one by which the preview was made."""
    letters = file_import.letters
    is_settled = letters.get("is_chosen") or file_import.state == ImportState.APPLYING
    return str(letters.get("encoding", "")) if is_settled else ""


def _kept_letters(letters: Letters | None, file_import: Import) -> dict[str, Any]:
    """Return how the letters were read; while writing, as the preview has said it, without what the file holds."""
    if file_import.state == ImportState.APPLYING:
        return {name: value for name, value in file_import.letters.items() if name != "samples"}
    return {**letters.plain, "samples": list(letters.samples)} if letters else {}


def _plan(file_import: Import) -> None:
    ImportRow.objects.filter(file_import=file_import).delete()
    planner = _planner(file_import, _tell(file_import))
    results: Counter[str] = Counter()
    position = 0
    for plans in chain(planner.plans(), batched(planner.missing())):
        rows = [
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
        ]
        position += len(plans)
        for plan in plans:
            count_row(results, plan)
        with transaction.atomic():
            # First: whoever has lost the import to another writes no row among the other's.
            file_import.beat(done=min(position, planner.total), of=planner.total, step="")
            ImportRow.objects.bulk_create(rows, batch_size=500)
    file_import.counts = counts_of(results)
    _end(file_import, ImportState.PREVIEWED)


def _apply(file_import: Import) -> None:
    # An edition that the file opens is made with its rows: its questionnaire is read in that transaction.
    planner = _planner(file_import, _tell(file_import)) if file_import.survey else None
    previewed = file_import.rows.exclude(row=None).order_by("position")
    shown = [
        (row, key, result, digest_of(entry))
        for row, key, result, entry in previewed.values_list("row", "key", "result", "entry").iterator(ROWS_AT_ONCE)
    ]
    try:
        with transaction.atomic():
            locked = Import.objects.select_for_update(of=("self",)).get(pk=file_import.pk)
            if locked.state != ImportState.APPLYING:
                return
            say = _say_progress(file_import)
            if planner is None:
                open_its_edition(file_import, by=file_import.by)
                planner = _planner(file_import, say)
            total = planner.total
            apply(
                planner,
                file_import,
                by=file_import.by,
                shown=lambda: shown,
                on_progress=lambda done: say(done, total, ""),
            )
            _remember(planner, file_import)
            ImportedFile.objects.filter(file_import=file_import).delete()
    except PreviewOutdated as outdated:
        cache.delete(_key(file_import.pk))
        Import.objects.filter(pk=file_import.pk).update(state=ImportState.PLANNING)
        file_import.refresh_from_db()
        _plan(file_import)
        said = _("Since the preview, %(count)d rows would become something else: nothing was written; look again.")
        Import.objects.filter(pk=file_import.pk).update(error=said % {"count": len(outdated.numbers)})


def _tell(file_import: Import) -> Tell:
    """Return who says how far it is while no transaction is open: in the row itself, with a sign of life."""
    return lambda done, of, step: file_import.beat(done=done, of=of, step=step)


def _say_progress(file_import: Import) -> Tell:
    """Return who says how far it is: beside the database, where nobody sees the row before the transaction ends."""
    return lambda done, of, step: cache.set(_key(file_import.pk), (done, of, step), timeout=3600)


def batched(rows: Iterable[RowPlan]) -> Iterator[list[RowPlan]]:
    """Yield rows some hundred at a time."""
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        yield some


def _remember(planner: Planner, file_import: Import) -> None:
    """Keep how the columns were read, for the next file of the same shape."""
    RememberedColumns.objects.update_or_create(
        survey=file_import.survey,
        shape=planner.shape,
        defaults={"columns": _chosen(file_import), "decisions": without_decimal_marks(file_import.decisions)},
    )


def _chosen(file_import: Import) -> dict[str, str]:
    """Return where people said that columns go, now or for an earlier file, by `Column.name`."""
    return {
        f"{column['sheet']}\n{column['key']}" if column.get("sheet") else column["key"]: column["goes"]
        for column in file_import.columns
        if column.get("how") in ("chosen", "remembered")
    }


def _end(file_import: Import, state: ImportState, error: str = "") -> None:
    file_import.state, file_import.error = state, error
    Import.objects.filter(pk=file_import.pk).update(
        state=state, error=error, counts=file_import.counts, notices=file_import.notices
    )


def _key(pk: int) -> str:
    return f"import-progress:{pk}"


def _safe_name(file_name: str) -> str:
    """Return the last part of a file's name, without what could steer a terminal or a path."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(character if character.isprintable() else " " for character in name).strip()[-255:] or "file"
