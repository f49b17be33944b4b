"""What the engine reads of the texts of postings: words as sparse vectors, meaning as dense ones."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs import checks
from matching.engine.inputs.indexing import Index

WORDS_UNIT = 2**14
"""Length of a vector of words: its weights are whole numbers, their squares add up to about this, squared."""
MEANING_UNIT = 2**10
"""Length of a vector of meaning, in the same way."""
N_TERMS = 2**20
"""Terms are numbers below this: words and parts of words, hashed."""
UNKNOWN_LANGUAGE = -1


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of n postings. One that has none has no term, and zeros for its meaning."""

    start: NDArray[np.int64]
    """int64[n + 1]: the terms of posting i are those from start[i] to start[i + 1] - 1."""
    term: NDArray[np.int32]
    """Ascending within a posting."""
    weight: NDArray[np.int32]
    """How much each term says; positive."""
    meaning: NDArray[np.int8]
    """int8[n, dimensions]."""
    language: NDArray[np.int32]
    """int32[n], a number for each language; -1: unknown."""

    def __post_init__(self) -> None:
        checks.array("texts.start", self.start, dtype=np.int64)
        checks.array("texts.term", self.term, dtype=np.int32)
        checks.array("texts.weight", self.weight, dtype=np.int32, length=len(self.term))
        checks.array("texts.meaning", self.meaning, dtype=np.int8, ndim=2, length=len(self))
        checks.array("texts.language", self.language, dtype=np.int32, length=len(self))
        checks.within("texts.term", self.term, low=0, high=N_TERMS - 1)
        checks.within("texts.weight", self.weight, low=1, high=WORDS_UNIT)
        checks.within("texts.language", self.language, low=UNKNOWN_LANGUAGE)
        if len(self.start) < 1 or self.start[0] != 0 or self.start[-1] != len(self.term):
            raise ValueError("texts.start must begin with 0 and end with the number of terms")
        if np.any(np.diff(self.start) < 0):
            raise ValueError("texts.start must not decrease")
        is_first = np.zeros(len(self.term) + 1, dtype=np.bool_)
        is_first[self.start] = True
        if np.any((np.diff(self.term) <= 0) & ~is_first[1 : len(self.term)]):
            raise ValueError("texts.term must ascend within each posting")

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def says(self) -> NDArray[np.bool_]:
        """bool[n]: which of them have a term."""
        return np.diff(self.start) > 0

    def followed_by(self, other: Self) -> Self:
        """Return these texts and the others behind them."""
        return type(self)(
            np.concatenate((self.start, self.start[-1] + other.start[1:])),
            np.concatenate((self.term, other.term)),
            np.concatenate((self.weight, other.weight)),
            np.concatenate((self.meaning, other.meaning)),
            np.concatenate((self.language, other.language)),
        )

    def take(self, rows: Index) -> Self:
        """Return the texts of these postings, in this order."""
        size = np.diff(self.start)[rows]
        start = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size)))
        # The terms of posting i, wherever they stood, now stand from start[i] on.
        entry = np.arange(start[-1]) + np.repeat(self.start[rows] - start[:-1], size)
        return type(self)(start, self.term[entry], self.weight[entry], self.meaning[rows], self.language[rows])


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Where each term stands: texts turned about."""

    term: NDArray[np.int32]
    """The terms that occur, ascending."""
    start: NDArray[np.int64]
    """int64[len(term) + 1]: term i stands in the postings from start[i] to start[i + 1] - 1."""
    posting: NDArray[np.int32]
    """Ascending within a term."""
    weight: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Texts) -> Self:
        """Turn texts about."""
        order = np.argsort(texts.term, kind="stable")
        term, first = np.unique(texts.term[order], return_index=True)
        posting = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(texts.start))
        return cls(term, np.append(first, len(order)), posting[order], texts.weight[order])
