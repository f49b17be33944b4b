"""How many pairs each gate closes, without asking every gate about every pair."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Masks
from matching.engine.rules.gates import GATES, Gate

Disjoint = Callable[[Masks, Masks], int]
TABLE_ENTRIES = 2**18


def closed_by_gate(case: Case, *, disjoint: Disjoint) -> dict[str, int]:
    """Return the number of pairs that each gate closes, by the names of `gates.GATES`, in their order.

    A pair that several gates close counts under each. `disjoint` counts the pairs of masks with nothing in common.
    """
    return {
        name: QUICKLY[name](case, disjoint) if name in QUICKLY else _asked_of_each(case, gate)
        for name, gate in GATES.items()
    }


def _asked_of_each(case: Case, gate: Gate) -> int:
    """Ask about every pair, a few needs at a time: always right, and slow."""
    offer = np.arange(len(case.offers))[None, :]
    rows = max(1, TABLE_ENTRIES // max(len(case.offers), 1))
    needs = np.arange(len(case.needs))[:, None]
    blocks = range(0, len(needs), rows)
    return sum(int(np.count_nonzero(gate(case, needs[first : first + rows], offer))) for first in blocks)


def disjoint_pairs(asked: Masks, offered: Masks) -> int:
    """Return how many pairs of these masks have no bit in common."""
    rows = max(1, TABLE_ENTRIES // max(len(offered), 1))
    blocks = range(0, len(asked), rows)
    return sum(int(np.count_nonzero((asked[first : first + rows, None] & offered) == 0)) for first in blocks)


def _not_open(case: Case, _disjoint: Disjoint) -> int:
    needs, offers = case.needs, case.offers
    return len(needs) * len(offers) - int(needs.is_open.sum()) * int(offers.is_open.sum())


def _no_shared_area(case: Case, disjoint: Disjoint) -> int:
    return disjoint(case.needs.areas, case.offer_near)


def _no_shared_modality(case: Case, disjoint: Disjoint) -> int:
    asked, offered = case.needs.modalities, case.offers.modalities
    return disjoint(asked[asked != 0], offered[offered != 0])


def _same_side(case: Case, _disjoint: Disjoint) -> int:
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


def _outside_target(case: Case, _disjoint: Disjoint) -> int:
    n_rows, n_columns = case.reach_level.shape
    offers = np.bincount(case.reach.row_of, minlength=n_rows)
    needs = np.bincount(case.needs.country + 1, minlength=n_columns)
    return int(offers @ (case.reach_level == 0).astype(np.int64) @ needs)


QUICKLY: dict[str, Callable[[Case, Disjoint], int]] = {
    "not_open": _not_open,
    "same_side": _same_side,
    "no_shared_area": _no_shared_area,
    "no_shared_modality": _no_shared_modality,
    "outside_target": _outside_target,
}
"""Gates that can be counted without asking about each pair; any other is asked about each."""
