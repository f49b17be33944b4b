"""One run of the matching: every need against every offer, the best of both sides kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matching.engine import compiled
from matching.engine.inputs import checks
from matching.engine.inputs.arrays import Excluded, Postings, Preference, Reach
from matching.engine.inputs.indexing import Index
from matching.engine.inputs.profile import MILLION, Profile
from matching.engine.rules.criteria import CRITERIA, parts_of_pairs
from matching.engine.rules.overlap import word
from matching.engine.search import blocks, counts, lists
from matching.engine.search.plan import Best, SearchPlan

Progress = Callable[[int, int], None]
Way = Literal["numpy", "compiled"]
"""How the pairs are worked through; the results are the same."""


@dataclass(frozen=True, slots=True)
class PairCounts:
    """How many pairs there were. A pair that several gates close counts under each of them."""

    pairs: int
    open: int
    """No gate closes them; decided ones included."""
    decided: int
    """Distinct pairs that were excluded because people decided them."""
    closed: dict[str, int]
    """By name of the gate, all of `gates.GATES`."""


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
    word: NDArray[np.int8]
    """int8[k]: how far what both state overlaps, as `rules.overlap`."""
    rank_for_need: NDArray[np.int32]
    """Place in the need's list, from 1; 0: not in it."""
    rank_for_offer: NDArray[np.int32]
    criteria: tuple[str, ...]
    counts: PairCounts

    def __len__(self) -> int:
        return len(self.score)


def suggest(
    needs: Postings,
    offers: Postings,
    reach: Reach,
    preference: Preference,
    profile: Profile,
    excluded: Excluded,
    *,
    way: Way | None = None,
    block_bytes: int = 8 * 2**20,
    workers: int = 2,
    progress: Progress | None = None,
) -> Suggestions:
    """Return the union of each need's and each offer's best `top_k` pairs at or above `min_score`.

    The order of a list is: score, then later recency of the other posting, then its lower id. The order in
    which the postings are given, `way`, `block_bytes` and `workers` change nothing.

    way: None takes the compiled one where it is installed and pays.
    block_bytes: memory that each worker may use for its block, about (never less than one need's worth); NumPy only.
    workers: threads.
    progress: called in the caller's thread with the number of needs done and of all needs; what it raises
    ends the run.

    Raises ValueError where the tables do not fit each other.
    """
    plan = SearchPlan.of(needs, offers, reach, preference, profile, excluded)
    best = best_of(plan, 0, plan.n_needs, way=way, block_bytes=block_bytes, workers=workers, progress=progress)
    return collect(plan, [best], way=way)


def best_of(
    plan: SearchPlan,
    start: int,
    stop: int,
    *,
    way: Way | None = None,
    block_bytes: int = 8 * 2**20,
    workers: int = 2,
    progress: Progress | None = None,
) -> Best:
    """Return the best pairs of the needs at positions start to stop - 1: a part of a run, for `collect`."""
    checks.whole_number("block_bytes", block_bytes, low=1)
    checks.whole_number("workers", workers, low=1)

    def done(needs: int) -> None:
        if progress:
            progress(needs, stop - start)

    if start == stop or not plan.n_offers:
        width = plan.case.profile.top_k
        empty = np.full((stop - start, min(width, plan.n_offers)), lists.NO_PLACE, dtype=np.int64)
        return Best(empty, np.full((plan.n_offers, min(width, plan.n_needs)), lists.NO_PLACE, dtype=np.int64), 0)
    if _is_compiled(plan, way):
        from matching.engine.compiled import threads

        return threads.best_of(plan, start, stop, workers=workers, done=done)
    return blocks.best_of(plan, start, stop, workers=workers, block_bytes=block_bytes, done=done)


