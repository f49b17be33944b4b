"""The examples that docs/matching.md works by hand, and the numbers that it prints."""

from pathlib import Path

import numpy as np
import pytest

from matching.engine import (
    CRITERIA,
    STRONG,
    Explanation,
    Languages,
    Postings,
    Preference,
    Profile,
    Reach,
    Texts,
    Weights,
    explain,
)
from matching.models import ScoringProfile

pytestmark = pytest.mark.any_database

DOCUMENT = (Path(__file__).parents[3] / "docs" / "matching.md").read_text(encoding="utf-8")

AREAS = [
    "connectivity",
    "transport",
    "trade",
    "ict",
    "environment",
    "disaster",
    "statistics",
    "rural",
    "agriculture",
    "energy",
    "water",
    "social",
    "gender",
    "health",
    "finance",
]
MODALITIES = ["financial", "experts", "training", "advisory", "visits", "technology"]


def mask(names: str, among: list[str]) -> int:
    return sum(1 << among.index(name) for name in names.split())


def one(number: int, *, country: int, areas: str, modalities: str, texts: Texts | None = None) -> Postings:
    return Postings(
        ids=np.array([number], dtype=np.int64),
        country=np.array([country], dtype=np.int32),
        agency=np.array([-1], dtype=np.int64),
        areas=np.array([mask(areas, AREAS)], dtype=np.uint64),
        modalities=np.array([mask(modalities, MODALITIES)], dtype=np.uint64),
        recency=np.array([0], dtype=np.int32),
        is_open=np.array([True]),
        texts=texts or text(),
    )


def text(*, words: int = 0, meaning: tuple[int, ...] = ()) -> Texts:
    """One term of this weight, and a meaning of a few numbers; nothing where there is no text."""
    return Texts(
        start=np.array([0, 1 if words else 0], dtype=np.int64),
        term=np.array([1] if words else [], dtype=np.int32),
        weight=np.array([words] if words else [], dtype=np.int32),
        meaning=np.array([[*meaning, *[0] * (32 - len(meaning))]], dtype=np.int8),
        language=np.array([0], dtype=np.int32),
    )


def default_profile() -> Profile:
    related = np.zeros(len(AREAS), dtype=np.uint64)
    related[0] = mask("transport trade ict", AREAS)
    related[1:4] = mask("connectivity", AREAS)
    stored = ScoringProfile()
    weights = Weights(*(getattr(stored, f"weight_{criterion.name}") for criterion in CRITERIA))
    knows_one = np.array([[1, 1], [1, 2]], dtype=np.uint8)
    return Profile(
        related,
        weights,
        preferred_share=stored.preference_share,
        unstated_modalities=stored.unstated_modalities,
        unstated_topic=stored.unstated_topic,
        languages=Languages(knows_one, np.zeros((0, 10_001), dtype=np.int32)),
        min_score=stored.min_score,
        top_k=stored.top_k,
        good_from=stored.good_from,
        strong_from=stored.strong_from,
    )


def explained(need: Postings, offer: Postings, *, reach: int, preference: int | None) -> Explanation:
    """Country 0 needs, country 1 offers."""
    return explain(
        need,
        offer,
        Reach(np.array([[reach, 0]], dtype=np.uint8), np.array([0], dtype=np.int32)),
        Preference(
            np.array([[0, preference or 0]], dtype=np.uint8),
            np.array([-1 if preference is None else 0], dtype=np.int32),
        ),
        default_profile(),
        need_index=0,
        offer_index=0,
    )


def numbers(found: Explanation) -> list[tuple[int, int, int, int]]:
    return [(part.numerator, part.denominator, part.weight, part.contribution) for part in found.parts if part.weight]


def lao_pdr() -> Postings:
    areas = "environment statistics rural agriculture energy water transport ict social finance"
    return one(1, country=0, areas=areas, modalities=" ".join(MODALITIES))


def thailand() -> Postings:
    areas = "environment disaster rural agriculture energy water social gender health"
    return one(1, country=1, areas=areas, modalities=" ".join(MODALITIES))


