"""Writing a plan: in bulk, with a history row for every row that changes."""

import datetime as dt
from typing import Any

from django.db import models
from simple_history.utils import bulk_create_with_history

from directory.models import User
from directory.models.fields import FoldedTextField
from directory.models.reference_data.base import Reference
from directory.reference.cells import Plain, Values, options, target_of
from directory.reference.history import sign_history, update_with_history
from directory.reference.lists import ReferenceList
from directory.reference.plan import LoadPlan, Update

REASON = "load_reference"
Keys = dict[type[models.Model], dict[str, Any]]


def write_plan(plan: LoadPlan, *, keys: Keys, by: User | None) -> None:
    """Write what the plan says; `keys` turns the codes of lists with numbered keys into those keys."""
    model = plan.reference_list.model
    has_history = hasattr(model, "history")
    created = [_new_row(plan.reference_list, values, keys) for values in plan.additions]
    if created and has_history:
        bulk_create_with_history(created, model, default_user=by, default_change_reason=REASON)
    elif created:
        plan.reference_list.stored.bulk_create(created)

    changed = [update for update in plan.updates if update.changed]
    remembered = [update for update in plan.updates if not update.changed]
    names = _apply(plan.reference_list, changed, keys)
    update_with_history(rows=[update.stored.instance for update in changed], fields=names, by=by, reason=REASON)
    if remembered:
        # What was last loaded is no fact of the row: it has no history.
        _apply(plan.reference_list, remembered, keys)
        plan.reference_list.stored.bulk_update([update.stored.instance for update in remembered], ["loaded_values"])

    for each in plan.reference_list.fields:
        if isinstance(each, models.ManyToManyField):
            rows = [*zip(created, plan.additions, strict=True)]
            links = [(row, values[each.name]) for row, values in rows if values[each.name]]
            links += [
                (update.stored.instance, update.merged.values[each.name])
                for update in changed
                if each.name in update.changed
            ]
            _write_links(each.name, links, by)


def _new_row(reference_list: ReferenceList, values: Values, keys: Keys) -> Reference:
    row = reference_list.model(loaded_values=values)
    _set_values(reference_list, row, values, keys)
    return row


def _apply(reference_list: ReferenceList, updates: list[Update], keys: Keys) -> list[str]:
    """Set the new values on the stored rows; return the names of the columns to write."""
    changed = {name for update in updates for name in update.changed}
    for update in updates:
        instance = update.stored.instance
        instance.loaded_values = update.merged.loaded
        _set_values(reference_list, instance, update.merged.values, keys)
    names = {"loaded_values"} | {
        each.name
        for each in reference_list.fields
        if each.name in changed and not isinstance(each, models.ManyToManyField)
    }
    for each in options(reference_list.model).fields:
        # bulk_update, unlike save, does not ask a field for its value.
        if isinstance(each, FoldedTextField) and names.intersection(each.sources):
            names.add(each.name)
            for update in updates:
                each.pre_save(update.stored.instance, add=False)
    return sorted(names)


def _set_values(reference_list: ReferenceList, instance: Reference, values: Values, keys: Keys) -> None:
    for each in reference_list.fields:
        if isinstance(each, models.ManyToManyField):
            continue
        setattr(instance, each.attname, _python_value(each, values[each.name], keys))


def _python_value(each: models.Field[Any, Any], value: Plain, keys: Keys) -> Any:
    if isinstance(each, models.ForeignKey) and value is not None:
        return keys.get(target_of(each), {}).get(str(value), value)
    if isinstance(each, models.DateField) and value is not None:
        return dt.date.fromisoformat(str(value))
    return value


def _write_links(name: str, links: list[tuple[Reference, Plain]], by: User | None) -> None:
    """Set a many-to-many field row by row, so that each row's history tells it: derived groups are few."""
    for instance, codes in links:
        sign_history(instance, by=by, reason=REASON)
        getattr(instance, name).set(codes)
