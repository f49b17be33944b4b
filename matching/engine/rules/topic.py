"""Criterion `topic`: how close the closest comparable pair of their texts is, in ten-thousandths.

A posting has its text and, if it wants, one more in English. Closeness of words is the cosine of two sparse vectors,
closeness of meaning that of two dense ones (docs/matching.md says what stands in them). Both are whole numbers, so that
no order of summation changes them. `Languages` says which of the two count between two languages. Nothing comparable,
or nothing close, counts the level `unstated_topic` of the profile.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.inputs.languages import BY_MEANING, BY_WORDS_AND_MEANING, NOT_COMPARABLE, WHOLE, Languages
from matching.engine.inputs.texts import MEANING_UNIT, N_TERMS, WORDS_UNIT, Texts
from matching.engine.rules.parts import Ratio

MEANING_AS_WORDS = WORDS_UNIT**2 // MEANING_UNIT**2
WORDS_SHARE, MEANING_SHARE = 7, 3
"""In tenths, where words and meaning count."""
MEANING_PER_WORDS = 6
"""There, meaning counts up to so many times as much as words: who shares no word, shares no matter."""
STRETCH = 2
"""Two texts on the very same matter share half of what they say, hardly more: that counts as wholly close."""

Products = Callable[[Texts, Texts, Index, Index], tuple[NDArray[np.int64], NDArray[np.int64]]]
"""From texts of needs and offers and row numbers to the products of their vectors of words, and of meaning."""


def fraction(case: Case, need: Index, offer: Index, *, products: Products | None = None) -> Ratio:
    """Return the fractions of these pairs, over 10,000; the profile's level where no text was read.

    `need` and `offer` are row numbers of any shapes that broadcast.
    """
    level = case.profile.unstated_topic * (WHOLE // 100)
    close = np.full(np.broadcast_shapes(need.shape, offer.shape), level, dtype=np.int64)
    for asked, offered in pairs_of_texts(case):
        words, meaning = (products or products_by_row)(asked, offered, need, offer)
        comparison = comparison_of(case.profile.languages, asked, offered, need, offer)
        close = np.maximum(close, closeness(words, meaning, comparison, case.profile.languages.across))
    return Ratio(close, np.asarray(WHOLE))


def is_comparable(case: Case, need: Index, offer: Index) -> NDArray[np.bool_]:
    """Return of which pairs some text of the one can be compared with some text of the other."""
    result = np.zeros(np.broadcast_shapes(need.shape, offer.shape), dtype=np.bool_)
    for asked, offered in pairs_of_texts(case):
        both_say = asked.says[need] & offered.says[offer]
        comparison = comparison_of(case.profile.languages, asked, offered, need, offer)
        result |= both_say & (comparison != NOT_COMPARABLE)
    return result


class ClosestTexts(NamedTuple):
    """The closest pair of texts of a need and an offer that can be compared."""

    closeness: int
    """In ten-thousandths."""
    comparison: int
    """By what, as `Languages`."""
    need_in_english: bool
    """It is the need's second text, not its own."""
    offer_in_english: bool


def closest_texts(case: Case, need: Index, offer: Index) -> ClosestTexts | None:
    """Return the closest texts of one pair, given as arrays of one row each; None where none can be compared.

    Of equally close ones the own text comes before that in English.
    """
    best: ClosestTexts | None = None
    for asked, offered in pairs_of_texts(case):
        comparison = comparison_of(case.profile.languages, asked, offered, need, offer)
        if comparison.item() == NOT_COMPARABLE or not (asked.says[need] & offered.says[offer]).item():
            continue
        words, meaning = products_by_row(asked, offered, need, offer)
        close = int(closeness(words, meaning, comparison, case.profile.languages.across).item())
        if best is None or close > best.closeness:
            english = asked is case.needs.english, offered is case.offers.english
            best = ClosestTexts(close, int(comparison.item()), *english)
    return best


def pairs_of_texts(case: Case) -> Iterator[tuple[Texts, Texts]]:
    """Yield each text of the needs with each of the offers: their own, and the one in English where there are any."""
    for asked in (case.needs.texts, case.needs.english):
        for offered in (case.offers.texts, case.offers.english):
            if asked is not None and offered is not None:
                yield asked, offered


def closeness(
    words: NDArray[np.int64],
    meaning: NDArray[np.int64],
    comparison: NDArray[np.uint8],
    across: NDArray[np.int32],
) -> NDArray[np.int64]:
    """Return the closeness in ten-thousandths, rounded half up, from the products of the two kinds of vectors."""
    meaning = np.maximum(meaning, 0)
    refined = np.where(
        comparison == BY_WORDS_AND_MEANING, np.minimum(MEANING_AS_WORDS * meaning, MEANING_PER_WORDS * words), words
    )
    close = np.minimum(_rounded(STRETCH * (WORDS_SHARE * words + MEANING_SHARE * refined), 10 * WORDS_UNIT**2), WHOLE)
    close[comparison == NOT_COMPARABLE] = 0
    by_meaning = comparison >= BY_MEANING
    if by_meaning.any():
        cosine = np.minimum(_rounded(meaning[by_meaning], MEANING_UNIT**2), WHOLE)
        close[by_meaning] = across[comparison[by_meaning] - BY_MEANING, cosine]
    return close


def _rounded(value: NDArray[np.int64], unit: int) -> NDArray[np.int64]:
    return np.asarray((2 * WHOLE * value + unit) // (2 * unit), dtype=np.int64)


def comparison_of(languages: Languages, needs: Texts, offers: Texts, need: Index, offer: Index) -> NDArray[np.uint8]:
    """Return by what the texts at these rows are compared, as `Languages`."""
    return languages.comparison[needs.language[need] + 1, offers.language[offer] + 1]


def products_by_row(
    needs: Texts, offers: Texts, need: Index, offer: Index
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Work the products out for whole rows of needs and offers at a time."""
    need_rows, need_place = np.unique(need, return_inverse=True)
    offer_rows, offer_place = np.unique(offer, return_inverse=True)
    asked, offered = needs.take(need_rows), offers.take(offer_rows)
    words = (_sparse(asked) @ _sparse(offered).T).toarray()
    # Whole numbers below 2²⁴, sums included: exact in float32, whatever the order, and BLAS is fast in it.
    meaning = asked.meaning.astype(np.float32) @ offered.meaning.astype(np.float32).T
    need_place, offer_place = need_place.reshape(need.shape), offer_place.reshape(offer.shape)
    return words[need_place, offer_place], meaning[need_place, offer_place].astype(np.int64)


def _sparse(texts: Texts) -> csr_array:
    return csr_array((texts.weight.astype(np.int64), texts.term, texts.start), shape=(len(texts), N_TERMS))
