"""What the compiled loops read where the topic counts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled.tables import topic_contribution
from matching.engine.inputs.arrays import Postings
from matching.engine.inputs.case import Case
from matching.engine.inputs.languages import BY_MEANING, BY_WORDS, BY_WORDS_AND_MEANING
from matching.engine.inputs.texts import N_TERMS, TermIndex, Texts
from matching.engine.rules.topic import MEANING_PER_WORDS, MEANING_SHARE, STRETCH, WORDS_SHARE


class Said(NamedTuple):
    """The texts of one side: `Texts`, in a form that the compiler knows."""

    start: NDArray[np.int64]
    term: NDArray[np.int32]
    weight: NDArray[np.int32]
    meaning: NDArray[np.int8]


class Topic(NamedTuple):
    """Texts of needs and offers by position: first the own ones of all, then those in English, where there are any."""

    needs: Said
    need_language: NDArray[np.int32]
    """Language + 1; so that 0 is an unknown one."""
    need_texts: int
    """Texts a posting: 1, or 2 where some have one in English."""
    term_start: NDArray[np.int64]
    """int64[N_TERMS + 1]: where each term stands in `posting` and `weight`."""
    posting: NDArray[np.uint32]
    weight: NDArray[np.int32]
    offer_meaning: NDArray[np.int8]
    offer_language: NDArray[np.int32]
    offer_texts: int
    comparison: NDArray[np.uint8]
    across: NDArray[np.int32]
    contribution: NDArray[np.int32]
    """By closeness in ten-thousandths."""
    slope: NDArray[np.int64]
    """By comparison: what closeness contributes at most, as a multiple of the product of the words."""
    intercept: NDArray[np.int64]
    """By comparison: and beside the words."""


def topic_of(case: Case) -> Topic:
    """Prepare the texts of a case."""
    needs, offers = _stacked(case.needs), _stacked(case.offers)
    index = TermIndex.of(offers)
    times = np.zeros(N_TERMS + 1, dtype=np.int64)
    times[index.term + 1] = np.diff(index.start)
    contribution, languages = topic_contribution(case), case.profile.languages
    whole, by_closeness = int(contribution[-1]), len(contribution) - 1
    slope = np.zeros(BY_MEANING + len(languages.across), dtype=np.int64)
    # Within a language, closeness is at most so many times the cosine of the words.
    slope[BY_WORDS] = whole * STRETCH * (WORDS_SHARE + MEANING_SHARE) // 10
    slope[BY_WORDS_AND_MEANING] = whole * STRETCH * (WORDS_SHARE + MEANING_SHARE * MEANING_PER_WORDS) // 10
    # A line above all steps of rounding, of the products shifted by bits and of the closeness to its ten-thousandths.
    intercept = np.full(len(slope), whole // by_closeness + 3, dtype=np.int64)
    intercept[BY_MEANING:] = contribution[languages.across[:, -1]]
    return Topic(
        needs=_said(needs),
        need_language=needs.language + np.int32(1),
        need_texts=len(needs) // max(len(case.needs), 1),
        term_start=np.cumsum(times),
        posting=index.posting.astype(np.uint32),
        weight=index.weight,
        offer_meaning=offers.meaning,
        offer_language=offers.language + np.int32(1),
        offer_texts=len(offers) // max(len(case.offers), 1),
        comparison=languages.comparison,
        across=languages.across,
        contribution=contribution,
        slope=slope,
        intercept=intercept,
    )


def _stacked(postings: Postings) -> Texts:
    if postings.texts is None:
        raise ValueError("the topic has a weight, but the postings have no texts")
    return postings.texts if postings.english is None else postings.texts.followed_by(postings.english)


def said_by(needs: Texts, offers: Texts) -> tuple[Said, Said]:
    """Return the texts of both sides for the products of single pairs."""
    return _said(needs), _said(offers)


def _said(texts: Texts) -> Said:
    return Said(texts.start, texts.term, texts.weight, texts.meaning)
