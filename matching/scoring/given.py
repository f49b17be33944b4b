"""A need or an offer that stands in no table, as the engine takes it: as a stored one that says the same."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from matching import engine
from matching.scoring.levels import NO_ROW
from surveys.choices import Side
from surveys.postings.shown.own_words import OwnWords
from surveys.postings.shown.reach import PlaceKey

GIVEN_ID = 0
"""No stored posting has it."""


@dataclass(frozen=True)
class GivenPosting:
    """What is said of it."""

    side: Side
    country: str
    """ISO3 code."""
    areas: frozenset[str]
    modalities: frozenset[str]
    places: tuple[PlaceKey, ...]
    """Targets of an offer, preferred partners of a need; none is not stated."""
    words: OwnWords
    is_open: bool

    def postings(self, *, areas: Collection[str], modalities: Collection[str], column: int) -> engine.Postings:
        """Return it as a table of one row. areas and modalities: all codes that have a bit, in the order of their bits.

        Areas without a bit do not score. column: of its country.
        """
        return engine.Postings(
            ids=np.array([GIVEN_ID], dtype=np.int64),
            country=np.array([column], dtype=np.int32),
            agency=np.array([NO_ROW], dtype=np.int64),
            areas=_mask(self.areas, areas),
            modalities=_mask(self.modalities, modalities),
            recency=np.zeros(1, dtype=np.int32),
            is_open=np.array([self.is_open], dtype=np.bool_),
        )


def _mask(stated: frozenset[str], codes: Collection[str]) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    return np.array([sum(1 << bit for bit, code in enumerate(codes) if code in stated)], dtype=np.uint64)
