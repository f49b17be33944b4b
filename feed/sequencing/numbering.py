"""Gives what was noted its positions."""

import numpy as np

from feed.models import Feed, FeedState
from web import bulk


def give_positions(feed: Feed, *, is_filled: bool) -> None:
    """Give all that was noted for this audience the next positions, and save the counter.

    In the order of kind and id, not of the writes: between two changes that the audience sees, others may have been
    written that it does not, and their order would tell of them. is_filled: whether it has once looked at everything.
    Call it while the sequencer is held.
    """
    waiting = FeedState.objects.filter(audience=feed.audience, position__isnull=True)
    ids = np.array(list(waiting.order_by("kind", "public_id").values_list("pk", flat=True)), dtype=np.int64)
    if not len(ids) and is_filled == feed.is_filled:
        return
    first = feed.position + 1
    bulk.update(FeedState, ids, {"position": np.arange(first, first + len(ids), dtype=np.int64)})
    feed.position += len(ids)
    feed.is_filled = is_filled
    feed.save(update_fields=["position", "is_filled"])
