"""Generated tables for the engine and its peers: made up, from a fixed seed; the same for the same numbers."""

from typing import NamedTuple

import numpy as np

from matching.engine import (
    MEANING_UNIT,
    N_TERMS,
    WORDS_UNIT,
    Excluded,
    Languages,
    Postings,
    Preference,
    Profile,
    Reach,
    Texts,
    Weights,
)

SEED, WHOLE = 2018, 10_000
N_AREAS, N_MODALITIES, N_COUNTRIES, N_AGENCIES, N_REACHES = 24, 6, 200, 600, 150
LEVELS = np.array([0, 0, 0, 0, 0, 0, 0, 0, 40, 50, 60, 70, 75, 80, 90, 100], dtype=np.uint8)
N_SUBJECTS, WORDS_OF_A_SUBJECT, COMMON_WORDS, DIMENSIONS = 400, 400, 300, 512


class Tables(NamedTuple):
    """What a run reads."""

    needs: Postings
    offers: Postings
    reach: Reach
    preference: Preference
    profile: Profile
    excluded: Excluded


def generated(n_needs: int, n_offers: int, *, with_topic: bool = False) -> Tables:
    """Return generated postings, not real ones: 1 to 6 areas of 24, 0 to 4 modalities of 6, of 200 countries."""
    rng = np.random.default_rng(SEED)
    related = np.zeros(N_AREAS, dtype=np.uint64)
    related[0], related[1:4] = 0b1110, 0b1
    subjects = _subjects(rng) if with_topic else None
    profile = Profile(related)
    if with_topic:
        profile = Profile(
            related,
            weights=Weights(areas=25, modalities=15, region=20, topic=40),
            unstated_modalities=50,
            unstated_topic=20,
            languages=_two_languages(),
            min_score=300_000,
        )
    return Tables(
        needs=_postings(rng, n_needs, subjects),
        offers=_postings(rng, n_offers, subjects),
        reach=Reach(
            rng.choice(LEVELS, (N_REACHES, N_COUNTRIES)), rng.integers(0, N_REACHES, n_offers).astype(np.int32)
        ),
        preference=Preference(np.zeros((0, N_COUNTRIES), dtype=np.uint8), np.full(n_needs, -1, dtype=np.int32)),
        profile=profile,
        excluded=Excluded.none(),
    )


def _two_languages() -> Languages:
    """Two languages that the encoder knows; across them a cosine up to 0.2 says nothing, and 0.7 is wholly close."""
    across = np.clip(2 * np.arange(WHOLE + 1) - 4_000, 0, WHOLE).astype(np.int32)
    return Languages(np.array([[1, 1, 1], [1, 2, 3], [1, 3, 2]], dtype=np.uint8), across[None, :])


class Subjects(NamedTuple):
    """What generated texts are about: each subject has words of its own and a direction of meaning."""

    words: np.ndarray
    meaning: np.ndarray
    genre: np.ndarray
    """The direction that all texts of the kind share."""


def _subjects(rng: np.random.Generator) -> Subjects:
    return Subjects(
        words=rng.integers(0, N_TERMS, (N_SUBJECTS, WORDS_OF_A_SUBJECT)),
        meaning=_directions(rng, N_SUBJECTS),
        genre=_directions(rng, 1),
    )


def _directions(rng: np.random.Generator, count: int) -> np.ndarray:
    """Random directions, most of each in few dimensions, as those of real texts."""
    drawn = rng.normal(size=(count, DIMENSIONS)) * np.exp(-np.arange(DIMENSIONS) / 60)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def _masks(rng: np.random.Generator, count: int, *, bits: int, least: int, most: int) -> np.ndarray:
    """Random sets of `least` to `most` of `bits`."""
    size = rng.integers(least, most + 1, count)[:, None]
    rank = rng.random((count, bits)).argsort(axis=1)
    return np.where(rank < size, np.uint64(1) << np.arange(bits, dtype=np.uint64), 0).sum(axis=1, dtype=np.uint64)


def _postings(rng: np.random.Generator, count: int, subjects: Subjects | None) -> Postings:
    return Postings(
        ids=rng.permutation(count).astype(np.int64),
        country=rng.integers(0, N_COUNTRIES, count).astype(np.int32),
        agency=rng.integers(-1, N_AGENCIES, count),
        areas=_masks(rng, count, bits=N_AREAS, least=1, most=6),
        modalities=_masks(rng, count, bits=N_MODALITIES, least=0, most=4),
        recency=rng.integers(738_000, 739_000, count).astype(np.int32),
        is_open=rng.random(count) < 0.95,
        texts=None if subjects is None else _texts(rng, count, subjects),
    )


def _texts(rng: np.random.Generator, count: int, subjects: Subjects) -> Texts:
    """Texts of some sixty terms, half of their own subject, half common ones; a tenth in a second language."""
    subject = rng.integers(0, N_SUBJECTS, count)
    rank = np.minimum(rng.zipf(1.3, (count, 55)) - 1, WORDS_OF_A_SUBJECT - 1)
    common = rng.integers(0, COMMON_WORDS, (count, 35))
    terms = np.sort(np.concatenate((subjects.words[subject[:, None], rank], common), axis=1), axis=1)
    is_first = np.diff(terms, axis=1, prepend=-1) != 0
    size = is_first.sum(axis=1)
    # As measured on real texts: 0.004 between any two, seldom above 0.1, and 0.1 to 0.4 between two on one matter.
    weight = rng.uniform(0.2, 1.0, terms.shape) * is_first * np.where(terms < COMMON_WORDS, 0.2, 1.0)
    weight *= WORDS_UNIT / np.linalg.norm(weight, axis=1, keepdims=True)
    # As measured on real texts: 0.2 between any two, about 0.5 between two on one matter.
    meaning = 0.45 * subjects.genre + 0.6 * subjects.meaning[subject] + 0.66 * _directions(rng, count)
    meaning *= MEANING_UNIT / np.linalg.norm(meaning, axis=1, keepdims=True)
    return Texts(
        start=np.concatenate(([0], np.cumsum(size))).astype(np.int64),
        term=terms[is_first].astype(np.int32),
        weight=np.maximum(np.rint(weight[is_first]), 1).astype(np.int32),
        meaning=np.clip(np.rint(meaning), -127, 127).astype(np.int8),
        language=(rng.random(count) < 0.1).astype(np.int32),
    )
