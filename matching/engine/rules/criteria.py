"""The criteria of the score, in the order of their columns.

To add one: a module with `fraction`, `need_key` and `offer_key`; what it reads, as a field of `Case`; its weight, as a
field of `Weights` with default 0; its line here; and its look-up table in `compiled/`, which says each criterion again
(until then runs take the NumPy way). One that reads something different of every posting uses row numbers as its
keys. CONTRIBUTING.md says what there is beside the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules import areas, modalities, region, topic
from matching.engine.rules.parts import Ratio, contribution


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion, and the gate that reads the same fields of the postings, if there is one."""

    name: str
    fraction: Callable[[Case, Index, Index], Ratio]
    need_key: Callable[[Case], NDArray[Any]]
    offer_key: Callable[[Case], NDArray[Any]]
    gate: str | None


CRITERIA = (
    Criterion("areas", areas.fraction, areas.need_key, areas.offer_key, "no_shared_area"),
    Criterion("modalities", modalities.fraction, modalities.need_key, modalities.offer_key, "no_shared_modality"),
    Criterion("region", region.fraction, region.need_key, region.offer_key, "outside_target"),
    Criterion("topic", topic.fraction, topic.need_key, topic.offer_key, None),
)


def part(criterion: Criterion, case: Case, need: Index, offer: Index) -> NDArray[np.int32]:
    """Return what the criterion contributes to the score of these pairs, in millionths; 0 where it is off.

    `need` and `offer` are row numbers of any shapes that broadcast; the result has their common shape.
    """
    weights = case.profile.weights
    weight = weights.by_criterion()[criterion.name]
    if weight == 0:
        return np.zeros(np.broadcast_shapes(need.shape, offer.shape), dtype=np.int32)
    return contribution(criterion.fraction(case, need, offer), weight=weight, total=weights.total)


PAIRS_AT_ONCE = 4096


def parts_of_pairs(
    case: Case, need: Index, offer: Index, *, topic_products: topic.Products | None = None
) -> NDArray[np.int32]:
    """Return int32[pairs, criteria], the contributions to these pairs, which stand by need.

    topic_products: a faster way to the products of their texts than NumPy's.
    """
    result = np.zeros((len(need), len(CRITERIA)), dtype=np.int32)
    weights = case.profile.weights
    for column, criterion in enumerate(CRITERIA):
        if criterion.name == "topic" and weights.topic and topic_products:
            ratio = topic.fraction(case, need, offer, products=topic_products)
            result[:, column] = contribution(ratio, weight=weights.topic, total=weights.total)
            continue
        for first in range(0, len(need), PAIRS_AT_ONCE):
            some = slice(first, first + PAIRS_AT_ONCE)
            result[some, column] = part(criterion, case, need[some], offer[some])
    return result
