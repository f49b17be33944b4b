"""Which of many pairs are closed: the gates alone, without a score."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.arrays import Postings, Preference, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.inputs.profile import Profile
from matching.engine.rules.gates import GATES


def closed(
    needs: Postings,
    offers: Postings,
    reach: Reach,
    preference: Preference,
    profile: Profile,
    *,
    need_index: Index,
    offer_index: Index,
) -> NDArray[np.bool_]:
    """Return of each pair of rows whether a gate closes it.

    Raises ValueError where the tables do not fit each other, IndexError where a row does not exist.
    """
    case = Case.of(needs, offers, reach, preference, profile)
    return reduce(np.logical_or, (gate(case, need_index, offer_index) for gate in GATES.values()))