def test_lao_pdr_and_thailand():
    found = explained(lao_pdr(), thailand(), reach=100, preference=None)
    assert found.gates == ()
    assert numbers(found) == [
        (60, 103, 25, 145_631),
        (60, 60, 15, 150_000),
        (10_000, 10_000, 20, 200_000),
        (2_000, 10_000, 40, 80_000),
    ]
    assert found.score == 575_631
    assert (found.overlap, found.word) == (826_051, STRONG)
    assert found.missing_areas == mask("statistics transport ict finance", AREAS)
    assert found.extra_areas == mask("disaster gender health", AREAS)
    assert found.related_areas == 0
    assert found.preference_level is None


def related_need() -> Postings:
    said = text(words=2**14, meaning=(*[127] * 29, 64, 22))
    return one(1, country=0, areas="transport energy", modalities="training visits", texts=said)


def test_a_related_area_and_a_preferred_partner():
    # Words: 2¹⁴ × 2¹² of 2²⁸ is 0.25. Meaning: 29 × 127² + 64² + 22 is 471,859 of 2²⁰, 0.45.
    said = text(words=2**12, meaning=(*[127] * 29, 64, 1))
    offer = one(1, country=1, areas="connectivity energy gender", modalities="training experts", texts=said)
    found = explained(related_need(), offer, reach=80, preference=75)
    assert found.gates == ()
    assert numbers(found) == [
        (15, 21, 25, 178_571),
        (10, 21, 15, 71_429),
        (7_850, 10_000, 20, 157_000),
        (6_200, 10_000, 40, 248_000),
    ]
    assert found.score == 655_000
    assert (found.overlap, found.word) == (678_334, STRONG)
    assert found.shared_areas == mask("energy", AREAS)
    assert found.related_areas == mask("transport", AREAS)
    assert found.extra_areas == mask("gender", AREAS)
    assert (found.reach_level, found.preference_level) == (80, 75)


def test_trade_in_place_of_connectivity_earns_nothing_for_transport():
    offer = one(1, country=1, areas="trade energy gender", modalities="training experts")
    found = explained(related_need(), offer, reach=80, preference=75)
    assert (found.parts[0].numerator, found.parts[0].denominator) == (10, 22)
    assert found.extra_areas == mask("trade gender", AREAS)


@pytest.mark.parametrize(
    "printed",
    [
        "| 60/103 | 25 % | 0.145631 |",
        "| 1 | 15 % | 0.150000 |",
        "| 1 | 20 % | 0.200000 |",
        "| 2,000/10,000 | 40 % | 0.080000 |",
        "**0.575631**",
        "0.826051, and six of ten areas are offered: **strong**",
        "| 15/21 | 25 % | 0.178571 |",
        "| 10/21 | 15 % | 0.071429 |",
        "| 7,850/10,000 | 20 % | 0.157000 |",
        "| 6,200/10,000 | 40 % | 0.248000 |",
        "**0.655000**",
        "0.678334, and one of two areas is offered: **strong**",
    ],
)
def test_the_document_prints_these_numbers(printed: str):
    assert printed in DOCUMENT


def test_the_document_states_the_defaults():
    profile = default_profile()
    weights = {name: weight for name, weight in profile.weights.by_criterion().items() if weight}
    assert weights == {"areas": 25, "modalities": 15, "region": 20, "topic": 40}
    assert (profile.preferred_share, profile.min_score, profile.top_k) == (30, 300_000, 20)
    assert (profile.unstated_modalities, profile.unstated_topic) == (50, 20)
    assert (profile.strong_from, profile.good_from) == (600_000, 400_000)
    for stated in (
        "| 25 % |", "| 15 % |", "| 20 % |", "| 40 % |", "`min_score` (300,000 millionths)", "`top_k` (20)",
        "(*level*, 50 %)", "of the profile (20 %)", "`strong_from` (600,000)", "`good_from`\n(400,000)",
    ):  # fmt: skip
        assert stated in DOCUMENT
