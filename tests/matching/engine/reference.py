"""The slow, obvious scorer: the rules of docs/matching.md in plain Python, with sets and exact fractions.

It shares no code with the engine. Fields hold what a person would say: names of areas, countries by name.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

MILLION = 1_000_000
ALIKE = 80
ENGLISH = 0


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
    english_words: dict[int, int] | None = field(default=None, kw_only=True)
    """Of a second text, in English; None: it has none."""
    english_meaning: tuple[int, ...] = field(default=(0, 0, 0), kw_only=True)

    def texts(self) -> list[tuple[dict[int, int], tuple[int, ...], int | None]]:
        """Words, meaning and language of each text."""
        own = [(self.words, self.meaning, self.language)]
        return own if self.english_words is None else [*own, (self.english_words, self.english_meaning, ENGLISH)]


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
    unstated_modalities: int = 0
    """In percent, as the next."""
    unstated_topic: int = 0
    known_languages: frozenset[int] = frozenset({0, 1})
    """Within which words and meaning are compared; within others words alone."""
    across: dict[frozenset[int], int] = field(default_factory=dict)
    """Pairs of languages whose meanings are compared: cosine from which on they are close, in ten-thousandths."""
    min_score: int = 350_000
    top_k: int = 20
    good_from: int = 400_000
    strong_from: int = 600_000

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
    level = Fraction(rules.unstated_modalities, 100)
    if not need.modalities and not offer.modalities:
        return level
    if not offer.modalities:
        return min(level, Fraction(1, len(need.modalities)))
    if not need.modalities:
        return min(level, Fraction(10, 9 + len(offer.modalities)))
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
    close = [closeness(one, other, rules) for one in need.texts() for other in offer.texts()]
    return max(Fraction(rules.unstated_topic, 100), *close)


def closeness(one, other, rules: Rules) -> Fraction:
    (asked, asked_meaning, language), (offered, offered_meaning, other_language) = one, other
    words = sum(Fraction(weight * offered.get(term, 0), 2**28) for term, weight in asked.items())
    product = ALIKE * sum(a * b for a, b in zip(asked_meaning, offered_meaning, strict=True))
    meaning = max(Fraction(0), Fraction(product, 2**20))
    if language is not None and other_language is not None and language != other_language:
        steep = rules.across.get(frozenset({language, other_language}))
        cosine = min(round_half_up(10_000 * meaning), 10_000)
        return Fraction(0) if steep is None else Fraction(table_across(steep)[cosine], 10_000)
    if language is not None and language == other_language and language in rules.known_languages:
        refined = min(meaning, 6 * words)
    else:
        refined = words
    within = 2 * (Fraction(7, 10) * words + Fraction(3, 10) * refined)
    return min(Fraction(round_half_up(10_000 * within), 10_000), Fraction(1))


def table_across(steep: int) -> list[int]:
    """Closeness by cosine: nothing below `steep`, then the cosine itself."""
    return [cosine if cosine >= steep else 0 for cosine in range(10_001)]


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


def word(need: Need, offer: Offer, rules: Rules) -> int:
    """2 strong, 1 good, 0 partial: areas, modalities and region alone, over their own weights."""
    stated = ("areas", "modalities", "region")
    total = sum(rules.weights[name] for name in stated)
    parts = [MILLION * rules.weights[name] * CRITERIA[name](need, offer, rules) for name in stated]
    overlap = sum(round_half_up(part / total) for part in parts) if total else 0
    half_is_offered = 2 * len(need.areas & offer.areas) >= len(need.areas)
    if overlap >= rules.strong_from and half_is_offered:
        return 2
    return 1 if overlap >= rules.good_from else 0


@dataclass
class Suggestion:
    parts: list[int]
    score: int
    word: int
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
            listed[need.id, offer.id] = Suggestion(parts(need, offer, rules), score, word(need, offer, rules))

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
