"""From texts to what the engine reads."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine import Texts
from matching.topic.model import DIMENSIONS, meanings_of
from matching.topic.words import Words, words_of


class Vectors(NamedTuple):
    """What one text says."""

    words: Words
    meaning: NDArray[np.int8]


NOTHING = Vectors(Words(np.zeros(0, np.int32), np.zeros(0, np.int32)), np.zeros(DIMENSIONS, np.int8))
"""Of a posting without a text."""


def vectors_of(texts: Sequence[str]) -> list[Vectors]:
    """Return what each text says. Takes about 10 ms a text; `texts` that say nothing are `NOTHING`."""
    words = [words_of(text) for text in texts]
    meanings = iter(meanings_of([text for text, said in zip(texts, words, strict=True) if len(said.term)]))
    return [Vectors(said, next(meanings)) if len(said.term) else NOTHING for said in words]


def texts_of(vectors: Sequence[Vectors], languages: Sequence[int]) -> Texts:
    """Return the vectors as the engine takes them; a language is any number, the same on both sides, -1: unknown."""
    size = [len(one.words.term) for one in vectors]
    return Texts(
        start=np.concatenate(([0], np.cumsum(size, dtype=np.int64))).astype(np.int64),
        term=np.concatenate([np.zeros(0, np.int32), *(one.words.term for one in vectors)]),
        weight=np.concatenate([np.zeros(0, np.int32), *(one.words.weight for one in vectors)]),
        meaning=np.stack([one.meaning for one in vectors]) if vectors else np.zeros((0, DIMENSIONS), np.int8),
        language=np.array(languages, dtype=np.int32),
    )
