"""The slow, obvious scorer: the rules of docs/matching.md in plain Python, with sets and exact fractions.

It shares no code with the engine. Fields hold what a person would say: names of areas, countries by name.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

MILLION = 1_000_000
ALIKE = 80


@dataclass
class Posting:
    id: int
    country: str | None
    agency: int | None
    areas: set[int]
    modalities: set[int]
    recency: int
    is_open: bool
    words: dict[int, int] = field(default_factory=dict, kw_only=True)
    """How much each term says, in 2⁻¹⁴; no text: empty."""
    meaning: tuple[int, ...] = field(default=(0, 0, 0), kw_only=True)
    """In 2⁻¹⁰; each number stands in `ALIKE` dimensions."""
    language: int | None = field(default=None, kw_only=True)


@dataclass
class Need(Posting):
    preferred: dict[str, int] | None = None
    """Level in percent by offering country; None: no preferred partners stated."""


@dataclass
class Offer(Posting):
    reaches: dict[str, int] = field(default_factory=dict)
    """Level in percent by country; absent or 0: not reached."""


@dataclass
class Rules:
    parents: dict[int, int] = field(default_factory=dict)
    """Parent of an area."""
    weights: dict[str, int] = field(default_factory=lambda: {"areas": 45, "modalities": 25, "region": 30, "topic": 0})
    preferred_share: int = 30
    min_score: int = 350_000
    top_k: int = 20

    def related(self, one: int, other: int) -> bool:
        """Parent and child; two children of one parent are not related."""
        return self.parents.get(one) == other or self.parents.get(other) == one


def credit(need: Need, offer: Offer, rules: Rules) -> Fraction:
    total = Fraction(0)
    for area in need.areas:
        if area in offer.areas:
            total += 1
        elif any(rules.related(area, other) for other in offer.areas):
            total += Fraction(1, 2)
    return total


def areas(need: Need, offer: Offer, rules: Rules) -> Fraction:
    if not need.areas or not offer.areas:
        return Fraction(0)
    extra = 0
    for other in offer.areas:
        if other not in need.areas and not any(rules.related(area, other) for area in need.areas):
            extra += 1
    return credit(need, offer, rules) / (len(need.areas) + Fraction(1, 10) * extra)


def modalities(need: Need, offer: Offer, rules: Rules) -> Fraction:
    if not need.modalities or not offer.modalities:
        return Fraction(0)
    shared = len(need.modalities & offer.modalities)
    extra = len(offer.modalities - need.modalities)
    return shared / (len(need.modalities) + Fraction(1, 10) * extra)


def reach_level(need: Need, offer: Offer) -> int:
    return 0 if need.country is None else offer.reaches.get(need.country, 0)


def region(need: Need, offer: Offer, rules: Rules) -> Fraction:
    reach = Fraction(reach_level(need, offer), 100)
    if need.preferred is None:
        return reach
    fit = Fraction(0 if offer.country is None else need.preferred.get(offer.country, 0), 100)
    share = Fraction(rules.preferred_share, 100)
    return (1 - share) * reach + share * fit


def topic(need: Need, offer: Offer, rules: Rules) -> Fraction:
    words = sum(Fraction(weight * offer.words.get(term, 0), 2**28) for term, weight in need.words.items())
    product = ALIKE * sum(a * b for a, b in zip(need.meaning, offer.meaning, strict=True))
    meaning = max(Fraction(0), Fraction(product, 2**20))
    differ = need.language is not None and offer.language is not None and need.language != offer.language
    within = 2 * (Fraction(7, 10) * words + Fraction(3, 10) * min(meaning, 6 * words))
    closeness = meaning if differ else within
    return min(Fraction(round_half_up(10_000 * closeness), 10_000), Fraction(1))


CRITERIA = {"areas": areas, "modalities": modalities, "region": region, "topic": topic}


def round_half_up(value: Fraction) -> int:
    whole, rest = divmod(value, 1)
    return int(whole) + (1 if rest >= Fraction(1, 2) else 0)


def parts(need: Need, offer: Offer, rules: Rules) -> list[int]:
    total = sum(weight for weight in rules.weights.values() if weight > 0)
    result = []
    for name, criterion in CRITERIA.items():
        weight = rules.weights.get(name, 0)
        result.append(round_half_up(MILLION * weight * criterion(need, offer, rules) / total) if weight else 0)
    return result


def gates(need: Need, offer: Offer, rules: Rules) -> list[str]:
    """Names of all gates that close the pair."""
    closed = []
    if not need.is_open or not offer.is_open:
        closed.append("not_open")
    same_country = need.country is not None and need.country == offer.country
    same_agency = need.agency is not None and need.agency == offer.agency
    if same_country or same_agency:
        closed.append("same_side")
    if credit(need, offer, rules) == 0:
        closed.append("no_shared_area")
    if need.modalities and offer.modalities and not need.modalities & offer.modalities:
        closed.append("no_shared_modality")
    if reach_level(need, offer) == 0:
        closed.append("outside_target")
    return closed


@dataclass
class Suggestion:
    parts: list[int]
    score: int
    rank_for_need: int = 0
    rank_for_offer: int = 0


def suggest(
    needs: list[Need], offers: list[Offer], rules: Rules, decided: set[tuple[int, int]]
) -> dict[tuple[int, int], Suggestion]:
    """Return the suggestions by (need id, offer id); `decided` are such pairs too."""
    listed = {}
    for need, offer in product(needs, offers):
        score = sum(parts(need, offer, rules))
        if (need.id, offer.id) not in decided and not gates(need, offer, rules) and score >= rules.min_score:
            listed[need.id, offer.id] = Suggestion(parts(need, offer, rules), score)

    need_by_id, offer_by_id = {need.id: need for need in needs}, {offer.id: offer for offer in offers}
    for need in needs:
        own = [pair for pair in listed if pair[0] == need.id]
        own.sort(key=lambda pair: (-listed[pair].score, -offer_by_id[pair[1]].recency, pair[1]))
        for rank, pair in enumerate(own[: rules.top_k], start=1):
            listed[pair].rank_for_need = rank
    for offer in offers:
        own = [pair for pair in listed if pair[1] == offer.id]
        own.sort(key=lambda pair: (-listed[pair].score, -need_by_id[pair[0]].recency, pair[0]))
        for rank, pair in enumerate(own[: rules.top_k], start=1):
            listed[pair].rank_for_offer = rank
    return {pair: found for pair, found in listed.items() if found.rank_for_need or found.rank_for_offer}
