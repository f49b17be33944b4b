"""Scores of a block of needs against all offers, without a Python loop over pairs."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.arrays import Excluded, Index
from matching.engine.case import Case
from matching.engine.criteria import CRITERIA, part
from matching.engine.gates import GATES

OFF_LIST = -1
"""Stands for the score of a pair that takes no place in any list."""
BYTES_PER_PAIR = 64
"""Upper bound of what scoring and ranking a block hold at once, where no two postings are alike."""


class Classes(NamedTuple):
    """Postings that are alike to one criterion. Many share their areas, so a class is worked out once."""

    first: Index
    """One posting of each class."""
    of: Index
    """The class of each posting."""


def classes(keys: NDArray[Any]) -> Classes:
    """Group the postings by equal keys."""
    _, first, of = np.unique(keys, return_index=True, return_inverse=True)
    return Classes(first, of)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all blocks of a run share."""

    case: Case
    need_keys: tuple[NDArray[Any], ...]
    """Per criterion."""
    offer_classes: tuple[Classes, ...]
    """Per criterion."""
    decided: NDArray[np.int64]
    """Pairs that people decided, as need × number of offers + offer; ascending, distinct."""

    @classmethod
    def of(cls, case: Case, excluded: Excluded) -> Self:
        """Prepare a run on a case whose postings stand in the order that decides between equal scores."""
        return cls(
            case=case,
            need_keys=tuple(criterion.need_key(case) for criterion in CRITERIA),
            offer_classes=tuple(classes(criterion.offer_key(case)) for criterion in CRITERIA),
            decided=np.unique(excluded.need_index * len(case.offers) + excluded.offer_index),
        )


class Block(NamedTuple):
    """What a block of needs yields."""

    score: NDArray[np.int32]
    """int32[needs, offers] in millionths; `OFF_LIST` where closed, below the least score, or decided."""
    counts: NDArray[np.int64]
    """Pairs open, pairs open and at or above the least score, then pairs closed by each of `GATES`."""


def score_block(plan: Plan, start: int, stop: int) -> Block:
    """Score the needs of rows start to stop - 1 against all offers."""
    case, n_offers = plan.case, len(plan.case.offers)
    score = np.zeros((stop - start, n_offers), dtype=np.int32)
    closed_by = {}
    for criterion, need_keys, offers in zip(CRITERIA, plan.need_keys, plan.offer_classes, strict=True):
        needs = classes(need_keys[start:stop])
        need, offer = start + needs.first[:, None], offers.first[None, :]
        score += _spread(part(criterion, case, need, offer), needs, offers)
        if criterion.gate:
            closed_by[criterion.gate] = _spread(GATES[criterion.gate](case, need, offer), needs, offers)

    need, offer = np.arange(start, stop)[:, None], np.arange(n_offers)[None, :]
    for name, gate in GATES.items():
        if name not in closed_by:
            closed_by[name] = gate(case, need, offer)

    is_open = np.ones(score.shape, dtype=np.bool_)
    for closes in closed_by.values():
        is_open &= ~closes
    is_listed = is_open & (score >= case.profile.min_score)
    counts = [is_open, is_listed, *(closed_by[name] for name in GATES)]
    score[~is_listed] = OFF_LIST
    first, last = np.searchsorted(plan.decided, [start * n_offers, stop * n_offers])
    score.reshape(-1)[plan.decided[first:last] - start * n_offers] = OFF_LIST
    return Block(score, np.array([np.count_nonzero(pairs) for pairs in counts], dtype=np.int64))


def _spread(table: NDArray[Any], needs: Classes, offers: Classes) -> NDArray[Any]:
    """Copy a table of need classes × offer classes out to needs × offers."""
    return table[needs.of].take(offers.of, axis=1)
