"""The loops themselves. Every function here is compiled by numba and lets other threads run beside it.

Needs come by country. For a country, the offers that reach it are laid side by side, once for all of its needs, a tile
at a time that fits the core's own cache; each need then runs along the tile and adds up what `tables` holds.

A list is a heap of keys (`lists.keys_of`) with the least key first, filled with -1 at the start: a key holds the score
and, below it, the place in the best order, so that one comparison decides ties too. The least score that enters a list
is kept beside it, so that most pairs are passed over after one comparison. The result does not depend on the order in
which pairs come, which lets threads take them as they please.
"""

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from matching.engine.compiled.tables import CLOSED


def compiled(function: Any) -> Any:
    """Compile a function, and keep the machine code for the next process where there is a directory to keep it in."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        # numba found no directory that it may write to: then each process compiles for itself.
        return njit(nogil=True)(function)


TILE = 4096
"""Offers that are held ready in the core's own cache while the needs of a group pass by."""


@intrinsic
def _bit_count(_typing: Any, mask: Any) -> Any:
    """Return the number of bits of a mask."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(mask), generate


bit_count: Any = _bit_count


@compiled
def disjoint_pairs(asked, offered):
    """Return how many pairs of these masks have no bit in common."""
    pairs = 0
    for need in range(len(asked)):
        mask = asked[need]
        for offer in range(len(offered)):
            pairs += (mask & offered[offer]) == 0
    return pairs


@compiled
def replace_least(keys, row, key):
    """Put a key in the place of the least of a heap, which is a row of keys.

    Here and below, rows are named by number instead of cut out: a cut-out counts its users, and threads would queue
    for that counter.
    """
    place, size = 0, keys.shape[1]
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and keys[row, child + 1] < keys[row, child]:
            child += 1
        if keys[row, child] >= key:
            break
        keys[row, place] = keys[row, child]
        place = child
    keys[row, place] = key


@compiled
def is_decided(decided, pair):
    """Return whether people have decided the pair."""
    place = np.searchsorted(decided, pair)
    return place < len(decided) and decided[place] == pair


@compiled
def group_end(tables, first, last):
    """Return the end of the needs from place `first` on that come from one country."""
    order, end = tables.need_order, first
    country = tables.need_country[order[first]]
    while end < last and tables.need_country[order[end]] == country:
        end += 1
    return end


@compiled
def lay_out(tables, country, offer_keys, n_needs, laid):
    """Lay out, ascending, the open offers that reach a country from elsewhere; return their number."""
    count, n_levels = 0, tables.region.shape[1]
    for offer in range(len(tables.offer_reach)):
        level = tables.reach_level[tables.offer_reach[offer], country]
        origin = tables.offer_country[offer]
        if level > 0 and tables.offer_is_open[offer] and origin != country:
            laid.offer[count] = offer
            laid.way[count] = (origin + 1) * n_levels + level
            laid.areas[count], laid.near[count] = tables.offer_areas[offer], tables.offer_near[offer]
            laid.modality[count], laid.agency[count] = tables.offer_modality[offer], tables.offer_agency[offer]
            laid.least[count] = max(offer_keys[offer, 0] // n_needs, tables.min_score)
            count += 1
    return count


@compiled
def region_by_way(tables, preference, region, row):
    """Write, in a row, what the region contributes to a need with this wish for partners, by `Laid.way`."""
    n_levels = tables.region.shape[1]
    for origin in range(tables.wish.shape[1]):
        wish = tables.wish[preference + 1, origin]
        for level in range(n_levels):
            region[row, origin * n_levels + level] = tables.region[wish, level]


@compiled
def score(tables, need, laid, first, last, region, row, scores):
    """Write the scores, without topic, of the offers laid out from first to last - 1; return how many are open."""
    asked, related = tables.need_areas[need], ~tables.need_near[need]
    by_area = tables.areas[bit_count(asked)]
    by_modality = tables.modalities[tables.need_modality[need]]
    own = tables.need_agency[need] if tables.need_agency[need] >= 0 else -2
    for place in range(first, last):
        extra = bit_count(laid.areas[place] & related)
        credit = bit_count(asked & laid.areas[place]) + bit_count(asked & laid.near[place])
        total = region[row, laid.way[place]] + by_modality[laid.modality[place]] + by_area[extra, credit]
        scores[place - first] = total if laid.agency[place] != own else CLOSED
    n_open = 0
    for place in range(last - first):
        n_open += scores[place] >= 0
    return n_open


@compiled
def take_in(tables, need, laid, first, last, scores, need_keys, offer_keys):
    """Put the pairs that stand among the best of their need, or of their offer, in those lists."""
    n_needs, n_offers = len(need_keys), len(offer_keys)
    least = np.int32(max(need_keys[need, 0] // n_offers, tables.min_score))
    for place in range(first, last):
        if scores[place - first] < least and scores[place - first] < laid.least[place]:
            continue
        total, offer = np.int64(scores[place - first]), laid.offer[place]
        if is_decided(tables.decided, need * n_offers + offer):
            continue
        key = total * n_offers + (n_offers - 1 - offer)
        if key > need_keys[need, 0]:
            replace_least(need_keys, need, key)
            least = np.int32(max(need_keys[need, 0] // n_offers, tables.min_score))
        key = total * n_needs + (n_needs - 1 - need)
        if key > offer_keys[offer, 0]:
            replace_least(offer_keys, offer, key)
            laid.least[place] = max(offer_keys[offer, 0] // n_needs, tables.min_score)


@compiled
def rank(tables, first, last, need_keys, offer_keys, laid):
    """Take in all pairs of the needs at places first to last - 1 of `need_order`; return how many are open.

    Needs of one country see the same offers: those are laid out once, and pass tile by tile.
    """
    scores, region = np.empty(TILE, np.int32), np.empty((1, tables.wish.shape[1] * tables.region.shape[1]), np.int32)
    n_open, start = 0, first
    while start < last:
        end = group_end(tables, start, last)
        n_laid = lay_out(tables, tables.need_country[tables.need_order[start]], offer_keys, len(need_keys), laid)
        for tile in range(0, n_laid, TILE):
            stop = min(tile + TILE, n_laid)
            for row in range(start, end):
                need = tables.need_order[row]
                region_by_way(tables, tables.need_preference[need], region, 0)
                n_open += score(tables, need, laid, tile, stop, region, 0, scores)
                take_in(tables, need, laid, tile, stop, scores, need_keys, offer_keys)
        start = end
    return n_open
