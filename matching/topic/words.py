"""The words of a text as a vector: rare words weigh more, the parts of words help across endings.

Weights are fixed: how rare a word is comes from the language model, not from what happens to be posted. That did better
on real projects than frequencies counted in the texts themselves (docs/matching.md), and keeps every score where it is
when another text comes.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine import N_TERMS, WORDS_UNIT
from matching.topic.model import pieces_of
from web.text import fold

WORD = re.compile(r"\w\w+")
FREQUENT, RAREST = 6.0, 12.0
"""A word as frequent as e⁻⁶ or more says nothing; rarity beyond e⁻¹⁸ adds nothing."""
WORDS_SHARE, PIECES_SHARE = 0.6, 0.4
MOST_TERMS = 64
"""The most telling terms of a text are kept; more of them made no measurable difference."""
LONGEST_WORD = 64


class Words(NamedTuple):
    """One text; no term where it has none."""

    term: NDArray[np.int32]
    """Ascending."""
    weight: NDArray[np.int32]
    """Whole numbers; as a vector of length `WORDS_UNIT`."""


def words_of(text: str) -> Words:
    """Return the vector of a text's words."""
    counts = Counter(word[:LONGEST_WORD] for word in WORD.findall(fold(text)))
    pieces: Counter[tuple[int, float]] = Counter()
    for word, count in counts.items():
        for piece in _pieces(word):
            pieces[piece] += count
    telling: dict[int, float] = {}
    for share, weights in (
        (WORDS_SHARE, ((_term(word), count, _rarity(word)) for word, count in counts.items())),
        (PIECES_SHARE, ((_term(f"\0{number}"), count, _telling(score)) for (number, score), count in pieces.items())),
    ):
        for term, weight in _unit(weights):
            telling[term] = telling.get(term, 0.0) + math.sqrt(share) * weight
    kept = sorted(sorted(telling.items(), key=lambda item: (-item[1], item[0]))[:MOST_TERMS])
    length = math.sqrt(sum(weight * weight for _, weight in kept))
    rounded = [(term, round(WORDS_UNIT * weight / length)) for term, weight in kept if weight > 0]
    rounded = [(term, weight) for term, weight in rounded if weight > 0]
    return Words(
        np.array([term for term, _ in rounded], dtype=np.int32), np.array([w for _, w in rounded], dtype=np.int32)
    )


def _unit(weights: Iterable[tuple[int, int, float]]) -> list[tuple[int, float]]:
    """Return term and weight of a vector of length 1, from term, number of times and rarity; said again says less."""
    weighed = [(term, (1 + math.log(count)) * rarity) for term, count, rarity in weights if rarity > 0]
    length = math.sqrt(sum(weight * weight for _, weight in weighed))
    return [(term, weight / length) for term, weight in weighed]


@lru_cache(maxsize=100_000)
def _pieces(word: str) -> tuple[tuple[int, float], ...]:
    return pieces_of(word)


def _rarity(word: str) -> float:
    return _telling(sum(score for _, score in _pieces(word)))


def _telling(score: float) -> float:
    return min(max(-score - FREQUENT, 0.0), RAREST)


def _term(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) % N_TERMS
