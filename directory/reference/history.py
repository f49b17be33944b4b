"""Changing many rows with a history row for each."""

from collections.abc import Sequence

from django.db.models import Model
from simple_history.utils import bulk_update_with_history

from directory.models import User
from directory.models.reference_data.base import Reference
from directory.reference.cells import options


def update_with_history(
    *, rows: Sequence[Reference], fields: Sequence[str], by: User | None, reason: str | None = None
) -> None:
    """Write `fields` of the rows, all of one model, in bulk, and their history in the name of `by`.

    A model without history is only written.
    """
    if not rows:
        return
    model = type(rows[0])
    if not hasattr(model, "history"):
        model._default_manager.bulk_update(rows, fields)  # noqa: SLF001
    elif options(model).many_to_many:
        # In bulk the history would say that the row's many-to-many fields are empty.
        for row in rows:
            sign_history(row, by=by, reason=reason)
            row.save(update_fields=fields)
    else:
        bulk_update_with_history(rows, model, fields, default_user=by, default_change_reason=reason)


def sign_history(row: Model, *, by: User | None, reason: str | None) -> None:
    """Have the history of the row's next changes name who made them and why."""
    vars(row).update(_history_user=by, _change_reason=reason)
