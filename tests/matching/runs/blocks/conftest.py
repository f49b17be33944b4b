"""Postings enough for several blocks, and what one process makes of them."""

import random

import pytest
from pytest_django import DjangoDbBlocker

from matching.choices import MatchStatus
from matching.models import Match
from matching.runs import in_blocks
from tests.factories import (
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
)
from tests.snapshots import Snapshot, take_snapshot

AREAS = ("energy", "health", "agriculture", "gender")
FIGURES = (
    "need", "offer", "status", "score", "part_areas", "part_modalities", "part_region", "part_topic",
    "rank_for_need", "rank_for_offer",
)  # fmt: skip


def stored() -> list[tuple[object, ...]]:
    """All that a run writes of its matches, but for ids and moments."""
    matches = Match.objects.exclude(status=MatchStatus.LAPSED)
    return list(matches.order_by("need", "offer").values_list(*FIGURES))


@pytest.fixture(scope="session")
def postings_snapshot(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Snapshot:
    """Ten needs and ten offers, and the profile whose scores are easy to work out."""
    with django_db_blocker.unblock():
        return take_snapshot("postings", make_postings)


@pytest.fixture
def postings(db: None, postings_snapshot: Snapshot) -> None:
    postings_snapshot.put()


def make_postings() -> None:
    ScoringProfileFactory()
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
