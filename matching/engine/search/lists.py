"""The best of each need and of each offer.

A place in a list is an integer, *key* = score × size + (size - 1 - position), where the postings of the other
side stand in the order that decides between equal scores, and size is their number. No two pairs of a list
have the same key, so that the largest keys are the list, exactly, however the work is cut and in whatever
order it is done. A pair that takes no place has a negative key. Scores are at most 10⁶: a key fits int64 up
to 9 × 10¹² postings.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.indexing import Index

Keys = NDArray[np.int64]
NO_PLACE = -1


def keys_of(score: NDArray[np.int32], position: Index, *, size: int) -> Keys:
    """Return the keys of these scores; `position` (of the other side) broadcasts against them."""
    return score.astype(np.int64) * size + (size - 1 - position)


def position_of(key: Keys, *, size: int) -> Index:
    """Return the position of the other side in each key that is not negative."""
    return (size - 1 - key % size).astype(np.intp)


def best(keys: Keys, width: int) -> Keys:
    """Return the `width` largest keys of each row, in no order but the least of them first."""
    surplus = keys.shape[1] - width
    return np.partition(keys, surplus, axis=1)[:, surplus:] if surplus > 0 else np.sort(keys, axis=1)


class OfferLists:
    """The best needs of each offer so far."""

    def __init__(self, *, n_offers: int, n_needs: int, top_k: int) -> None:
        self._n_needs = n_needs
        self.keys = np.full((n_offers, min(top_k, n_needs)), NO_PLACE, dtype=np.int64)
        """int64[n_offers, width]; the least of each row stands first."""

    def add(self, score: NDArray[np.int32], start: int) -> None:
        """Take in the scores int32[needs, offers] of the needs at positions `start` and following.

        Blocks of one `OfferLists` must come in ascending order: a need that only equals the least score of
        a full list then stands later in the order, and can be passed over without working out its key.
        """
        least_score = self.keys[:, 0] // self._n_needs
        changed = np.flatnonzero((score > least_score).any(axis=0))
        if changed.size:
            position = start + np.arange(len(score))
            added = keys_of(score[:, changed].T, position, size=self._n_needs)
            self.keys[changed] = best(np.hstack((self.keys[changed], added)), self.keys.shape[1])

    def merge(self, other: Keys) -> None:
        """Take in lists of the same offers, made from other needs."""
        self.keys = best(np.hstack((self.keys, other)), self.keys.shape[1])
