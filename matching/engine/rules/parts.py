"""From an exact fraction to its contribution in millionths."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.profile import MILLION


class Ratio(NamedTuple):
    """Exact fractions in [0, 1]: 0 <= numerator <= denominator <= 10,000, denominator >= 1; shapes broadcast."""

    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64]


def contribution(ratio: Ratio, *, weight: int, total: int) -> NDArray[np.int32]:
    """Return weight × ratio / total in millionths, rounded half up.

    Exact: floor(x + 1/2) of a fraction p/q is (2p + q) // 2q in integers. No overflow: with a weight of
    at most 100, at most ten criteria and the bounds of `Ratio`, 2p is at most 2 × 10⁶ × 100 × 10⁴ = 2 × 10¹²
    and 2q at most 2 × 10³ × 10⁴ = 2 × 10⁷; int64 holds 9 × 10¹⁸.
    """
    twice = (2 * MILLION * weight) * ratio.numerator
    whole = total * ratio.denominator
    return np.asarray((twice + whole) // (2 * whole), dtype=np.int32)
