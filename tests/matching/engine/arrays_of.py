"""From the reference's objects to the engine's arrays."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from matching.engine import Excluded, Postings, Preference, Profile, Reach, Texts, Weights
from tests.matching.engine.reference import ALIKE, Need, Offer, Posting, Rules

COUNTRIES = ("KHM", "LAO", "THA", "TUR")
N_AREAS = 7


class Tables(NamedTuple):
    needs: Postings
    offers: Postings
    reach: Reach
    preference: Preference
    profile: Profile


def mask(bits: Iterable[int]) -> int:
    return sum(1 << bit for bit in bits)


def postings(side: Sequence[Posting]) -> Postings:
    return Postings(
        ids=np.array([p.id for p in side], dtype=np.int64),
        country=np.array([-1 if p.country is None else COUNTRIES.index(p.country) for p in side], dtype=np.int32),
        agency=np.array([-1 if p.agency is None else p.agency for p in side], dtype=np.int64),
        areas=np.array([mask(p.areas) for p in side], dtype=np.uint64),
        modalities=np.array([mask(p.modalities) for p in side], dtype=np.uint64),
        recency=np.array([p.recency for p in side], dtype=np.int32),
        is_open=np.array([p.is_open for p in side], dtype=np.bool_),
        texts=texts(side),
    )


def texts(side: Sequence[Posting]) -> Texts:
    entries = [sorted(p.words.items()) for p in side]
    return Texts(
        start=np.cumsum([0, *(len(terms) for terms in entries)], dtype=np.int64),
        term=np.array([term for terms in entries for term, _ in terms], dtype=np.int32),
        weight=np.array([weight for terms in entries for _, weight in terms], dtype=np.int32),
        meaning=np.array([p.meaning for p in side], dtype=np.int8).reshape(len(side), 3).repeat(ALIKE, axis=1),
        language=np.array([-1 if p.language is None else p.language for p in side], dtype=np.int32),
    )


def shared_rows(levels: Sequence[dict[str, int] | None]) -> tuple[np.ndarray, np.ndarray]:
    """One row per distinct set of levels, and the row of each; -1 for None."""
    distinct: list[tuple[int, ...]] = []
    row_of = []
    for level in levels:
        if level is None:
            row_of.append(-1)
            continue
        row = tuple(level.get(country, 0) for country in COUNTRIES)
        if row not in distinct:
            distinct.append(row)
        row_of.append(distinct.index(row))
    rows = np.array(distinct, dtype=np.uint8).reshape(len(distinct), len(COUNTRIES))
    return rows, np.array(row_of, dtype=np.int32)


def profile(rules: Rules) -> Profile:
    related = [mask(b for b in range(N_AREAS) if rules.related(a, b)) for a in range(N_AREAS)]
    return Profile(
        related=np.array(related, dtype=np.uint64),
        weights=Weights(**rules.weights),
        preferred_share=rules.preferred_share,
        min_score=rules.min_score,
        top_k=rules.top_k,
    )


def tables(needs: Sequence[Need], offers: Sequence[Offer], rules: Rules) -> Tables:
    return Tables(
        needs=postings(needs),
        offers=postings(offers),
        reach=Reach(*shared_rows([offer.reaches for offer in offers])),
        preference=Preference(*shared_rows([need.preferred for need in needs])),
        profile=profile(rules),
    )


def excluded(needs: Sequence[Need], offers: Sequence[Offer], decided: set[tuple[int, int]]) -> Excluded:
    need_row = {need.id: row for row, need in enumerate(needs)}
    offer_row = {offer.id: row for row, offer in enumerate(offers)}
    pairs = sorted(decided)
    return Excluded(
        need_index=np.array([need_row[need] for need, _ in pairs], dtype=np.int64),
        offer_index=np.array([offer_row[offer] for _, offer in pairs], dtype=np.int64),
    )
