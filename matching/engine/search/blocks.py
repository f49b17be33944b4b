"""The NumPy way through a run: blocks of needs against all offers, without a Python loop over pairs."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.indexing import Index
from matching.engine.rules.criteria import CRITERIA, part
from matching.engine.rules.gates import GATES
from matching.engine.search import lists
from matching.engine.search.plan import Best, SearchPlan

OFF_LIST = -1
"""Stands for the score of a pair that takes no place in any list."""
BYTES_PER_PAIR = 96
"""Upper bound of what scoring and ranking a block hold at once, where no two postings are alike."""
NEEDS_PER_STRIPE = 1024
"""Needs that one thread works through before it reports; a stripe is cut into blocks."""

Done = Callable[[int], None]


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
class Alike:
    """What all blocks of a run share, by criterion: the postings' keys, the offers already in classes."""

    need_keys: tuple[NDArray[Any], ...]
    offer_classes: tuple[Classes, ...]

    @classmethod
    def of(cls, plan: SearchPlan) -> Self:
        """Group the offers of a plan."""
        return cls(
            need_keys=tuple(criterion.need_key(plan.case) for criterion in CRITERIA),
            offer_classes=tuple(classes(criterion.offer_key(plan.case)) for criterion in CRITERIA),
        )


class Block(NamedTuple):
    """What a block of needs yields."""

    score: NDArray[np.int32]
    """int32[needs, offers] in millionths; `OFF_LIST` where closed, below the least score, or decided."""
    n_open: int


def best_of(plan: SearchPlan, start: int, stop: int, *, workers: int, block_bytes: int, done: Done) -> Best:
    """Return the best pairs of the needs at positions start to stop - 1; `done` hears how many are, now and then."""
    offer_lists = lists.OfferLists(n_offers=plan.n_offers, n_needs=plan.n_needs, top_k=plan.case.profile.top_k)
    need_keys, n_open = [], 0
    with closing(_stripes(plan, start, stop, block_bytes=block_bytes, workers=workers)) as stripes:
        for stripe in stripes:
            need_keys.append(stripe.need_keys)
            offer_lists.merge(stripe.offer_keys)
            n_open += stripe.n_open
            done(sum(len(keys) for keys in need_keys))
    return Best(np.concatenate(need_keys), offer_lists.keys, n_open)


def score_block(plan: SearchPlan, alike: Alike, start: int, stop: int) -> Block:
    """Score the needs at positions start to stop - 1 against all offers."""
    case, n_offers = plan.case, plan.n_offers
    score = np.zeros((stop - start, n_offers), dtype=np.int32)
    is_open = np.ones(score.shape, dtype=np.bool_)
    weights = case.profile.weights.by_criterion()
    for criterion, need_keys, offers in zip(CRITERIA, alike.need_keys, alike.offer_classes, strict=True):
        if not weights[criterion.name] and not criterion.gate:
            continue
        needs = classes(need_keys[start:stop])
        need, offer = start + needs.first[:, None], offers.first[None, :]
        score += _spread(part(criterion, case, need, offer), needs, offers)
        if criterion.gate:
            is_open &= ~_spread(GATES[criterion.gate](case, need, offer), needs, offers)

    need, offer = np.arange(start, stop)[:, None], np.arange(n_offers)[None, :]
    for name in GATES.keys() - {criterion.gate for criterion in CRITERIA}:
        is_open &= ~GATES[name](case, need, offer)

    n_open = int(np.count_nonzero(is_open))
    score[~(is_open & (score >= case.profile.min_score))] = OFF_LIST
    first, last = np.searchsorted(plan.decided, [start * n_offers, stop * n_offers])
    score.reshape(-1)[plan.decided[first:last] - start * n_offers] = OFF_LIST
    return Block(score, n_open)


def _spread(table: NDArray[Any], needs: Classes, offers: Classes) -> NDArray[Any]:
    """Copy a table of need classes × offer classes out to needs × offers."""
    return table[needs.of].take(offers.of, axis=1)


def _stripes(plan: SearchPlan, start: int, stop: int, *, block_bytes: int, workers: int) -> Generator[Best, None, None]:
    """Score the needs in stripes, on threads; yield the stripes in order."""
    alike = Alike.of(plan)
    block_rows = max(1, block_bytes // (BYTES_PER_PAIR * plan.n_offers))
    size = min(NEEDS_PER_STRIPE, -(-(stop - start) // workers))
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(
            lambda first: _stripe(plan, alike, first, min(first + size, stop), block_rows), range(start, stop, size)
        )
    finally:
        pool.shutdown(cancel_futures=True)


def _stripe(plan: SearchPlan, alike: Alike, start: int, stop: int, block_rows: int) -> Best:
    n_offers, top_k = plan.n_offers, plan.case.profile.top_k
    offer_lists = lists.OfferLists(n_offers=n_offers, n_needs=plan.n_needs, top_k=top_k)
    position = np.arange(n_offers)
    need_keys, n_open = [], 0
    for first in range(start, stop, block_rows):
        block = score_block(plan, alike, first, min(first + block_rows, stop))
        keys = lists.keys_of(block.score, position, size=n_offers)
        need_keys.append(lists.best(keys, min(top_k, n_offers)))
        offer_lists.add(block.score, first)
        n_open += block.n_open
    return Best(np.concatenate(need_keys), offer_lists.keys, n_open)
