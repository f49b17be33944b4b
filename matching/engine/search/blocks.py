"""The NumPy way through a run: blocks of needs against all offers, without a Python loop over pairs."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.rules.criteria import CRITERIA, part
from matching.engine.rules.gates import GATES
from matching.engine.search import lists
from matching.engine.search.plan import Best, SearchPlan

OFF_LIST = -1
"""Stands for the score of a pair that takes no place in any list."""
BYTES_PER_PAIR = 96
"""Upper bound of what scoring and ranking a block hold at once, for each pair."""
NEEDS_PER_STRIPE = 1024
"""Needs that one thread works through before it reports; a stripe is cut into blocks."""

Done = Callable[[int], None]


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


def score_block(plan: SearchPlan, start: int, stop: int) -> Block:
    """Score the needs at positions start to stop - 1 against all offers."""
    case, n_offers = plan.case, plan.n_offers
    need, offer = np.arange(start, stop)[:, None], np.arange(n_offers)[None, :]
    score = sum((part(criterion, case, need, offer) for criterion in CRITERIA), np.zeros((), dtype=np.int32))
    is_open = ~reduce(np.logical_or, (gate(case, need, offer) for gate in GATES.values()))
    n_open = int(np.count_nonzero(is_open))
    score[~is_open | (score < case.profile.min_score)] = OFF_LIST
    first, last = np.searchsorted(plan.decided, [start * n_offers, stop * n_offers])
    score.reshape(-1)[plan.decided[first:last] - start * n_offers] = OFF_LIST
    return Block(score, n_open)


def _stripes(plan: SearchPlan, start: int, stop: int, *, block_bytes: int, workers: int) -> Generator[Best, None, None]:
    """Score the needs in stripes, on threads; yield the stripes in order."""
    block_rows = max(1, block_bytes // (BYTES_PER_PAIR * plan.n_offers))
    size = min(NEEDS_PER_STRIPE, -(-(stop - start) // workers))
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(
            lambda first: _stripe(plan, first, min(first + size, stop), block_rows), range(start, stop, size)
        )
    finally:
        pool.shutdown(cancel_futures=True)


def _stripe(plan: SearchPlan, start: int, stop: int, block_rows: int) -> Best:
    n_offers, top_k = plan.n_offers, plan.case.profile.top_k
    offer_lists = lists.OfferLists(n_offers=n_offers, n_needs=plan.n_needs, top_k=top_k)
    position = np.arange(n_offers)
    need_keys, n_open = [], 0
    for first in range(start, stop, block_rows):
        block = score_block(plan, first, min(first + block_rows, stop))
        keys = lists.keys_of(block.score, position, size=n_offers)
        need_keys.append(lists.best(keys, min(top_k, n_offers)))
        offer_lists.add(block.score, first)
        n_open += block.n_open
    return Best(np.concatenate(need_keys), offer_lists.keys, n_open)
