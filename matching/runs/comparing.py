"""Two sets of scored pairs set side by side: what comes, what goes, what moves, and by how much.

Pure: rows in, answers out.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.runs.reconciling import Rows, pair_keys

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class PairComparison:
    """Every pair of either set once, by need and offer."""

    before: Rows
    """A row a pair; one that is not in the set has zeros but for its ids, unless `with_scores` gave it a score."""
    after: Rows
    was_in: Mask
    is_in: Mask

    def __len__(self) -> int:
        return len(self.before)

    @property
    def came(self) -> Mask:
        """Pairs that are in the second set alone."""
        return self.is_in & ~self.was_in

    @property
    def gone(self) -> Mask:
        """Pairs that are in the first set alone."""
        return self.was_in & ~self.is_in

    @property
    def moved(self) -> Mask:
        """Pairs that are in both with another score."""
        return self.was_in & self.is_in & (self.before["score"] != self.after["score"])

    @property
    def same(self) -> Mask:
        """Pairs that are in both with the same score, whatever their places in the lists."""
        return self.was_in & self.is_in & (self.before["score"] == self.after["score"])

    @property
    def change(self) -> NDArray[np.int64]:
        """By how much each score changes, in millionths."""
        change: NDArray[np.int64] = self.after["score"] - self.before["score"]
        return change

    def with_scores(self, *, before: Rows, after: Rows) -> Self:
        """Give the pairs that are not in a set the score that they have there nevertheless, and their parts.

        `before` holds the pairs that came, `after` those that are gone, in the order of this comparison. Without
        it such a pair changes by its whole score.
        """
        filled = replace(self, before=self.before.copy(), after=self.after.copy())
        filled.before[self.came], filled.after[self.gone] = before, after
        return filled

    def largest_moves(self, number: int) -> NDArray[np.intp]:
        """Return the positions of at most so many pairs that came, went or moved.

        The largest change of score, up or down, comes first; of equal ones the lower id of the need, then of the
        offer.
        """
        position = np.flatnonzero(~self.same)
        # Stable, and the pairs stand by need and offer.
        order = np.argsort(-np.abs(self.change[position]), kind="stable")
        return position[order[:number]]


@dataclass(frozen=True)
class ChangeCounts:
    """How many pairs came, went, moved and stayed, and how many there are in each set."""

    came: int
    gone: int
    moved: int
    same: int

    @classmethod
    def of(cls, comparison: PairComparison) -> Self:
        """Count the pairs of a comparison."""
        masks = (comparison.came, comparison.gone, comparison.moved, comparison.same)
        return cls(*(int(np.count_nonzero(mask)) for mask in masks))

    @property
    def before(self) -> int:
        """Pairs in the first set."""
        return self.gone + self.moved + self.same

    @property
    def after(self) -> int:
        """Pairs in the second set."""
        return self.came + self.moved + self.same

    @property
    def changed(self) -> int:
        """Pairs that came, went or moved."""
        return self.came + self.gone + self.moved


def compare(before: Rows, after: Rows) -> PairComparison:
    """Set two sets of pairs side by side; each holds a pair once, in any order. Of `before`, columns as `after` has."""
    before_keys, after_keys = pair_keys(before), pair_keys(after)
    keys = np.union1d(before_keys, after_keys)
    before_rows, was_in = _lined_up(before, before_keys, keys)
    after_rows, is_in = _lined_up(after, after_keys, keys)
    return PairComparison(before_rows, after_rows, was_in, is_in)


def _lined_up(rows: Rows, own_keys: NDArray[np.int64], keys: NDArray[np.int64]) -> tuple[Rows, Mask]:
    """Return a row for each of the keys, ascending, and which of them there is one of."""
    place = np.searchsorted(keys, own_keys)
    lined_up = np.zeros(len(keys), dtype=rows.dtype)
    lined_up["need"], lined_up["offer"] = keys >> 32, keys & (2**32 - 1)
    lined_up[place] = rows
    is_in = np.zeros(len(keys), dtype=np.bool_)
    is_in[place] = True
    return lined_up, is_in
