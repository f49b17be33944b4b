"""Criterion `topic`: how close the two texts are, in ten-thousandths.

Closeness of words is the cosine of two sparse vectors, closeness of meaning that of two dense ones (docs/matching.md
says what stands in them). Both are whole numbers, so that no order of summation changes them. Where the languages
differ, words say nothing and meaning alone counts.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.inputs.texts import MEANING_UNIT, UNKNOWN_LANGUAGE, WORDS_UNIT, TermIndex, Texts
from matching.engine.rules.parts import Ratio

WHOLE = 10_000
MEANING_AS_WORDS = WORDS_UNIT**2 // MEANING_UNIT**2
WORDS_SHARE, MEANING_SHARE = 7, 3
"""In tenths, within a language."""
MEANING_PER_WORDS = 6
"""Within a language, meaning counts up to so many times as much as words: who shares no word, shares no matter."""
STRETCH = 2
"""Two texts on the very same matter share half of what they say, hardly more: that counts as wholly close."""


Products = Callable[[Case, Index, Index], tuple[NDArray[np.int64], NDArray[np.int64]]]
"""From a case and row numbers to the products of the vectors of words, and of those of meaning."""


def fraction(case: Case, need: Index, offer: Index, *, products: Products | None = None) -> Ratio:
    """Return the fractions of these pairs, over 10,000; 0 where either has no text, or none was read.

    `need` and `offer` are row numbers of any shapes that broadcast.
    """
    if case.offer_terms is None:
        return Ratio(np.zeros(np.broadcast_shapes(need.shape, offer.shape), dtype=np.int64), np.asarray(WHOLE))
    needs, offers, _ = texts_of(case)
    words, meaning = (products or products_by_row)(case, need, offer)
    return Ratio(closeness(words, meaning, other_language=_differ(needs, offers, need, offer)), np.asarray(WHOLE))


def closeness(
    words: NDArray[np.int64], meaning: NDArray[np.int64], *, other_language: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the closeness in ten-thousandths, rounded half up, from the products of the two kinds of vectors."""
    meaning = np.maximum(meaning, 0)
    refined = np.minimum(MEANING_AS_WORDS * meaning, MEANING_PER_WORDS * words)
    within = _rounded(STRETCH * (WORDS_SHARE * words + MEANING_SHARE * refined), 10 * WORDS_UNIT**2)
    across = _rounded(meaning, MEANING_UNIT**2)
    return np.minimum(np.where(other_language, across, within), WHOLE)


def _rounded(value: NDArray[np.int64], unit: int) -> NDArray[np.int64]:
    return np.asarray((2 * WHOLE * value + unit) // (2 * unit), dtype=np.int64)


def need_key(case: Case) -> Index:
    """Return what this criterion reads of each need: every text is its own."""
    return np.arange(len(case.needs))


def offer_key(case: Case) -> Index:
    """Return what this criterion reads of each offer."""
    return np.arange(len(case.offers))


def texts_of(case: Case) -> tuple[Texts, Texts, TermIndex]:
    """Return the texts of both sides and where each term of the offers stands; ValueError where none were read."""
    if case.needs.texts is None or case.offers.texts is None or case.offer_terms is None:
        raise ValueError("the topic has a weight, but the postings have no texts")
    return case.needs.texts, case.offers.texts, case.offer_terms


def _differ(needs: Texts, offers: Texts, need: Index, offer: Index) -> NDArray[np.bool_]:
    asked, offered = needs.language[need], offers.language[offer]
    return (asked != offered) & (asked != UNKNOWN_LANGUAGE) & (offered != UNKNOWN_LANGUAGE)


def products_by_row(case: Case, need: Index, offer: Index) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Work the products out for whole rows of offers at a time; the numbers that many needs share, once."""
    needs, offers, index = texts_of(case)
    rows, row = np.unique(need, return_inverse=True)
    words = np.zeros((len(rows), len(offers)), dtype=np.int64)
    for place, asked in enumerate(rows.tolist()):
        said = slice(needs.start[asked], needs.start[asked + 1])
        _, in_need, in_index = np.intersect1d(needs.term[said], index.term, assume_unique=True, return_indices=True)
        for weight, entry in zip(needs.weight[said][in_need].tolist(), in_index.tolist(), strict=True):
            those = slice(index.start[entry], index.start[entry + 1])
            words[place, index.posting[those]] += weight * index.weight[those].astype(np.int64)
    # Whole numbers below 2²⁴, sums included: exact in float32, whatever the order, and BLAS is fast in it.
    meaning = needs.meaning[rows].astype(np.float32) @ offers.meaning.astype(np.float32).T
    row = row.reshape(need.shape)
    return words[row, offer], meaning[row, offer].astype(np.int64)
