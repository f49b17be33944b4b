"""Brute force: a plain double loop over bit masks, compiled, on two threads; lists sorted at the end."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.generated import Tables
from matching.engine.compiled.loops import bit_count, compiled
from matching.engine.inputs.case import near


@compiled
def _score(first, last, needs, offers, level, least, scores):
    """Write the score of every pair of these needs, in doubles; -1 where closed or too low."""
    country, agency, areas, closeby, forms = needs
    offer_country, offer_agency, offer_areas, offer_closeby, offer_forms, reach = offers
    for need in range(first, last):
        asked, wanted = bit_count(areas[need]), bit_count(forms[need])
        for offer in range(len(reach)):
            scores[need, offer] = -1
            way = level[reach[offer], country[need]]
            if way == 0 or country[need] == offer_country[offer]:
                continue
            if agency[need] == offer_agency[offer] and agency[need] >= 0:
                continue
            if areas[need] & offer_closeby[offer] == 0:
                continue
            shared = forms[need] & offer_forms[offer]
            part = 0
            if forms[need] != 0 and offer_forms[offer] != 0:
                if shared == 0:
                    continue
                more = bit_count(offer_forms[offer] & ~forms[need])
                part = int(250_000.0 * (10.0 * bit_count(shared)) / (10.0 * wanted + more) + 0.5)
            credit = bit_count(areas[need] & offer_areas[offer]) + bit_count(areas[need] & offer_closeby[offer])
            extra = bit_count(offer_areas[offer] & ~closeby[need])
            score = part + 3000 * way + int(450_000.0 * (5.0 * credit) / (10.0 * asked + extra) + 0.5)
            if score >= least:
                scores[need, offer] = score


def best_pairs(tables: Tables) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs in a list, as need × number of offers + offer, and their scores."""
    need_order, offer_order = tables.needs.best_order(), tables.offers.best_order()
    need_order, offer_order = (
        need_order[tables.needs.is_open[need_order]],
        offer_order[tables.offers.is_open[offer_order]],
    )
    needs, offers = tables.needs.take(need_order), tables.offers.take(offer_order)
    related, top = tables.profile.related, tables.profile.top_k
    scores = np.empty((len(needs), len(offers)), dtype=np.int32)
    half = len(needs) // 2
    asked = (needs.country, needs.agency, needs.areas, near(needs.areas, related), needs.modalities)
    offered = (
        offers.country,
        offers.agency,
        offers.areas,
        near(offers.areas, related),
        offers.modalities,
        tables.reach.row_of[offer_order],
    )
    level, least = tables.reach.rows, tables.profile.min_score
    with ThreadPoolExecutor(2) as pool:
        halves = (
            pool.submit(_score, first, last, asked, offered, level, least, scores)
            for first, last in ((0, half), (half, len(needs)))
        )
        for one in list(halves):
            one.result()
    found = []
    for axis, size in ((1, len(offers)), (0, len(needs))):
        side = scores if axis == 1 else scores.T
        keys = side.astype(np.int64) * size + (size - 1 - np.arange(size))
        best = -np.partition(-keys, min(top, size) - 1, axis=1)[:, : min(top, size)]
        row, place = np.nonzero(best >= 0)
        other = size - 1 - best[row, place] % size
        need, offer = (row, other) if axis == 1 else (other, row)
        found.append(need_order[need] * len(tables.offers) + offer_order[offer])
    pair = np.unique(np.concatenate(found))
    need_place, offer_place = np.argsort(need_order), np.argsort(offer_order)
    need = need_place[np.searchsorted(need_order[need_place], pair // len(tables.offers))]
    offer = offer_place[np.searchsorted(offer_order[offer_place], pair % len(tables.offers))]
    return pair, scores[need, offer].astype(np.int64)
