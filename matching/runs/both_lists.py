"""The two kinds of lists that a run keeps: those of the desk, and those that everybody else sees.

In the lists of the desk no pair stands that people have decided, and none of an offer whose places are all agreed: what
comes next takes their place. Whoever was not told of a decision must not learn of it from a pair that moves up. So the
others see lists that are made without regard to decisions and to agreed places.

These cost no second run. What the desk's lists lack are the decided pairs, which are named, and the pairs of offers
that are used up, which are few. The best `top_k` of all pairs of a posting are among the best `top_k` of the desk's
pairs, of the decided ones, and of those with used-up offers; so it is enough to score these two and to rank anew.

For example, need N has the pairs A 0.9, B 0.8, C 0.7, and lists of two. A is set aside: the desk sees B and C, all
others A and B, as before. C, which stands because A was decided, is the desk's alone.
"""

import numpy as np
from numpy.typing import NDArray

from matching import engine
from matching.runs.reconciling import ROW, BothLists, Rows, put_scores, scored_rows
from matching.scoring.inputs import Inputs

NOTHING = engine.Excluded(need_index=np.zeros(0, dtype=np.int64), offer_index=np.zeros(0, dtype=np.int64))


def with_shown(inputs: Inputs, desk: Rows) -> BothLists:
    """Return what a run has found for the desk, with what it would have found had nobody decided anything."""
    aside = (_decided(inputs), _of_used_up_offers(inputs))
    if not any(map(len, aside)):
        return BothLists(desk=desk, shown=desk.copy())
    rows = np.concatenate((desk, *aside))
    for side, place in (
        ("need", _places(inputs.offers, rows["offer"])),
        ("offer", _places(inputs.needs, rows["need"])),
    ):
        order = np.lexsort((place, -rows["score"], rows[side]))
        rank = _rank_in_groups(rows[side][order])
        rows[f"rank_for_{side}"][order] = np.where(rank <= inputs.profile.top_k, rank, 0)
    rows = rows[(rows["rank_for_need"] > 0) | (rows["rank_for_offer"] > 0)]
    return BothLists(desk=desk, shown=rows[np.lexsort((rows["offer"], rows["need"]))])


def _decided(inputs: Inputs) -> Rows:
    """Return the decided pairs with offers that have places left, where no gate closes them, from the least score."""
    is_meant = ~inputs.is_used_up[inputs.decided.offer_index]
    if not is_meant.any():
        return np.zeros(0, dtype=ROW)
    need, offer = inputs.decided.need_index[is_meant], inputs.decided.offer_index[is_meant]
    tables = (inputs.needs, inputs.offers, inputs.reach, inputs.preference, inputs.profile)
    scores = engine.score_pairs(*tables, need_index=need, offer_index=offer)
    closed = engine.closed(*tables, need_index=need, offer_index=offer)
    rows = np.zeros(len(need), dtype=ROW)
    rows["need"], rows["offer"] = inputs.needs.ids[need], inputs.offers.ids[offer]
    put_scores(rows, scores)
    return rows[~closed & (rows["score"] >= inputs.profile.min_score)]


def _of_used_up_offers(inputs: Inputs) -> Rows:
    """Return the best pairs of the needs with offers whose places are all agreed, decided or not."""
    used_up = np.flatnonzero(inputs.is_used_up)
    if not len(used_up) or not len(inputs.needs):
        return np.zeros(0, dtype=ROW)
    offers, reach = inputs.offers.take(used_up), inputs.reach.take(used_up)
    found = engine.suggest(inputs.needs, offers, reach, inputs.preference, inputs.profile, NOTHING)
    return scored_rows(inputs.needs, offers, found)


def _places(postings: engine.Postings, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of these stands in the order that decides between equal scores."""
    place = np.empty(len(postings), dtype=np.int64)
    place[postings.best_order()] = np.arange(len(postings))
    return place[postings.rows_of(ids)]


def _rank_in_groups(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place from 1 of each entry in its run of equal ones."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.arange(len(groups)) - np.repeat(first, np.diff(first, append=len(groups))) + 1
