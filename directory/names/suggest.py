"""Suggestions for a text that is no exact name: a person chooses, nothing here decides."""

from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

MAX_SUGGESTIONS = 5

# Shares of letters in common (optimal string alignment), set by measurement (docs/country-names.md): FAR allows two
# wrong letters in seven, and one in six; from NEAR on, a whole text that resembles a name says more than a name found
# inside it.
FAR = 0.70
NEAR = 0.85
_MIN_LETTERS = 4
_MAX_LETTERS = 80
_MAX_WORDS_OF_A_NAME = 8

Countries = tuple[str, ...]


def resembling(key: str, names: Mapping[str, Countries], *, keys: Sequence[str]) -> list[tuple[float, Countries]]:
    """Return (closeness in [FAR, 1], ISO3 codes) of the names that resemble a normalised text, closest first."""
    if not _MIN_LETTERS <= len(key) <= _MAX_LETTERS:
        return []
    found = process.extract(key, keys, scorer=OSA.normalized_similarity, score_cutoff=FAR, limit=20)
    ranked = sorted(found, key=lambda hit: (-hit[1], -JaroWinkler.similarity(key, hit[0]), hit[0]))
    return [(closeness, names[name]) for name, closeness, _ in ranked]


def contained(words: Sequence[str], find: Callable[[str], Countries | None]) -> list[Countries]:
    """Return the countries of the names found inside a text, in its order; a longer name hides those inside it.

    `find` gives the ISO3 codes of a normalised name, empty for a name that is no country's, None for no name.
    """
    found = []
    start = 0
    while start < len(words):
        for stop in range(min(len(words), start + _MAX_WORDS_OF_A_NAME), start, -1):
            countries = find(" ".join(words[start:stop]))
            if countries is not None:
                found.append(countries)
                start = stop
                break
        else:
            start += 1
    return found


def ranked(near_first: Sequence[tuple[float, Countries]], inside: Sequence[Countries]) -> Countries:
    """Merge what resembles the text and what it contains into at most five ISO3 codes, best first."""
    near = [countries for closeness, countries in near_first if closeness >= NEAR]
    far = [countries for closeness, countries in near_first if closeness < NEAR]
    codes = dict.fromkeys(code for countries in (*near, *inside, *far) for code in countries)
    return tuple(codes)[:MAX_SUGGESTIONS]
