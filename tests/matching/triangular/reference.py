"""The slow, obvious finder of options: every triple, in plain Python, with sets and exact fractions.

It shares no code with the portal's; the score of a pair is that of tests/matching/engine/reference.py.
"""

from dataclasses import dataclass, replace
from itertools import product

from tests.matching.engine import reference
from tests.matching.engine.reference import Need, Offer, Rules

BEST_KEPT = 5


@dataclass
class Option:
    need: int
    pivotal: int
    facilitating: int
    parts: list[int]
    word: int
    rank: int = 0


def together(need: Need, pivotal: Offer, third: Offer) -> Offer:
    """The two offers as one: both their areas and modalities, the lower reach, else the pivotal partner's."""
    countries = pivotal.reaches.keys() | third.reaches.keys()
    return replace(
        pivotal,
        areas=pivotal.areas | third.areas,
        modalities=pivotal.modalities | third.modalities,
        reaches={c: min(pivotal.reaches.get(c, 0), third.reaches.get(c, 0)) for c in countries},
    )


def has(offer: Offer, area: int, rules: Rules) -> int:
    """2: the area itself; 1: a relative; 0: nothing of the kind."""
    if area in offer.areas:
        return 2
    return int(any(rules.related(area, other) for other in offer.areas))


def brings(need: Need, pivotal: Offer, third: Offer, rules: Rules) -> bool:
    if need.modalities & third.modalities - pivotal.modalities:
        return True
    if need.modalities and third.modalities and not need.modalities & third.modalities:
        return False
    return any(has(third, area, rules) > has(pivotal, area, rules) for area in need.areas)


def is_apart(one: Offer | Need, other: Offer | Need) -> bool:
    same_country = one.country is not None and one.country == other.country
    return not same_country and not (one.agency is not None and one.agency == other.agency)


def may_be_third(need: Need, pivotal: Offer, third: Offer, rules: Rules) -> bool:
    meant = need.areas | pivotal.areas
    relates = not third.areas or any(has(third, area, rules) for area in meant)
    return (
        third is not pivotal
        and third.is_open
        and is_apart(need, third)
        and is_apart(pivotal, third)
        and reference.reach_level(need, third) > 0
        and relates
        and brings(need, pivotal, third, rules)
    )


def is_covered_well(need: Need, listed: list[Offer], rules: Rules, confirmed: set[int]) -> bool:
    return any(
        need.areas <= offer.areas
        and need.modalities <= offer.modalities
        and offer.id in confirmed
        and reference.word(need, offer, rules) >= 1
        for offer in listed
    )


def find(
    needs: list[Need],
    offers: list[Offer],
    rules: Rules,
    *,
    lists: dict[int, list[int]],
    beneficiaries: set[int],
    pivotals: set[int],
    thirds: set[int],
    decided: set[tuple[int, int, int]],
    confirmed: set[int],
) -> list[Option]:
    """The options of all needs, by need id, best first; `lists` has the ids of the offers of each need's list."""
    offer_by_id = {offer.id: offer for offer in offers}
    result = []
    for need in sorted(needs, key=lambda one: one.id):
        listed = [offer_by_id[pk] for pk in lists.get(need.id, [])]
        if need.id not in beneficiaries or is_covered_well(need, listed, rules, confirmed):
            continue
        own = []
        for pivotal, third in product(listed, offers):
            if pivotal.id not in pivotals or third.id not in thirds or reference.gates(need, pivotal, rules):
                continue
            if (need.id, pivotal.id, third.id) in decided or not may_be_third(need, pivotal, third, rules):
                continue
            both = together(need, pivotal, third)
            parts = reference.parts(need, both, rules)
            if sum(parts) >= rules.min_score:
                own.append(Option(need.id, pivotal.id, third.id, parts, reference.word(need, both, rules)))
        own.sort(key=lambda one: (-sum(one.parts), one.pivotal, one.facilitating))
        for rank, option in enumerate(own[:BEST_KEPT], start=1):
            option.rank = rank
        result += own[:BEST_KEPT]
    return result
