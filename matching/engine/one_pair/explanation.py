"""Why a pair fits, or why it does not: the same functions as the run, on arrays of length one."""

from dataclasses import dataclass

import numpy as np

from matching.engine.inputs.arrays import Postings, Preference, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.profile import Profile
from matching.engine.rules import region
from matching.engine.rules.criteria import CRITERIA, part
from matching.engine.rules.gates import GATES
from matching.engine.rules.overlap import overlap, word
from matching.engine.rules.topic import ClosestTexts, closest_texts


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion gives: the exact fraction numerator/denominator, weighed."""

    criterion: str
    numerator: int
    denominator: int
    weight: int
    """In percent; 0: the criterion is off."""
    contribution: int
    """In millionths."""
    is_comparable: bool
    """Both sides state what it compares; else a level of the profile stands in, unless a gate closes on it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair taken apart. Masks have the bits of the profile's areas, and of the postings' modalities."""

    gates: tuple[str, ...]
    """All gates that close the pair; empty: it is open."""
    parts: tuple[Part, ...]
    total_weight: int
    score: int
    """Sum of the contributions in millionths, also where a gate closes the pair."""
    overlap: int
    """In millionths, how far what both state overlaps, without their texts."""
    word: int
    """The same as a word, as `rules.overlap`."""
    shared_areas: int
    """Asked and offered."""
    related_areas: int
    """Asked; of the offer only their parent or a child."""
    missing_areas: int
    """Asked, and nothing of the kind offered."""
    extra_areas: int
    """Offered, related to nothing asked."""
    shared_modalities: int
    missing_modalities: int
    extra_modalities: int
    reach_level: int
    """Percent; 0: the offer does not reach the need's country."""
    closest_texts: ClosestTexts | None
    """None: no texts were read, or none of the two can be compared."""
    preference_level: int | None
    """Percent; None: the need states no preferred partners."""


def explain(
    needs: Postings,
    offers: Postings,
    reach: Reach,
    preference: Preference,
    profile: Profile,
    *,
    need_index: int,
    offer_index: int,
) -> Explanation:
    """Explain the pair of the need and the offer at these rows.

    Raises ValueError where the tables do not fit each other, IndexError where a row does not exist.
    """
    for name, index, size in (("need", need_index, len(needs)), ("offer", offer_index, len(offers))):
        if not 0 <= index < size:
            raise IndexError(f"no {name} at row {index} of {size}")
    need, offer = np.array([need_index], dtype=np.intp), np.array([offer_index], dtype=np.intp)
    case = Case.of(needs.take(need), offers.take(offer), reach.take(offer), preference.take(need), profile)
    only = np.zeros(1, dtype=np.intp)

    parts = []
    for criterion in CRITERIA:
        ratio = criterion.fraction(case, only, only)
        parts.append(
            Part(
                criterion=criterion.name,
                numerator=int(ratio.numerator.item()),
                denominator=int(ratio.denominator.item()),
                weight=profile.weights.by_criterion()[criterion.name],
                contribution=int(part(criterion, case, only, only).item()),
                is_comparable=criterion.is_comparable is None or bool(criterion.is_comparable(case, only, only).item()),
            )
        )

    asked, offered = int(case.needs.areas[0]), int(case.offers.areas[0])
    asked_near, offered_near = int(case.need_near[0]), int(case.offer_near[0])
    asked_modalities, offered_modalities = int(case.needs.modalities[0]), int(case.offers.modalities[0])
    states_partners = bool(case.preference.row_of[0] >= 0)
    return Explanation(
        gates=tuple(name for name, closes in GATES.items() if closes(case, only, only).item()),
        parts=tuple(parts),
        total_weight=profile.weights.total,
        score=sum(p.contribution for p in parts),
        overlap=int(overlap(case, only, only).item()),
        word=int(word(case, only, only).item()),
        shared_areas=asked & offered,
        related_areas=asked & offered_near & ~offered,
        missing_areas=asked & ~offered_near,
        extra_areas=offered & ~asked_near,
        shared_modalities=asked_modalities & offered_modalities,
        missing_modalities=asked_modalities & ~offered_modalities,
        extra_modalities=offered_modalities & ~asked_modalities,
        reach_level=int(region.reach_level(case, only, only).item()),
        closest_texts=closest_texts(case, only, only),
        preference_level=int(region.preference_level(case, only, only).item()) if states_partners else None,
    )
