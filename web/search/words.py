"""How a text becomes the words by which it is found: the same for what is stored and for what is typed.

Words are folded (`web.text.fold`) and kept twice: as written, so that the beginning of a word finds it, and by their
stem, so that "statistics" is found by "statistic". Stems are those of English, whatever the language: a word of another
language is cut alike on both sides. Where a script sets no spaces, each two characters that follow each other are a
word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby, pairwise

import snowballstemmer

from web.text import fold

LONGEST_WORD = 60
SHORTEST_STEMMED = 4
_APOSTROPHES = "'’ʼ`´"
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s\b")
_WORD = re.compile("[a-z0-9]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
)
"""Thai, Lao, Burmese, Khmer, and the characters of Chinese and Japanese."""

_stemmer = snowballstemmer.stemmer("english")


def words_in(text: str) -> list[str]:
    """Return the folded words of a text in their order, each at most `LONGEST_WORD` characters long."""
    folded = _POSSESSIVE.sub(" ", fold(text))
    if folded.isascii():
        return [word[:LONGEST_WORD] for word in _WORD.findall(folded)]
    kept = "".join(character if unicodedata.category(character)[0] in "LNM" else " " for character in folded)
    return [part for word in kept.split() for part in _parts(word)]


@lru_cache(maxsize=50_000)
def stem_of(word: str) -> str:
    """Return the stem of a folded word; a short one, a number or one beyond the letters of English is its own."""
    if len(word) < SHORTEST_STEMMED or not (word.isascii() and word.isalpha()):
        return word
    return str(_stemmer.stemWord(word))


def stems_in(text: str) -> list[str]:
    """Return the stems of the words of a text in their order."""
    return [stem_of(word) for word in words_in(text)]


def _parts(word: str) -> Iterator[str]:
    """Yield a word as it is, or what it holds of a script without spaces two characters at a time."""
    for is_unspaced, characters in groupby(word, key=lambda character: bool(_UNSPACED.match(character))):
        part = "".join(characters)
        if is_unspaced and len(part) > 1:
            yield from _twos(part)
        else:
            yield part[:LONGEST_WORD]


def _twos(part: str) -> Iterable[str]:
    return ("".join(two) for two in pairwise(part))
