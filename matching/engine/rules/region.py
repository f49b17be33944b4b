"""Criterion `region`: how closely the offer reaches the need's country, and the need's wish for partners."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules.parts import Ratio


def fraction(case: Case, need: Index, offer: Index) -> Ratio:
    """Return the fractions of these pairs, over 10,000.

    100 × reach, or where the need states preferred partners (100 - share) × reach + share × preference;
    levels and share in percent. `need` and `offer` are row numbers of any shapes that broadcast.
    """
    states_partners = case.preference.row_of[need] >= 0
    share: NDArray[np.int64] = np.where(states_partners, np.int64(case.profile.preferred_share), np.int64(0))
    numerator: NDArray[np.int64] = (100 - share) * reach_level(case, need, offer) + share * preference_level(
        case, need, offer
    )
    return Ratio(numerator, np.asarray(10_000, dtype=np.int64))


def reach_level(case: Case, need: Index, offer: Index) -> NDArray[np.uint8]:
    """Return the level in percent at which each offer reaches the need's country; 0 if it has none."""
    return _look_up(case.reach_level, row=case.reach.row_of[offer], column=case.needs.country[need] + 1)


def preference_level(case: Case, need: Index, offer: Index) -> NDArray[np.uint8]:
    """Return the level in percent at which the offering country fits; 0 if unknown or no partners stated."""
    return _look_up(case.preference_level, row=case.preference.row_of[need] + 1, column=case.offers.country[offer] + 1)


def _look_up(table: NDArray[np.uint8], *, row: NDArray[np.int32], column: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return table[row, column]; a flat index is three times as fast."""
    return table.take(row.astype(np.int64) * table.shape[1] + column)
