"""What keeps three postings from being an option: each reason has a name, as those of a pair have.

Each function takes a case and row numbers of needs, of pivotal and of facilitating offers (any shapes that broadcast)
and returns True where it closes the three.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules.gates import GATES, of_one_side

TripleGate = Callable[[Case, Index, Index, Index], NDArray[np.bool_]]


def pivotal_does_not_fit(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.bool_]:
    """Close where any gate closes the pair of the need and the pivotal offer."""
    closed = np.zeros(np.broadcast_shapes(need.shape, pivotal.shape), dtype=np.bool_)
    for gate in GATES.values():
        closed = closed | gate(case, need, pivotal)
    return closed


def not_open(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.bool_]:
    """Close where the facilitating offer, or the need, is not published or not open on the run's date."""
    return GATES["not_open"](case, need, facilitating)


def one_side(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.bool_]:
    """Close where the third is of the country or the agency of either of the others."""
    return GATES["same_side"](case, need, facilitating) | of_one_side(case.offers, pivotal, case.offers, facilitating)


def outside_target(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.bool_]:
    """Close where the facilitating offer does not reach the need's country."""
    return GATES["outside_target"](case, need, facilitating)


def unrelated(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.bool_]:
    """Close where the third states areas and none is asked for, or of the pivotal offer, or a relative of such a one.

    One that states none is open to any: a fund has financing, whatever the area.
    """
    meant = case.needs.areas[need] | case.offers.areas[pivotal]
    return ((meant & case.offer_near[facilitating]) == 0) & (case.offers.areas[facilitating] != 0)


def brings_nothing(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.bool_]:
    """Close where the third adds nothing that is asked for to what the pivotal offer has.

    An area that is asked for counts as brought where the third has it and the pivotal offer does not, or has a
    relative of it and the pivotal offer has not even that; but not by modalities none of which is asked for.
    """
    offers, asked = case.offers, case.needs.areas[need]
    same = asked & offers.areas[facilitating] & ~offers.areas[pivotal]
    related = asked & case.offer_near[facilitating] & ~case.offer_near[pivotal]
    modalities = case.needs.modalities[need] & offers.modalities[facilitating] & ~offers.modalities[pivotal]
    brings_area = ((same | related) != 0) & ~GATES["no_shared_modality"](case, need, facilitating)
    return ~brings_area & (modalities == 0)


OF_THE_MASKS: dict[str, TripleGate] = {
    "outside_target": outside_target,
    "unrelated": unrelated,
    "brings_nothing": brings_nothing,
}
"""Those that read of the third only its areas, its modalities and its reach: equal ones share an answer."""
TRIPLE_GATES: dict[str, TripleGate] = {
    "pivotal_does_not_fit": pivotal_does_not_fit,
    "not_open": not_open,
    "one_side": one_side,
    **OF_THE_MASKS,
}
"""By name, in the order in which an explanation lists them."""
