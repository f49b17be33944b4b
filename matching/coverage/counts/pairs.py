"""Which offers reach which needs of one area: the gates of the engine, over the rows of the area alone."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from matching.coverage.counts.words import DIRECT_FROM
from matching.engine import GATES, Case
from matching.engine.rules.region import reach_level

PAIRS_AT_ONCE = 1_000_000

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class OpenPairs:
    """Pairs of a need and an offer that no gate closes, as rows of the tables."""

    need: Rows
    offer: Rows
    is_direct: NDArray[np.bool_]
    """The offer reaches the country of the need at `DIRECT_FROM` or closer."""

    def where(self, is_taken: NDArray[np.bool_]) -> "OpenPairs":
        """Return those of the pairs."""
        return OpenPairs(self.need[is_taken], self.offer[is_taken], self.is_direct[is_taken])


def open_pairs(case: Case, needs: Rows, offers: Rows) -> OpenPairs:
    """Return the pairs of these needs with these offers that no gate closes, some needs at a time."""
    step = max(1, PAIRS_AT_ONCE // max(len(offers), 1))
    found = [_of_some(case, needs[first : first + step], offers) for first in range(0, max(len(needs), 1), step)]
    return OpenPairs(
        need=np.concatenate([one.need for one in found]),
        offer=np.concatenate([one.offer for one in found]),
        is_direct=np.concatenate([one.is_direct for one in found]),
    )


def _of_some(case: Case, needs: Rows, offers: Rows) -> OpenPairs:
    need, offer = needs[:, np.newaxis], offers[np.newaxis, :]
    is_closed = reduce(np.logical_or, (gate(case, need, offer) for gate in GATES.values()))
    need_at, offer_at = np.nonzero(~np.broadcast_to(is_closed, (len(needs), len(offers))))
    open_needs, open_offers = needs[need_at], offers[offer_at]
    return OpenPairs(open_needs, open_offers, reach_level(case, open_needs, open_offers) >= DIRECT_FROM)
