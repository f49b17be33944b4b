"""Single pairs scored, whatever gates and lists say of them."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.arrays import Postings, Preference, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.profile import Profile
from matching.engine.rules.criteria import parts_of_pairs


def score_pairs(
    needs: Postings,
    offers: Postings,
    reach: Reach,
    preference: Preference,
    profile: Profile,
    *,
    need_index: NDArray[np.int64],
    offer_index: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Return int32[pairs, criteria]: the contributions to these pairs, in millionths; their sum is the score.

    The pairs are given by rows of the tables, by need. Raises ValueError where the tables do not fit each other.
    """
    return parts_of_pairs(Case.of(needs, offers, reach, preference, profile), need_index, offer_index)
