"""Criterion `modalities`: how many of the asked forms of cooperation the offer has. As `areas`, but flat.

Where a side states none, the level `unstated_modalities` of the profile counts, but never more than one shared modality
would earn if that side stated it: to stay silent never pays.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules.parts import Ratio


def fraction(case: Case, need: Index, offer: Index) -> Ratio:
    """Return the fractions of these pairs: 10 × shared over 10 × asked + extra where both state some.

    Else the level, at most 1/k where only the need states k, and 10/(9 + m) where only the offer states m.
    `need` and `offer` are row numbers of any shapes that broadcast. The numerator is at most 640, the
    denominator at most 730.
    """
    asked, offered = case.needs.modalities[need], case.offers.modalities[offer]
    shared = np.bitwise_count(asked & offered)
    extra = np.bitwise_count(offered & ~asked)
    asked_tenfold = np.int64(10) * np.bitwise_count(asked)
    # What one shared modality would earn: of k asked 10/10k, of m offered 10/(10 + m - 1); 0 where neither states any.
    if_one_shared = np.where(offered == 0, asked_tenfold, np.int64(9) + np.bitwise_count(offered))
    level = np.int64(case.profile.unstated_modalities)
    level_counts = level * if_one_shared <= 1000
    both = (asked != 0) & (offered != 0)
    numerator = np.where(both, np.int64(10) * shared, np.where(level_counts, level, np.int64(10)))
    unstated = np.where(level_counts, np.int64(100), if_one_shared)
    return Ratio(numerator, np.where(both, asked_tenfold + extra, unstated))


def is_comparable(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Return of which pairs both state modalities."""
    return np.asarray((case.needs.modalities[need] != 0) & (case.offers.modalities[offer] != 0))
