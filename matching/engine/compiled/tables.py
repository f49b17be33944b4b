"""What the compiled loops look up: every contribution that can occur, rounded beforehand as the criteria round."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Masks
from matching.engine.inputs.languages import WHOLE
from matching.engine.rules.criteria import CRITERIA, part
from matching.engine.rules.gates import GATES
from matching.engine.rules.parts import Ratio, contribution

CLOSED = -(2**28)
"""Stands for a contribution of a pair that a gate closes: no sum with it reaches 0."""


class CompiledTables(NamedTuple):
    """Postings in their best order, and look-up tables of contributions in millionths."""

    need_order: NDArray[np.int64]
    """Rows of the open needs, by country."""
    need_country: NDArray[np.int32]
    need_agency: NDArray[np.int64]
    need_areas: Masks
    need_near: Masks
    need_modality: NDArray[np.int32]
    """Class of each need's modalities."""
    need_preference: NDArray[np.int32]
    offer_country: NDArray[np.int32]
    offer_agency: NDArray[np.int64]
    offer_areas: Masks
    offer_near: Masks
    offer_modality: NDArray[np.int32]
    offer_reach: NDArray[np.int32]
    offer_is_open: NDArray[np.bool_]
    reach_level: NDArray[np.uint8]
    """uint8[r, countries]: column of `region`; 0: not reached."""
    wish: NDArray[np.uint8]
    """uint8[m + 1, countries + 1]: row of `region`, by row of preference + 1 and offering country + 1."""
    areas: NDArray[np.int32]
    """int32[asked + 1, extra + 1, twice the credit + 1]; `CLOSED` without credit."""
    modalities: NDArray[np.int32]
    """int32[classes of needs, classes of offers]; `CLOSED` where both state some and share none."""
    region: NDArray[np.int32]
    """By wish (0: none stated) and level of reach, of those that occur."""
    decided: NDArray[np.int64]
    min_score: int


class Laid(NamedTuple):
    """Room for the offers that reach a country, side by side, for one thread."""

    offer: NDArray[np.int64]
    """Position."""
    way: NDArray[np.uint32]
    """How the offer reaches the country: (offering country + 1) × number of levels + level."""
    areas: Masks
    near: Masks
    modality: NDArray[np.uint32]
    agency: NDArray[np.int64]
    least: NDArray[np.int32]
    """Least score that still enters the offer's list."""

    @classmethod
    def room(cls, n_offers: int) -> "Laid":
        """Return room for all offers."""
        return cls(
            offer=np.empty(n_offers, dtype=np.int64),
            way=np.empty(n_offers, dtype=np.uint32),
            areas=np.empty(n_offers, dtype=np.uint64),
            near=np.empty(n_offers, dtype=np.uint64),
            modality=np.empty(n_offers, dtype=np.uint32),
            agency=np.empty(n_offers, dtype=np.int64),
            least=np.empty(n_offers, dtype=np.int32),
        )


def tables_of(case: Case, decided: NDArray[np.int64]) -> CompiledTables:
    """Work the tables out for postings in the order that decides between equal scores."""
    needs, offers = case.needs, case.offers
    order = np.argsort(needs.country, kind="stable")
    # Few levels occur: a table of those alone stays in the core's own cache.
    levels, wishes = np.unique(np.append(case.reach.rows, np.uint8(0))), np.unique(case.preference_level)
    wish = np.searchsorted(wishes, case.preference_level).astype(np.uint8) + np.uint8(1)
    wish[0] = 0
    _, need_first, need_modality = np.unique(needs.modalities, return_index=True, return_inverse=True)
    _, offer_first, offer_modality = np.unique(offers.modalities, return_index=True, return_inverse=True)
    return CompiledTables(
        need_order=order[(needs.is_open & (needs.country >= 0))[order]].astype(np.int64),
        need_country=needs.country,
        need_agency=needs.agency,
        need_areas=needs.areas,
        need_near=case.need_near,
        need_modality=need_modality.astype(np.int32),
        need_preference=case.preference.row_of,
        offer_country=offers.country,
        offer_agency=offers.agency,
        offer_areas=offers.areas,
        offer_near=case.offer_near,
        offer_modality=offer_modality.astype(np.int32),
        offer_reach=case.reach.row_of,
        offer_is_open=offers.is_open,
        reach_level=np.searchsorted(levels, case.reach.rows).astype(np.uint8),
        wish=wish,
        areas=_areas(case),
        modalities=_modalities(case, need_first, offer_first),
        region=_region(case, levels, wishes),
        decided=decided,
        min_score=case.profile.min_score,
    )


def topic_contribution(case: Case) -> NDArray[np.int32]:
    """Return the contribution of each closeness in ten-thousandths: of 0, and up to it, that of the profile's level."""
    least = case.profile.unstated_topic * (WHOLE // 100)
    return _contribution(case, "topic", Ratio(np.maximum(np.arange(WHOLE + 1), least), np.asarray(WHOLE)))


def _areas(case: Case) -> NDArray[np.int32]:
    most_asked = int(np.bitwise_count(case.needs.areas).max(initial=0))
    most_offered = int(np.bitwise_count(case.offers.areas).max(initial=0))
    asked = np.arange(most_asked + 1)[:, None, None]
    extra = np.arange(most_offered + 1)[None, :, None]
    twice_credit = np.arange(2 * most_asked + 1)[None, None, :]
    denominator = np.maximum(10 * asked + extra, 1)
    # Credit beyond what is asked occurs in no pair; the table only has to be whole.
    numerator = np.minimum(5 * twice_credit, denominator)
    table = _contribution(case, "areas", Ratio(numerator, denominator))
    return np.where(twice_credit == 0, np.int32(CLOSED), table).astype(np.int32)


def _modalities(case: Case, need: NDArray[np.intp], offer: NDArray[np.intp]) -> NDArray[np.int32]:
    criterion = next(one for one in CRITERIA if one.name == "modalities")
    table = part(criterion, case, need[:, None], offer[None, :])
    closed = GATES["no_shared_modality"](case, need[:, None], offer[None, :])
    return np.where(closed, np.int32(CLOSED), table).astype(np.int32)


def _region(case: Case, levels: NDArray[np.uint8], wishes: NDArray[np.uint8]) -> NDArray[np.int32]:
    share = case.profile.preferred_share
    reach, preference = levels.astype(np.int64)[None, :], wishes.astype(np.int64)[:, None]
    without = _contribution(case, "region", Ratio(100 * reach, np.asarray(10_000)))
    wished = _contribution(case, "region", Ratio((100 - share) * reach + share * preference, np.asarray(10_000)))
    return np.concatenate((without, wished))


def _contribution(case: Case, criterion: str, ratio: Ratio) -> NDArray[np.int32]:
    weights = case.profile.weights
    return contribution(ratio, weight=weights.by_criterion()[criterion], total=weights.total)
