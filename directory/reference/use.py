"""Taking reference rows out of use and back: they are disabled, never deleted."""

from collections.abc import Sequence

from django.db import transaction

from directory.models import User
from directory.models.reference_data.base import Reference
from directory.reference.history import update_with_history


@transaction.atomic
def set_in_use(*, rows: Sequence[Reference], is_active: bool, by: User) -> int:
    """Enable or disable the rows, all of one model, in the name of `by`; return how many were not so already."""
    to_change = [row for row in rows if row.is_active != is_active]
    for row in to_change:
        row.is_active = is_active
    update_with_history(rows=to_change, fields=["is_active"], by=by)
    return len(to_change)
