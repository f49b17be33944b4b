"""How far what both postings state overlaps, as a number and as a word: areas, modalities and region, without texts."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules.criteria import CRITERIA
from matching.engine.rules.parts import contribution

STATED = ("areas", "modalities", "region")
"""The criteria that read what postings state by code."""
PARTIAL, GOOD, STRONG = 0, 1, 2
"""The words, as numbers."""


def overlap(case: Case, need: Index, offer: Index) -> NDArray[np.int32]:
    """Return, in millionths, the contributions of `STATED` over the sum of their own weights; 0 where all are off.

    `need` and `offer` are row numbers of any shapes that broadcast.
    """
    result = np.zeros(np.broadcast_shapes(need.shape, offer.shape), dtype=np.int32)
    weights = case.profile.weights.by_criterion()
    total = sum(weights[name] for name in STATED)
    for criterion in CRITERIA:
        if criterion.name in STATED and weights[criterion.name]:
            ratio = criterion.fraction(case, need, offer)
            result += contribution(ratio, weight=weights[criterion.name], total=total)
    return result


def word(case: Case, need: Index, offer: Index) -> NDArray[np.int8]:
    """Return PARTIAL, GOOD or STRONG by the profile's bounds; STRONG only where half of the asked areas are offered.

    An area counts as offered where the offer has the very same, not where it has only its parent or a child.
    """
    asked = case.needs.areas[need]
    half_is_offered = 2 * np.bitwise_count(asked & case.offers.areas[offer]) >= np.bitwise_count(asked)
    stated = overlap(case, need, offer)
    is_good = stated >= case.profile.good_from
    is_strong = (stated >= case.profile.strong_from) & half_is_offered
    return np.where(is_strong, np.int8(STRONG), np.where(is_good, np.int8(GOOD), np.int8(PARTIAL)))
