"""What the compiled loops read where the topic counts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled.tables import topic_contribution
from matching.engine.inputs.case import Case
from matching.engine.inputs.texts import N_TERMS
from matching.engine.rules.topic import texts_of


class Said(NamedTuple):
    """The texts of one side: `Texts`, in a form that the compiler knows."""

    start: NDArray[np.int64]
    term: NDArray[np.int32]
    weight: NDArray[np.int32]
    meaning: NDArray[np.int8]


class Topic(NamedTuple):
    """Texts of needs and offers by position."""

    need_start: NDArray[np.int64]
    need_term: NDArray[np.int32]
    need_weight: NDArray[np.int32]
    need_meaning: NDArray[np.int8]
    need_language: NDArray[np.int32]
    term_start: NDArray[np.int64]
    """int64[N_TERMS + 1]: where each term stands in `posting` and `weight`."""
    posting: NDArray[np.uint32]
    weight: NDArray[np.int32]
    offer_meaning: NDArray[np.int8]
    offer_language: NDArray[np.int32]
    contribution: NDArray[np.int32]
    """By closeness in ten-thousandths."""


def topic_of(case: Case) -> Topic:
    """Prepare the texts of a case."""
    needs, offers, index = texts_of(case)
    times = np.zeros(N_TERMS + 1, dtype=np.int64)
    times[index.term + 1] = np.diff(index.start)
    return Topic(
        need_start=needs.start,
        need_term=needs.term,
        need_weight=needs.weight,
        need_meaning=needs.meaning,
        need_language=needs.language,
        term_start=np.cumsum(times),
        posting=index.posting.astype(np.uint32),
        weight=index.weight,
        offer_meaning=offers.meaning,
        offer_language=offers.language,
        contribution=topic_contribution(case),
    )


def said_by(case: Case) -> tuple[Said, Said]:
    """Return the texts of both sides for the products of single pairs."""
    needs, offers, _ = texts_of(case)
    need, offer = (Said(texts.start, texts.term, texts.weight, texts.meaning) for texts in (needs, offers))
    return need, offer
