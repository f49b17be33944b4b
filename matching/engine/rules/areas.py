"""Criterion `areas`: how much of what the need asks for, the offer covers.

The Tversky index with α = 1 and β = 0.1: credit / (asked + 0.1 × extra). An asked area earns 1 where the
offer has the same, 0.5 where it has only its parent or a child. Extra are areas of the offer that are
related to none asked.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules.parts import Ratio


def fraction(case: Case, need: Index, offer: Index) -> Ratio:
    """Return the fractions of these pairs: 10 × credit over 10 × asked + extra; 0/1 if neither states any.

    `need` and `offer` are row numbers of any shapes that broadcast. The numerator is at most 640, the
    denominator at most 704.
    """
    extra = np.bitwise_count(case.offers.areas[offer] & ~case.need_near[need])
    asked_tenfold = np.int64(10) * np.bitwise_count(case.needs.areas[need])
    return Ratio(np.int64(5) * twice_credit(case, need, offer), np.maximum(asked_tenfold + extra, 1))


def twice_credit(case: Case, need: Index, offer: Index) -> NDArray[np.uint8]:
    """Return 2 for each asked area that is offered, 1 where only its parent or a child is; at most 128."""
    asked = case.needs.areas[need]
    same = np.bitwise_count(asked & case.offers.areas[offer])
    same_or_related = np.bitwise_count(asked & case.offer_near[offer])
    return same + same_or_related
