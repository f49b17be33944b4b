"""By what the texts of two languages can be compared: words, meaning, both, or nothing."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs import checks

WHOLE = 10_000
"""Closeness, and the cosine of two vectors, are whole ten-thousandths."""
NOT_COMPARABLE, BY_WORDS, BY_WORDS_AND_MEANING, BY_MEANING = 0, 1, 2, 3
"""How two languages are compared; from BY_MEANING on through the table of that number, less BY_MEANING."""


@dataclass(frozen=True, slots=True)
class Languages:
    """What is known of each pair of languages. A language is a number from 0; -1 stands for an unknown one."""

    comparison: NDArray[np.uint8]
    """uint8[languages + 1, languages + 1], symmetric, by language + 1."""
    across: NDArray[np.int32]
    """int32[tables, WHOLE + 1]: closeness by the cosine of two meanings, both in ten-thousandths; never falling."""

    def __post_init__(self) -> None:
        checks.array("languages.comparison", self.comparison, dtype=np.uint8, ndim=2, length=self.comparison.shape[1])
        checks.array("languages.across", self.across, dtype=np.int32, ndim=2)
        checks.within("languages.comparison", self.comparison, low=0, high=BY_MEANING + len(self.across) - 1)
        checks.within("languages.across", self.across, low=0, high=WHOLE)
        if not len(self.comparison) or np.any(self.comparison != self.comparison.T):
            raise ValueError("languages.comparison must be symmetric, and say of unknown languages too")
        if self.across.shape[1] != WHOLE + 1 or np.any(np.diff(self.across, axis=1) < 0):
            raise ValueError(f"languages.across must have {WHOLE + 1} columns, and must not fall along them")

    def __len__(self) -> int:
        return len(self.comparison) - 1

    @classmethod
    def none(cls) -> Self:
        """Return what stands where no language is known: texts are compared by their words."""
        return cls(np.full((1, 1), BY_WORDS, dtype=np.uint8), np.zeros((0, WHOLE + 1), dtype=np.int32))
