"""One run of the matching: every need against every offer, the best of both sides kept."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine import checks, lists
from matching.engine.arrays import Excluded, Index, Postings, Preference, Reach
from matching.engine.blocks import BYTES_PER_PAIR, Plan, score_block
from matching.engine.case import Case
from matching.engine.criteria import CRITERIA, part
from matching.engine.gates import GATES
from matching.engine.profile import Profile

NEEDS_PER_STRIPE = 1024
"""Needs that one thread works through before it reports; a stripe is cut into blocks."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pairs there were. A pair that several gates close counts under each of them."""

    pairs: int
    open: int
    """No gate closes them."""
    at_or_above_min: int
    """Open, and with at least the profile's `min_score`; decided pairs included."""
    decided: int
    """Distinct pairs that were excluded because people decided them."""
    closed: dict[str, int]
    """By name of the gate, all of `GATES`."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The pairs that stand in a list; one entry a pair, by need id, then best first for the need."""

    need_index: NDArray[np.int64]
    """Row in the needs as they were given."""
    offer_index: NDArray[np.int64]
    parts: NDArray[np.int32]
    """int32[k, criteria], contributions in millionths, columns as `criteria`."""
    score: NDArray[np.int32]
    """Their sum."""
    rank_for_need: NDArray[np.int32]
    """Place in the need's list, from 1; 0: not in it."""
    rank_for_offer: NDArray[np.int32]
    criteria: tuple[str, ...]
    counts: Counts

    def __len__(self) -> int:
        return len(self.score)


class _Stripe(NamedTuple):
    """What a run of consecutive needs yields."""

    need_keys: lists.Keys
    offer_lists: lists.OfferLists
    counts: NDArray[np.int64]
    stop: int


