"""The short title that a posting has which was read from answers, where the country gave it none."""

from collections.abc import Sequence

from surveys.choices import Side
from surveys.postings.deciding.publishable import VERBS

MAX_TITLE_CHARACTERS = 200
COMPOSED_CHARACTERS = 80
"""What fits on two lines of a card; a longer name of a country or of an area makes a longer title nevertheless."""
MAX_AREAS_IN_A_TITLE = 2
MAX_MODALITIES_IN_A_TITLE = 2


def composed_title(
    side: Side, *, country: str, areas: Sequence[str], modalities: Sequence[str], names_areas: bool
) -> str:
    """Return a title in English: who, by what and in which areas, such as "Thailand: training and experts in 9 areas".

    areas: labels of those that count for a fit. names_areas: whether one or two of them are named rather than counted.
    The card says beside it whether it is an offer or a need; only where nothing else is stated does the title say so.
    """
    if not areas and not modalities:
        return f"{country} {VERBS[side]} cooperation"[:MAX_TITLE_CHARACTERS]
    counted = f" in {len(areas)} {'area' if len(areas) == 1 else 'areas'}" if areas else ""
    named = f" in {' and '.join(areas)}" if names_areas and 0 < len(areas) <= MAX_AREAS_IN_A_TITLE else counted
    labels = [label[:1].lower() + label[1:] for label in modalities] or ["cooperation"]
    candidates = [
        f"{country}: {_some(labels, most)}{where}"
        for where in dict.fromkeys((named, counted))
        for most in range(MAX_MODALITIES_IN_A_TITLE, 0, -1)
    ]
    fitting = (candidate for candidate in candidates if len(candidate) <= COMPOSED_CHARACTERS)
    return next(fitting, candidates[-1])[:MAX_TITLE_CHARACTERS]


def _some(labels: Sequence[str], most: int) -> str:
    """Return the first labels in words, with "and more" where there are others."""
    if len(labels) <= most:
        return " and ".join(labels)
    return f"{', '.join(labels[:most])} and more"
