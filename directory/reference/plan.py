"""Comparing the rows of a file with the stored ones: what a load would add, change, disable and keep."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import models

from directory.models.reference_data.base import Reference
from directory.models.reference_data.scored import MOST_SCORED
from directory.reference.cells import Codes, Plain, Values, code_field, options, plain_default, plain_value, target_of
from directory.reference.lists import ReferenceList
from directory.reference.merge import Kept, Merged, merge
from directory.reference.problems import FileProblem
from directory.reference.rows import FileRow


@dataclass(frozen=True)
class StoredRow:
    """A row in the database, its values, and what was last loaded into it (None: it was made in the admin)."""

    instance: Reference
    values: Values
    loaded: Values | None

    @property
    def is_edited(self) -> bool:
        """Whether someone changed the row since it was last loaded."""
        return self.loaded is not None and any(
            name in self.loaded and self.loaded[name] != value for name, value in self.values.items()
        )


@dataclass(frozen=True)
class Update:
    """A stored row whose values, or whose memory of what was loaded, change."""

    stored: StoredRow
    merged: Merged

    @property
    def changed(self) -> list[str]:
        """The names of the fields that get another value."""
        return [name for name, value in self.merged.values.items() if value != self.stored.values[name]]


@dataclass
class LoadPlan:
    """What a load does with one list; each row of the file is in one of added, changed, enabled, unchanged or kept.

    A row of which some fields change and others are kept is in `changed`, and in `kept` with those fields.
    """

    reference_list: ReferenceList
    additions: list[Values] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    enabled: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    unchanged: int = 0
    kept: dict[str, dict[str, Kept]] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """How many rows are added, changed, enabled, unchanged, disabled and kept."""
        return Counter(
            added=len(self.added),
            changed=len(self.changed),
            enabled=len(self.enabled),
            unchanged=self.unchanged,
            disabled=len(self.disabled),
            kept=len(self.kept),
        )


def read_stored(reference_list: ReferenceList, codes: Codes, *, lock: bool) -> list[StoredRow]:
    """Return all stored rows of a list: one query, and one for each many-to-many field."""
    fields = reference_list.fields
    many = [each.name for each in fields if isinstance(each, models.ManyToManyField)]
    rows = reference_list.stored.order_by("pk").prefetch_related(*many)
    if lock:
        rows = rows.select_for_update()
    return [
        StoredRow(row, {each.name: plain_value(row, each, codes) for each in fields}, row.loaded_values) for row in rows
    ]


def make_plan(
    reference_list: ReferenceList, file_rows: list[FileRow], stored_rows: list[StoredRow], *, overwrite: bool
) -> LoadPlan:
    """Work out what a load of `file_rows` does to `stored_rows`; nothing is read or written here.

    A stored row is recognised by the key that was loaded into it, so that one whose key was corrected in the admin is
    not added a second time.
    """
    plan = LoadPlan(reference_list)
    defaults = {each.name: plain_default(each) for each in reference_list.fields}
    made_here = {reference_list.key_of(each.values): each for each in stored_rows if each.loaded is None}
    loaded_before = {
        reference_list.key_of(defaults | each.loaded): each for each in stored_rows if each.loaded is not None
    }
    by_key = made_here | loaded_before
    for row in file_rows:
        key = reference_list.key_of(row.values)
        stored = by_key.get(key)
        if stored is None:
            plan.additions.append(row.values)
            plan.added.append(" · ".join(key))
        else:
            loaded = defaults | (stored.loaded or {})
            merged = merge(loaded=loaded, ours=stored.values, theirs=row.values, overwrite=overwrite)
            _note_update(plan, " · ".join(key), Update(stored, merged))
    in_file = {reference_list.key_of(row.values) for row in file_rows}
    for key, stored in loaded_before.items():
        if key not in in_file:
            _note_missing(plan, " · ".join(key), stored, overwrite=overwrite)
    return plan


def _note_update(plan: LoadPlan, name: str, update: Update) -> None:
    changed = update.changed
    if "is_active" in changed:
        plan.enabled.append(name)
    elif changed:
        plan.changed[name] = changed
    elif not update.merged.kept:
        plan.unchanged += 1
    if update.merged.kept:
        plan.kept[name] = update.merged.kept
    if changed or update.merged.loaded != update.stored.loaded:
        plan.updates.append(update)


def _note_missing(plan: LoadPlan, name: str, stored: StoredRow, *, overwrite: bool) -> None:
    loaded = stored.loaded or {}
    was_disabled_by_a_load = not loaded["is_active"]
    if not stored.values["is_active"] or (was_disabled_by_a_load and not overwrite):
        return
    if stored.is_edited and not overwrite:
        plan.kept[name] = {"is_active": Kept(stored.values["is_active"], theirs=False, is_conflict=True)}
        return
    merged = Merged(values={**stored.values, "is_active": False}, loaded={**loaded, "is_active": False})
    plan.updates.append(Update(stored, merged))
    plan.disabled.append(name)


def unknown_codes(
    reference_list: ReferenceList, file_rows: list[FileRow], known: dict[type[models.Model], set[str]]
) -> list[FileProblem]:
    """Find cells that name a row of another list which is neither in its file nor in the database."""
    problems = []
    for column in reference_list.columns:
        each = reference_list.field_of(column)
        if not isinstance(each, models.ForeignKey | models.ManyToManyField):
            continue
        target = target_of(each)
        right = f"a {code_field(target)} of {options(target).verbose_name_plural}"
        for row in file_rows:
            value = row.values[each.name]
            named = value if isinstance(value, list) else [str(value)] if value else []
            problems += [
                FileProblem(reference_list.file, row.number, column, f'"{code}" is not known', right)
                for code in named
                if code not in known[target]
            ]
    return problems


def collisions(plan: LoadPlan, file_rows: list[FileRow], stored_rows: list[StoredRow]) -> list[FileProblem]:
    """Find values that would stand twice where the database allows them once, also against rows made in the admin."""
    reference_list = plan.reference_list
    numbers = {reference_list.key_of(row.values): row.number for row in file_rows}
    after = {id(update.stored): update.merged.values for update in plan.updates}
    rows = [after.get(id(stored), stored.values) for stored in stored_rows] + plan.additions
    problems = []
    for names in _unique_together(reference_list.model):
        seen: dict[tuple[Plain, ...], tuple[str, ...]] = {}
        for values in rows:
            combined = tuple(values[name] for name in names)
            key = reference_list.key_of(values)
            other = seen.setdefault(combined, key)
            if other is not key:
                wrong = f"{' · '.join(str(part) for part in combined if part)} is already that of {' · '.join(other)}"
                number = numbers.get(key) or numbers.get(other) or 1
                problems.append(FileProblem(reference_list.file, number, names[0], wrong, "a value of its own"))
    return problems


def too_many_scored(plan: LoadPlan, file_rows: list[FileRow], stored_rows: list[StoredRow]) -> list[FileProblem]:
    """Find the rows of the file by which more would score than the engine tells apart; disabled rows count."""
    reference_list = plan.reference_list
    is_scored = reference_list.is_scored
    if is_scored is None:
        return []
    after = {id(update.stored): update.merged.values for update in plan.updates}
    scored_before = {reference_list.key_of(stored.values) for stored in stored_rows if is_scored(stored.values)}
    scored = [stored for stored in (after.get(id(one), one.values) for one in stored_rows) if is_scored(stored)]
    keys = [reference_list.key_of(values) for values in [*scored, *filter(is_scored, plan.additions)]]
    new = {key for key in keys if key not in scored_before}
    room = MOST_SCORED - (len(keys) - len(new))
    entered = [row for row in file_rows if reference_list.key_of(row.values) in new]
    wrong = f"one too many: no more than {MOST_SCORED} can score, disabled ones included"
    return [
        FileProblem(
            reference_list.file, row.number, reference_list.key[0], f'"{" · ".join(key)}" is {wrong}', "fewer rows"
        )
        for row in entered[max(room, 0) :]
        for key in [reference_list.key_of(row.values)]
    ]


def _unique_together(model: type[models.Model]) -> list[tuple[str, ...]]:
    single = [(each.name,) for each in options(model).fields if each.unique and not isinstance(each, models.AutoField)]
    together = [
        tuple(c.fields) for c in options(model).constraints if isinstance(c, models.UniqueConstraint) and c.fields
    ]
    # A constraint that holds only where one of these is empty is covered: here two empty values are equal.
    longest = [each for each in together if not any(set(each) < set(other) for other in together)]
    return single + longest
