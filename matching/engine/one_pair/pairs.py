"""Single pairs scored, whatever gates and lists say of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.arrays import Postings, Preference, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.profile import Profile
from matching.engine.rules.criteria import parts_of_pairs
from matching.engine.rules.overlap import word


class PairScores(NamedTuple):
    """What pairs score."""

    parts: NDArray[np.int32]
    """int32[pairs, criteria]: the contributions, in millionths; their sum is the score."""
    word: NDArray[np.int8]
    """int8[pairs]: how far what both state overlaps, as `rules.overlap`."""


def score_pairs(
    needs: Postings,
    offers: Postings,
    reach: Reach,
    preference: Preference,
    profile: Profile,
    *,
    need_index: NDArray[np.int64],
    offer_index: NDArray[np.int64],
) -> PairScores:
    """Return what these pairs score. They are given by rows of the tables, by need.

    Raises ValueError where the tables do not fit each other.
    """
    case = Case.of(needs, offers, reach, preference, profile)
    return PairScores(parts_of_pairs(case, need_index, offer_index), word(case, need_index, offer_index))
