"""Loading the reference lists: read all, compare all, and only then write, in one transaction."""

from pathlib import Path
from typing import Any

from django.db import models, transaction

from directory.models import User
from directory.reference.cells import code_field, options
from directory.reference.files import read_list
from directory.reference.lists import LISTS, ReferenceList
from directory.reference.plan import (
    LoadPlan,
    StoredRow,
    collisions,
    make_plan,
    read_stored,
    too_many_scored,
    unknown_codes,
)
from directory.reference.problems import FileProblem, ReferenceDataError
from directory.reference.rows import FileRow
from directory.reference.writing import write_plan

DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"


def load_reference(
    *,
    folder: Path = DATA_FOLDER,
    by: User | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
) -> list[LoadPlan]:
    """Bring the database to what the files in `folder` say, and return what was done, list by list.

    1. Read every file; 2. compare it with the stored rows, field by field; 3. if anything anywhere is wrong, raise
    ReferenceDataError and write nothing; 4. write, with history in the name of `by`.

    A field that someone changed in the admin since the last load keeps its value unless `overwrite`. Rows that are no
    longer in the files are disabled, never deleted. With `dry_run` nothing is written.
    """
    files, problems = _read_files(folder)
    if problems:
        raise ReferenceDataError(problems)
    with transaction.atomic():
        plans, problems = _compare(files, overwrite=overwrite, lock=not dry_run)
        if problems:
            raise ReferenceDataError(problems)
        if not dry_run:
            _write(plans, by=by)
    return plans


def _read_files(folder: Path) -> tuple[list[tuple[ReferenceList, list[FileRow]]], list[FileProblem]]:
    files, problems = [], []
    for reference_list in LISTS:
        if reference_list.is_optional and not (folder / reference_list.file).exists():
            continue
        rows, wrong = read_list(reference_list, folder)
        files.append((reference_list, rows))
        problems += wrong
    return files, problems


def _compare(
    files: list[tuple[ReferenceList, list[FileRow]]], *, overwrite: bool, lock: bool
) -> tuple[list[LoadPlan], list[FileProblem]]:
    codes: dict[type[models.Model], dict[Any, str]] = {}
    known: dict[type[models.Model], set[str]] = {}
    plans, problems = [], []
    for reference_list, rows in files:
        stored_rows = read_stored(reference_list, codes, lock=lock)
        codes[reference_list.model] = {
            stored.instance.pk: str(getattr(stored.instance, code_field(reference_list.model), stored.instance.pk))
            for stored in stored_rows
        }
        known[reference_list.model] = _known_codes(reference_list, rows, stored_rows)
        wrong = unknown_codes(reference_list, rows, known)
        plan = make_plan(reference_list, rows, stored_rows, overwrite=overwrite)
        problems += wrong or collisions(plan, rows, stored_rows)
        problems += too_many_scored(plan, rows, stored_rows)
        plans.append(plan)
    return plans, problems


def _known_codes(reference_list: ReferenceList, rows: list[FileRow], stored_rows: list[StoredRow]) -> set[str]:
    name = code_field(reference_list.model)
    if name not in reference_list.columns:
        return set()
    return {str(row.values[name]) for row in rows} | {str(stored.values[name]) for stored in stored_rows}


def _write(plans: list[LoadPlan], *, by: User | None) -> None:
    if not any(plan.additions or plan.updates for plan in plans):
        return
    keys: dict[type[models.Model], dict[str, Any]] = {}
    for plan in plans:
        write_plan(plan, keys=keys, by=by)
        model = plan.reference_list.model
        if isinstance(options(model).pk, models.AutoField) and "code" in plan.reference_list.columns:
            keys[model] = dict(plan.reference_list.stored.values_list("code", "pk"))
