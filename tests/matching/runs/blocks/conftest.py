"""Postings enough for several blocks, and what one process makes of them."""

import random

import pytest

from matching.choices import MatchStatus
from matching.models import Match
from matching.runs import in_blocks
from tests.factories import CountryFactory, PublishedNeedFactory, PublishedOfferFactory, TargetFactory

AREAS = ("energy", "health", "agriculture", "gender")
FIGURES = (
    "need", "offer", "status", "score", "part_areas", "part_modalities", "part_region", "part_topic",
    "rank_for_need", "rank_for_offer",
)  # fmt: skip


def stored() -> list[tuple[object, ...]]:
    """All that a run writes of its matches, but for ids and moments."""
    matches = Match.objects.exclude(status=MatchStatus.LAPSED)
    return list(matches.order_by("need", "offer").values_list(*FIGURES))


@pytest.fixture
def postings(known_profile: None) -> None:
    draw = random.Random(7)
    countries = [CountryFactory(iso3=code) for code in ("KHM", "LAO", "THA", "VNM", "FJI")]
    for _ in range(10):
        PublishedNeedFactory(country=draw.choice(countries), areas=draw.sample(AREAS, draw.randint(1, 3)))
        offer = PublishedOfferFactory(country=draw.choice(countries), areas=draw.sample(AREAS, draw.randint(1, 3)))
        for country in draw.sample(countries, draw.randint(1, 4)):
            TargetFactory(offer=offer, country=country)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of two needs or so."""
    monkeypatch.setattr(in_blocks, "PAIRS_A_BLOCK", 20)
