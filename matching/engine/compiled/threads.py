"""The compiled way through a run: chunks of needs, on threads, each with lists of the offers of its own.

A need belongs to one chunk, so threads fill the needs' lists side by side without meeting. An offer's list takes pairs
of all needs: a lock on it would be asked for at every pair. Instead each thread has a `Desk` with lists of all offers,
and these are merged at the end; the best pairs of all are among the best of each, so the result is that of one thread.

Chunks are smaller than the share of a thread, since needs differ in how many offers reach them: whoever is done takes
the next, with the desk that has become free. What stops one chunk cancels those that have not begun.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled import loops, topic_loops
from matching.engine.compiled.tables import Laid, tables_of
from matching.engine.compiled.topic_tables import said_by, topic_of
from matching.engine.inputs.indexing import Index, Masks
from matching.engine.inputs.texts import Texts
from matching.engine.search.blocks import Done
from matching.engine.search.lists import NO_PLACE, OfferLists
from matching.engine.search.plan import Best, SearchPlan

CHUNKS_PER_WORKER = 16
THREADS_OF_PRODUCTS = 2


class Desk:
    """What one thread works with: its own lists of the offers, and room to lay offers out."""

    def __init__(self, lists: OfferLists) -> None:
        self.lists = lists
        self.laid = Laid.room(len(lists.keys))


def best_of(plan: SearchPlan, start: int, stop: int, *, workers: int, done: Done) -> Best:
    """Return the best pairs of the needs at positions start to stop - 1; `done` hears how many are, now and then."""
    tables = tables_of(plan.case, plan.decided)
    order = tables.need_order
    tables = tables._replace(need_order=order[(order >= start) & (order < stop)])
    top_k, n_places = plan.case.profile.top_k, len(tables.need_order)
    need_keys = np.full((plan.n_needs, min(top_k, plan.n_offers)), NO_PLACE, dtype=np.int64)
    topic = topic_of(plan.case) if plan.case.profile.weights.topic else None
    desks = [Desk(OfferLists(n_offers=plan.n_offers, n_needs=plan.n_needs, top_k=top_k)) for _ in range(workers)]
    free: SimpleQueue[Desk] = SimpleQueue()
    for desk in desks:
        free.put(desk)

    def rank(first: int, last: int) -> int:
        desk = free.get()
        try:
            if topic is None:
                return loops.rank(tables, first, last, need_keys, desk.lists.keys, desk.laid)
            return topic_loops.rank_by_topic(tables, topic, first, last, need_keys, desk.lists.keys, desk.laid)
        finally:
            free.put(desk)

    size = max(1, -(-n_places // (workers * CHUNKS_PER_WORKER)))
    pool = ThreadPoolExecutor(workers)
    n_open = places_done = 0
    try:
        chunks = {pool.submit(rank, first, min(first + size, n_places)): size for first in range(0, n_places, size)}
        for chunk in as_completed(chunks):
            n_open += chunk.result()
            places_done = min(places_done + size, n_places)
            done(places_done * (stop - start) // n_places)
    finally:
        pool.shutdown(cancel_futures=True)
    for desk in desks[1:]:
        desks[0].lists.merge(desk.lists.keys)
    return Best(need_keys[start:stop], desks[0].lists.keys, n_open)


def disjoint_pairs(asked: Masks, offered: Masks) -> int:
    """Return how many pairs of these masks have no bit in common."""
    return int(loops.disjoint_pairs(asked, offered))


def topic_products(
    needs: Texts, offers: Texts, need: Index, offer: Index
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the products of the texts of these pairs, as `topic.Products`."""
    words, meaning = np.empty(len(need), dtype=np.int64), np.empty(len(need), dtype=np.int64)
    said = said_by(needs, offers)
    parts = [np.array_split(array, THREADS_OF_PRODUCTS) for array in (need, offer, words, meaning)]
    with ThreadPoolExecutor(THREADS_OF_PRODUCTS) as pool:
        list(pool.map(lambda *part: topic_loops.products(*said, *part), *parts))
    return words, meaning
