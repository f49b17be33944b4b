"""The criteria of the score, in the order of their columns.

To add one: a module with `fraction`; what it reads, as a field of `Case`; its weight, as a field of `Weights` with
default 0; its line here; and its look-up table in `compiled/`, which says each criterion again (until then runs take
the NumPy way). CONTRIBUTING.md says what there is beside the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules import areas, modalities, region, topic
from matching.engine.rules.parts import Ratio, contribution


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion."""

    name: str
    fraction: Callable[[Case, Index, Index], Ratio]
    is_comparable: Callable[[Case, Index, Index], NDArray[np.bool_]] | None = None
    """Where both sides state what it compares, so that no level stands in for them; None: always."""


CRITERIA = (
    Criterion("areas", areas.fraction),
    Criterion("modalities", modalities.fraction, modalities.is_comparable),
    Criterion("region", region.fraction),
    Criterion("topic", topic.fraction, topic.is_comparable),
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
