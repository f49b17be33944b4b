"""How many pairs each gate closes, without asking every gate about every pair."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.case import Case
from matching.engine.indexing import Masks

Disjoint = Callable[[Masks, Masks], int]
TABLE_ENTRIES = 2**18


def closed_by_gate(case: Case, *, disjoint: Disjoint) -> dict[str, int]:
    """Return the number of pairs that each gate closes, by the names of `gates.GATES`, in their order.

    A pair that several gates close counts under each. `disjoint` counts the pairs of masks with nothing in common.
    """
    needs, offers = case.needs, case.offers
    states_modalities, has_modalities = needs.modalities != 0, offers.modalities != 0
    return {
        "not_open": len(needs) * len(offers) - int(needs.is_open.sum()) * int(offers.is_open.sum()),
        "same_side": _same_side(case),
        "no_shared_area": disjoint(needs.areas, case.offer_near),
        "no_shared_modality": disjoint(needs.modalities[states_modalities], offers.modalities[has_modalities]),
        "outside_target": _outside_target(case),
    }


def disjoint_pairs(asked: Masks, offered: Masks) -> int:
    """Return how many pairs of these masks have no bit in common."""
    rows = max(1, TABLE_ENTRIES // max(len(offered), 1))
    blocks = range(0, len(asked), rows)
    return sum(int(np.count_nonzero((asked[first : first + rows, None] & offered) == 0)) for first in blocks)


def _same_side(case: Case) -> int:
    needs, offers = case.needs, case.offers
    n_needs = len(needs)
    country, agency = np.concatenate((needs.country, offers.country)), np.concatenate((needs.agency, offers.agency))
    _, both = np.unique(np.stack((country, agency)), axis=1, return_inverse=True)
    both = np.where((country >= 0) & (agency >= 0), both.reshape(-1), -1)
    in_country, in_agency, in_both = (_equal_pairs(key[:n_needs], key[n_needs:]) for key in (country, agency, both))
    return in_country + in_agency - in_both


def _equal_pairs(asked: NDArray[Any], offered: NDArray[Any]) -> int:
    """Count the pairs with the same value; -1 stands for none, which equals nothing."""
    asked_values, asked_times = np.unique(asked[asked >= 0], return_counts=True)
    offered_values, offered_times = np.unique(offered[offered >= 0], return_counts=True)
    _, in_asked, in_offered = np.intersect1d(asked_values, offered_values, assume_unique=True, return_indices=True)
    return int(asked_times[in_asked] @ offered_times[in_offered])


def _outside_target(case: Case) -> int:
    n_rows, n_columns = case.reach_level.shape
    offers = np.bincount(case.reach.row_of, minlength=n_rows)
    needs = np.bincount(case.needs.country + 1, minlength=n_columns)
    return int(offers @ (case.reach_level == 0).astype(np.int64) @ needs)
