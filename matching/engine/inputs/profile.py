"""How much each criterion counts, and what a list takes in."""

from dataclasses import dataclass, field, fields

import numpy as np

from matching.engine.inputs import checks
from matching.engine.inputs.indexing import MOST_BITS, Masks
from matching.engine.inputs.languages import Languages

MILLION = 1_000_000
"""Scores and contributions are whole millionths."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each criterion in percent; 0 turns it off for the whole run."""

    areas: int = 45
    modalities: int = 25
    region: int = 30
    topic: int = 0

    def __post_init__(self) -> None:
        for name, weight in self.by_criterion().items():
            checks.whole_number(f"weight of {name}", weight, low=0, high=100)
        if not self.total:
            raise ValueError("at least one weight must be above 0")
        # Each contribution is rounded by itself, so a few sets of weights (10, 10 and 40) could add up
        # to 1.000001 for a perfect pair; a score above one must not exist.
        full = sum((2 * MILLION * w + self.total) // (2 * self.total) for w in self.by_criterion().values())
        if full > MILLION:
            raise ValueError(
                f"weights {self.by_criterion()} of {self.total} round to more than 1 in all; let them sum to 100"
            )

    def by_criterion(self) -> dict[str, int]:
        """Return the weights by the name of the criterion."""
        return {weight.name: getattr(self, weight.name) for weight in fields(self)}

    @property
    def total(self) -> int:
        """The denominator of every score of the run: the sum of the weights that are on."""
        return sum(self.by_criterion().values())


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one run."""

    related: Masks
    """uint64[n_areas]: for each area the mask of its parent and its children."""
    weights: Weights = field(default_factory=Weights)
    preferred_share: int = 30
    """Percent of the region criterion that preferred partners take, where a need states them."""
    unstated_modalities: int = 0
    """Percent of the criterion that counts where a side states no modality; less where one shared would earn less."""
    unstated_topic: int = 0
    """Percent of the criterion that counts where no texts can be compared, or none is closer than that."""
    languages: Languages = field(default_factory=Languages.none)
    min_score: int = 350_000
    """Lowest score, in millionths, that takes a place in a list."""
    top_k: int = 20
    """Length of each list."""
    good_from: int = 400_000
    """From here on, in millionths, the overlap of what is stated is called good; see `rules.overlap`."""
    strong_from: int = 600_000

    def __post_init__(self) -> None:
        checks.array("related", self.related, dtype=np.uint64)
        if len(self.related) > MOST_BITS:
            raise ValueError(f"related must have at most {MOST_BITS} areas, not {len(self.related)}")
        if np.any(self.related & ~self.known_areas):
            raise ValueError(f"related names an area beyond the {len(self.related)} that it lists")
        bits = np.arange(len(self.related), dtype=np.uint64)
        relates = (self.related[:, None] >> bits) & np.uint64(1)
        if np.any(np.diag(relates)):
            raise ValueError("related must not relate an area to itself")
        if np.any(relates != relates.T):
            raise ValueError("related must be mutual: a parent relates to its child and the child to it")
        checks.whole_number("preferred_share", self.preferred_share, low=0, high=100)
        checks.whole_number("unstated_modalities", self.unstated_modalities, low=0, high=100)
        checks.whole_number("unstated_topic", self.unstated_topic, low=0, high=100)
        for name in ("min_score", "good_from", "strong_from"):
            checks.whole_number(name, getattr(self, name), low=0, high=MILLION)
        checks.whole_number("top_k", self.top_k, low=1)

    @property
    def known_areas(self) -> np.uint64:
        """The mask of all areas that `related` lists."""
        return np.uint64((1 << len(self.related)) - 1)
