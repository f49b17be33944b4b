"""The gates: each closes a pair for a reason that has a name. An explanation lists all that close.

Each function takes a case and row numbers of needs and offers (any shapes that broadcast) and returns True
where it closes the pair. A gate is one function and its line in `GATES`; CONTRIBUTING.md says what there is beside it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.arrays import Postings
from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules import areas, region

Gate = Callable[[Case, Index, Index], NDArray[np.bool_]]


def not_open(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Close where either side is not published or not open on the run's date."""
    return ~(case.needs.is_open[need] & case.offers.is_open[offer])


def same_side(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Close where both come from one country or from one agency; two unknown ones are not the same."""
    return of_one_side(case.needs, need, case.offers, offer)


def of_one_side(one: Postings, row: Index, other: Postings, other_row: Index) -> NDArray[np.bool_]:
    """Return where two postings come from one country or from one agency; two unknown ones are not the same."""
    country, agency = one.country[row], one.agency[row]
    same_country = (country == other.country[other_row]) & (country >= 0)
    same_agency = (agency == other.agency[other_row]) & (agency >= 0)
    return same_country | same_agency


def no_shared_area(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Close where no asked area earns credit: neither the same, nor its parent, nor a child is offered."""
    return areas.twice_credit(case, need, offer) == 0


def no_shared_modality(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Close where both state modalities and have none in common; unknown is not no."""
    asked, offered = case.needs.modalities[need], case.offers.modalities[offer]
    return ((asked & offered) == 0) & (asked != 0) & (offered != 0)


def outside_target(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Close where the offer does not reach the need's country, or that country is unknown."""
    return region.reach_level(case, need, offer) == 0


GATES: dict[str, Gate] = {
    "not_open": not_open,
    "same_side": same_side,
    "no_shared_area": no_shared_area,
    "no_shared_modality": no_shared_modality,
    "outside_target": outside_target,
}
"""By name, in the order in which an explanation lists them."""
