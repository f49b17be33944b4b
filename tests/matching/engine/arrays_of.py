"""From the reference's objects to the engine's arrays."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from matching.engine import Excluded, Languages, Postings, Preference, Profile, Reach, Texts, Weights
from tests.matching.engine import reference
from tests.matching.engine.reference import ALIKE, Need, Offer, Posting, Rules

COUNTRIES = ("KHM", "LAO", "THA", "TUR")
N_AREAS = 7
N_LANGUAGES = 3


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
        texts=texts([p.texts()[0] for p in side]),
        english=texts([p.texts()[-1] if p.english_words is not None else NOTHING for p in side])
        if any(p.english_words is not None for p in side)
        else None,
    )


NOTHING: tuple[dict[int, int], tuple[int, ...], None] = ({}, (0, 0, 0), None)


def texts(said: Sequence[tuple[dict[int, int], tuple[int, ...], int | None]]) -> Texts:
    entries = [sorted(words.items()) for words, _meaning, _language in said]
    return Texts(
        start=np.cumsum([0, *(len(terms) for terms in entries)], dtype=np.int64),
        term=np.array([term for terms in entries for term, _ in terms], dtype=np.int32),
        weight=np.array([weight for terms in entries for _, weight in terms], dtype=np.int32),
        meaning=np.array([meaning for _words, meaning, _language in said], dtype=np.int8)
        .reshape(len(said), 3)
        .repeat(ALIKE, axis=1),
        language=np.array([-1 if language is None else language for *_said, language in said], dtype=np.int32),
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
        unstated_modalities=rules.unstated_modalities,
        unstated_topic=rules.unstated_topic,
        languages=languages(rules),
        min_score=rules.min_score,
        top_k=rules.top_k,
        good_from=rules.good_from,
        strong_from=rules.strong_from,
    )


def languages(rules: Rules) -> Languages:
    comparison = np.zeros((N_LANGUAGES + 1, N_LANGUAGES + 1), dtype=np.uint8)
    comparison[0, :] = comparison[:, 0] = 1
    for language in range(N_LANGUAGES):
        comparison[language + 1, language + 1] = 2 if language in rules.known_languages else 1
    for number, pair in enumerate(rules.across):
        one, other = pair
        comparison[one + 1, other + 1] = comparison[other + 1, one + 1] = 3 + number
    across = [reference.table_across(steep) for steep in rules.across.values()]
    return Languages(comparison, np.array(across, dtype=np.int32).reshape(len(across), 10_001))


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