def suggest(
    needs: Postings,
    offers: Postings,
    reach: Reach,
    preference: Preference,
    profile: Profile,
    excluded: Excluded,
    *,
    block_bytes: int = 8 * 2**20,
    workers: int = 2,
    progress: Progress | None = None,
) -> Suggestions:
    """Return the union of each need's and each offer's best `top_k` pairs at or above `min_score`.

    The order of a list is: score, then later recency of the other posting, then its lower id. The order in
    which the postings are given, `block_bytes` and `workers` change nothing.

    block_bytes: memory that each worker may use for its block, about (never less than one need's worth).
    workers: threads.
    progress: called in the caller's thread with the number of needs done and of all needs; what it raises
    ends the run.

    Raises ValueError where the tables do not fit each other.
    """
    checks.whole_number("block_bytes", block_bytes, low=1)
    checks.whole_number("workers", workers, low=1)
    need_order, offer_order = needs.best_order(), offers.best_order()
    # Checked before anything is put in order, so that an error names what the caller gave.
    case = Case.of(needs, offers, reach, preference, profile)
    excluded.check(n_needs=len(needs), n_offers=len(offers))
    plan = Plan.of(
        Case.of(
            needs.take(need_order),
            offers.take(offer_order),
            reach.take(offer_order),
            preference.take(need_order),
            profile,
        ),
        _at_positions(excluded, need_order, offer_order),
    )

    n_needs, n_offers = len(needs), len(offers)
    counts = np.zeros(2 + len(GATES), dtype=np.int64)
    offer_lists = lists.OfferLists(n_offers=n_offers, n_needs=n_needs, top_k=profile.top_k)
    need_keys = [np.empty((0, min(profile.top_k, n_offers)), dtype=np.int64)]
    if n_needs and n_offers:
        block_rows = max(1, block_bytes // (BYTES_PER_PAIR * n_offers))
        with closing(_stripes(plan, block_rows=block_rows, workers=workers)) as stripes:
            for stripe in stripes:
                need_keys.append(stripe.need_keys)
                offer_lists.merge(stripe.offer_lists)
                counts += stripe.counts
                if progress:
                    progress(stripe.stop, n_needs)
    need, offer, rank_for_need, rank_for_offer = _union(np.concatenate(need_keys), offer_lists.keys)
    need, offer = need_order[need], offer_order[offer]
    parts = np.stack([part(criterion, case, need, offer) for criterion in CRITERIA], axis=1)
    score = parts.sum(axis=1, dtype=np.int32)
    order = np.lexsort((offers.ids[offer], -offers.recency[offer], -score, needs.ids[need]))
    return Suggestions(
        need_index=need[order].astype(np.int64),
        offer_index=offer[order].astype(np.int64),
        parts=parts[order],
        score=score[order],
        rank_for_need=rank_for_need[order],
        rank_for_offer=rank_for_offer[order],
        criteria=tuple(criterion.name for criterion in CRITERIA),
        counts=Counts(
            pairs=n_needs * n_offers,
            open=int(counts[0]),
            at_or_above_min=int(counts[1]),
            decided=len(plan.decided),
            closed={name: int(count) for name, count in zip(GATES, counts[2:], strict=True)},
        ),
    )


def _at_positions(excluded: Excluded, need_order: Index, offer_order: Index) -> Excluded:
    """Return the excluded pairs by position in the orders instead of by row."""
    return Excluded(
        np.argsort(need_order)[excluded.need_index].astype(np.int64),
        np.argsort(offer_order)[excluded.offer_index].astype(np.int64),
    )


def _stripes(plan: Plan, *, block_rows: int, workers: int) -> Generator[_Stripe, None, None]:
    """Score all needs in stripes, on threads; yield the stripes in order."""
    n_needs = len(plan.case.needs)
    size = min(NEEDS_PER_STRIPE, -(-n_needs // workers))
    starts = range(0, n_needs, size)
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(lambda start: _score_stripe(plan, start, min(start + size, n_needs), block_rows), starts)
    finally:
        pool.shutdown(cancel_futures=True)


def _score_stripe(plan: Plan, start: int, stop: int, block_rows: int) -> _Stripe:
    n_needs, n_offers, top_k = len(plan.case.needs), len(plan.case.offers), plan.case.profile.top_k
    offer_lists = lists.OfferLists(n_offers=n_offers, n_needs=n_needs, top_k=top_k)
    position = np.arange(n_offers)
    need_keys, counts = [], np.zeros(2 + len(GATES), dtype=np.int64)
    for first in range(start, stop, block_rows):
        block = score_block(plan, first, min(first + block_rows, stop))
        keys = lists.keys_of(block.score, position, size=n_offers)
        need_keys.append(lists.best(keys, min(top_k, n_offers)))
        offer_lists.add(block.score, first)
        counts += block.counts
    return _Stripe(np.concatenate(need_keys), offer_lists, counts, stop)


def _union(need_keys: lists.Keys, offer_keys: lists.Keys) -> tuple[Index, Index, NDArray[np.int32], NDArray[np.int32]]:
    """Return position of need, of offer, rank for the need and for the offer, of all pairs in either list."""
    n_needs, n_offers = len(need_keys), len(offer_keys)
    need, offer, need_rank = _places(need_keys, size=n_offers)
    by_need = need * n_offers + offer
    offer, need, offer_rank = _places(offer_keys, size=n_needs)
    by_offer = need * n_offers + offer

    pairs = np.union1d(by_need, by_offer)
    rank_for_need = np.zeros(len(pairs), dtype=np.int32)
    rank_for_offer = np.zeros(len(pairs), dtype=np.int32)
    rank_for_need[np.searchsorted(pairs, by_need)] = need_rank
    rank_for_offer[np.searchsorted(pairs, by_offer)] = offer_rank
    need, offer = np.divmod(pairs, max(n_offers, 1))
    return need, offer, rank_for_need, rank_for_offer


def _places(keys: lists.Keys, *, size: int) -> tuple[Index, Index, NDArray[np.int32]]:
    """Return row, position of the other side, and rank from 1, of each taken place of the lists."""
    descending = -np.sort(-keys, axis=1)
    row, place = np.nonzero(descending >= 0)
    position = lists.position_of(descending[row, place], size=max(size, 1))
    return row, position, (place + 1).astype(np.int32)