def collect(plan: SearchPlan, parts: Iterable[Best], *, way: Way | None = None) -> Suggestions:
    """Put the parts of a run together, one after the other.

    They must cover all needs, each once, in ascending order of position; ValueError where they do not cover them.
    """
    case = plan.case
    offer_lists = lists.OfferLists(n_offers=plan.n_offers, n_needs=plan.n_needs, top_k=case.profile.top_k)
    need_keys, n_open = [], 0
    for best in parts:
        offer_lists.merge(best.offer_keys)
        need_keys.append(best.need_keys)
        n_open += best.n_open
    if sum(map(len, need_keys)) != plan.n_needs:
        raise ValueError(f"the parts cover {sum(map(len, need_keys))} needs of {plan.n_needs}")
    need, offer, rank_for_need, rank_for_offer = _union(np.concatenate(need_keys), offer_lists.keys)
    disjoint, products = counts.disjoint_pairs, None
    if _is_compiled(plan, way):
        from matching.engine.compiled import threads

        disjoint, products = threads.disjoint_pairs, threads.topic_products
    contributions = parts_of_pairs(case, need, offer, topic_products=products)
    score = contributions.sum(axis=1, dtype=np.int32)
    order = _best_first(plan, need, offer, score)
    return Suggestions(
        need_index=plan.need_order[need[order]].astype(np.int64),
        offer_index=plan.offer_order[offer[order]].astype(np.int64),
        parts=contributions[order],
        score=score[order],
        word=word(case, need[order], offer[order]),
        rank_for_need=rank_for_need[order],
        rank_for_offer=rank_for_offer[order],
        criteria=tuple(criterion.name for criterion in CRITERIA),
        counts=PairCounts(
            pairs=plan.n_needs * plan.n_offers,
            open=n_open,
            decided=len(plan.decided),
            closed=counts.closed_by_gate(case, disjoint=disjoint),
        ),
    )


def _is_compiled(plan: SearchPlan, way: Way | None) -> bool:
    if way is None:
        with_topic = bool(plan.case.profile.weights.topic)
        return compiled.pays(n_needs=plan.n_needs, n_offers=plan.n_offers, with_topic=with_topic)
    if way == "compiled" and compiled.lacking():
        raise ValueError(f"the compiled loops lack: {', '.join(compiled.lacking())}")
    return way == "compiled"


def _union(need_keys: lists.Keys, offer_keys: lists.Keys) -> tuple[Index, Index, NDArray[np.int32], NDArray[np.int32]]:
    """Return position of need, of offer, rank for the need and for the offer, of all pairs in either list."""
    n_needs, n_offers = len(need_keys), len(offer_keys)
    need, offer, need_rank = _places(need_keys, size=n_offers)
    by_need = need * n_offers + offer
    offer, need, offer_rank = _places(offer_keys, size=n_needs)
    by_offer = need * n_offers + offer

    pairs = np.sort(np.concatenate((by_need, by_offer)))
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    rank_for_need = np.zeros(len(pairs), dtype=np.int32)
    rank_for_offer = np.zeros(len(pairs), dtype=np.int32)
    rank_for_need[np.searchsorted(pairs, by_need)] = need_rank
    rank_for_offer[np.searchsorted(pairs, by_offer)] = offer_rank
    need, offer = np.divmod(pairs, max(n_offers, 1))
    return need, offer, rank_for_need, rank_for_offer


def _places(keys: lists.Keys, *, size: int) -> tuple[Index, Index, NDArray[np.int32]]:
    """Return row, position of the other side, and rank from 1, of each taken place of the lists."""
    ascending = np.sort(keys, axis=1)
    row, place = np.nonzero(ascending >= 0)
    position = lists.position_of(ascending[row, place], size=max(size, 1))
    return row, position, (keys.shape[1] - place).astype(np.int32)


def _best_first(plan: SearchPlan, need: Index, offer: Index, score: NDArray[np.int32]) -> Index:
    """Return the order by need id, then score, then position of the offer, as one key: much faster than by three."""
    need_ids = plan.case.needs.ids
    place = np.empty(len(need_ids), dtype=np.int64)
    place[np.argsort(need_ids)] = np.arange(len(need_ids))
    return np.argsort((place[need] * (MILLION + 1) + (MILLION - score)) * plan.n_offers + offer)
