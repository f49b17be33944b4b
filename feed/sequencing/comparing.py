"""Compares what an audience sees of rows now with what it was last told of them."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from feed.audiences import FeedAudience
from feed.kinds import ListedKind
from feed.listed import rows_of
from feed.models import FeedState


def note_changes(kind: ListedKind, audience: FeedAudience, keys: Collection[str], *, on: dt.date) -> int:
    """Note what is another than what the audience was last told of the rows with these primary keys; return how many.

    What is noted has no position yet. Where a row was seen and is not any more, nothing is kept of why.
    """
    now = rows_of(kind, audience, keys)
    known = FeedState.objects.filter(audience=audience, kind=kind.name)
    told = {state.public_id: state for state in known.filter(Q(row_key__in=keys) | Q(public_id__in=now))}
    changed = []
    for public_id, listed in now.items():
        state = told.pop(public_id, None) or FeedState(audience=audience, kind=kind.name, public_id=public_id)
        if not state.is_present or state.digest != listed.digest or state.row_key != listed.key:
            state.is_present, state.digest, state.row_key = True, listed.digest, listed.key
            changed.append(state)
    for state in told.values():
        if state.is_present:
            state.is_present, state.digest = False, ""
            changed.append(state)
    for state in changed:
        state.position, state.changed_on = None, on
    FeedState.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["audience", "kind", "public_id"],
        update_fields=["row_key", "is_present", "digest", "position", "changed_on"],
    )
    return len(changed)
