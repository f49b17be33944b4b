"""Which languages can be compared with which, and how: measured by `benchmarks.languages`, never assumed.

Two texts in one language are compared by their words, and by their meaning too where the encoder knows that language.
Across two languages words say nothing, and meaning says something only where it was measured to tell texts on the same
matter from texts taken at random. There the cosine of two meanings is not used as it is: random texts in two languages
lie closer to each other than random texts in English. A table, one a group of pairs measured to be alike, brings both
to the same scale: it gives the closeness that is as frequent between English texts on the same matters.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.engine import BY_MEANING, BY_WORDS, BY_WORDS_AND_MEANING, NOT_COMPARABLE, WHOLE, Languages

MEASURED = Path(__file__).with_name("across_languages.json")


@dataclass(frozen=True)
class Measured:
    """What was measured of the encoder."""

    known: frozenset[str]
    """Languages that it knows, as codes."""
    table_of: dict[frozenset[str], int]
    """Which table compares two different languages; a pair that is not in it is not compared."""
    tables: tuple[NDArray[np.int32], ...]
    """int32[10_001] each: the closeness for a cosine, never falling."""


def comparisons(languages: Sequence[str]) -> Languages:
    """Return how texts in these languages are compared; the number of a language is its place in `languages`.

    An unknown language is compared as if it were that of the other text: words of two languages are
    hardly ever the same, and meaning then counts no more than words.
    """
    measured = read_measured()
    own = [BY_WORDS_AND_MEANING, *(BY_WORDS_AND_MEANING if code in measured.known else BY_WORDS for code in languages)]
    comparison = np.full((len(own), len(own)), NOT_COMPARABLE, dtype=np.uint8)
    comparison[0, :] = comparison[:, 0] = own
    np.fill_diagonal(comparison, own)
    for row, one in enumerate(languages, start=1):
        for column, other in enumerate(languages, start=1):
            table = measured.table_of.get(frozenset((one, other)))
            if row != column and table is not None:
                comparison[row, column] = BY_MEANING + table
    across = np.stack(measured.tables) if measured.tables else np.zeros((0, WHOLE + 1), dtype=np.int32)
    return Languages(comparison, across)


@cache
def read_measured() -> Measured:
    """Read the file that `benchmarks.languages --write` makes; ValueError where a table falls or leaves its range."""
    said = json.loads(MEASURED.read_text(encoding="utf-8"))
    return Measured(
        known=frozenset(said["known"]),
        table_of={frozenset(pair): number for number, group in enumerate(said["tables"]) for pair in group["pairs"]},
        tables=tuple(table_through(group["points"]) for group in said["tables"]),
    )


def table_through(points: Sequence[tuple[int, int]]) -> NDArray[np.int32]:
    """Return int32[10_001]: straight lines between points of cosine and closeness, rounded half up.

    The points ascend by cosine, from 0 to 10,000; ValueError where they do not, or where closeness falls or leaves 0 to
    10,000. Worked out in whole numbers, so that every machine has the same.
    """
    cosines, values = [cosine for cosine, _ in points], [value for _, value in points]
    if cosines != sorted(set(cosines)) or cosines[:1] != [0] or cosines[-1:] != [WHOLE]:
        raise ValueError("cosines of a table must ascend from 0 to 10,000")
    if values != sorted(values) or values[0] < 0 or values[-1] > WHOLE:
        raise ValueError("closeness in a table must never fall, and lie from 0 to 10,000")
    table = np.zeros(WHOLE + 1, dtype=np.int64)
    for (left, low), (right, high) in pairwise(points):
        steps, width = np.arange(right - left + 1), right - left
        table[left : right + 1] = low + (2 * (high - low) * steps + width) // (2 * width)
    return table.astype(np.int32)
