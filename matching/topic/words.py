"""The words of a text as a vector: rare words weigh more, the parts of words help across endings.

Weights are fixed: how rare a word is comes from the language model, not from what happens to be posted. That did better
on real projects than frequencies counted in the texts themselves (docs/matching.md), and keeps every score where it is
when another text comes.
"""

import hashlib
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine import N_TERMS, WORDS_UNIT
from matching.topic.model import pieces_of

FREQUENT, RAREST = 6.0, 12.0
"""A word as frequent as e⁻⁶ or more says nothing; rarity beyond e⁻¹⁸ adds nothing."""
WORDS_SHARE, PIECES_SHARE = 0.6, 0.4
MOST_TERMS = 64
"""The most telling terms of a text are kept; more of them made no measurable difference."""
LONGEST_WORD = 64
SHORTEST_WORD = 2
UNKNOWN = 0
"""The number of a part that the model never learnt: what is written in a script that it does not know."""
UNKNOWN_RARITY = 6.0
"""Of a word in such a script nobody knows how rare it is: half of the scale."""
PART = 3
"""There the parts of a word are so many letters that follow each other: many such scripts set no spaces either."""
SPACE_OF_NO_WIDTH = "\u200b"
"""Khmer, Lao, Burmese and Thai set it between words."""
STRIPPED = "".join(
    chr(code)
    for first, last in ((0x300, 0x36F), (0x591, 0x5C7), (0x610, 0x61A), (0x640, 0x640), (0x64B, 0x65F), (0x670, 0x670),
                        (0x6D6, 0x6ED))
    for code in range(first, last + 1)
)  # fmt: skip
"""Marks over letters that are written and left out alike; in other scripts marks are vowels, and stay."""


class Words(NamedTuple):
    """One text; no term where it has none."""

    term: NDArray[np.int32]
    """Ascending."""
    weight: NDArray[np.int32]
    """Whole numbers; as a vector of length `WORDS_UNIT`."""


def words_of(text: str) -> Words:
    """Return the vector of a text's words."""
    counts = Counter(word[:LONGEST_WORD] for word in words_in(text))
    parts: Counter[tuple[str, float]] = Counter()
    for word, count in counts.items():
        for part in _parts(word):
            parts[part] += count
    telling: dict[int, float] = {}
    for share, weights in (
        (WORDS_SHARE, ((_term(word), count, _rarity(word)) for word, count in counts.items())),
        (PIECES_SHARE, ((_term(name), count, rarity) for (name, rarity), count in parts.items())),
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


def words_in(text: str) -> list[str]:
    """Return the words of a text, folded: letters, digits, and the marks that are vowels; of two letters or more."""
    spaced = unicodedata.normalize("NFKC", text.replace(SPACE_OF_NO_WIDTH, " ")).casefold()
    decomposed = unicodedata.normalize("NFKD", spaced).translate(dict.fromkeys(map(ord, STRIPPED))).replace("ı", "i")
    letters = "".join(
        character if (kind := unicodedata.category(character))[0] in "LMN" else "" if kind in ("Cf", "Cs") else " "
        for character in unicodedata.normalize("NFC", decomposed)
    )
    return [word for word in letters.split() if len(word) >= SHORTEST_WORD]


def _unit(weights: Iterable[tuple[int, int, float]]) -> list[tuple[int, float]]:
    """Return term and weight of a vector of length 1, from term, number of times and rarity; said again says less."""
    weighed = [(term, (1 + math.log(count)) * rarity) for term, count, rarity in weights if rarity > 0]
    length = math.sqrt(sum(weight * weight for _, weight in weighed))
    return [(term, weight / length) for term, weight in weighed]


@lru_cache(maxsize=100_000)
def _pieces(word: str) -> tuple[tuple[int, float], ...]:
    return pieces_of(word)


def _is_known(word: str) -> bool:
    return all(number != UNKNOWN for number, _score in _pieces(word))


def _parts(word: str) -> list[tuple[str, float]]:
    """Return the parts of a word with their rarity: the model's, or letters that follow each other."""
    if _is_known(word):
        return [(f"\0{number}", _telling(score)) for number, score in _pieces(word)]
    return [(f"\0\0{word[at : at + PART]}", UNKNOWN_RARITY) for at in range(max(len(word) - PART + 1, 1))]


def _rarity(word: str) -> float:
    return _telling(sum(score for _, score in _pieces(word))) if _is_known(word) else UNKNOWN_RARITY


def _telling(score: float) -> float:
    return min(max(-score - FREQUENT, 0.0), RAREST)


def _term(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) % N_TERMS
