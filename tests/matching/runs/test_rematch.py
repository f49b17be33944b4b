"""Rematching one posting leaves what a run would: its own list, and every list that it enters or leaves."""

import datetime as dt
import random

import pytest
from django.db import transaction

from directory.models import Country, PriorityArea
from matching.choices import MatchStatus
from matching.life.marks import Ids
from matching.models import Match, ScoringProfile
from matching.runs.rematch import bring_up_to_date, rematch
from matching.runs.running import run_matching
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from tests.factories import (
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
    put_in,
)
from tests.marked import of_any_database
from web.calendar.days import today

pytestmark = pytest.mark.django_db

AREAS = ("energy", "health", "agriculture", "gender")
FIGURES = ("need", "offer", "score", "part_areas", "part_topic", "rank_for_need", "rank_for_offer")


def suggestions() -> list[tuple[int | None, ...]]:
    return sorted(Match.objects.filter(status=MatchStatus.SUGGESTED).values_list(*FIGURES), key=str)


def what_a_run_leaves() -> list[tuple[int | None, ...]]:
    with transaction.atomic():
        run_matching()
        found = suggestions()
        transaction.set_rollback(True)
    return found


@pytest.fixture
def countries():
    return [CountryFactory(iso3=code) for code in ("KHM", "LAO", "THA", "VNM", "FJI")]


def some_postings(draw: random.Random, countries: list[Country]) -> list[Need | Offer]:
    postings: list[Need | Offer] = []
    for _ in range(9):
        areas, days = draw.sample(AREAS, draw.randint(1, 3)), draw.randint(0, 3)
        confirmed = today() - dt.timedelta(days=days)
        postings.append(PublishedNeedFactory(country=draw.choice(countries), areas=areas, confirmed_on=confirmed))
        areas = draw.sample(AREAS, draw.randint(1, 3))
        offer = PublishedOfferFactory(country=draw.choice(countries), areas=areas, confirmed_on=confirmed)
        for country in draw.sample(countries, draw.randint(1, 4)):
            TargetFactory(offer=offer, country=country)
        postings.append(offer)
    return postings


def change(posting: Need | Offer, draw: random.Random, countries: list[Country]) -> None:
    kind = draw.choice(("areas", "date", "withdrawn", "country", "back"))
    if kind == "areas":
        posting.areas.set(PriorityArea.objects.filter(pk__in=draw.sample(AREAS, draw.randint(1, 4))))
    elif kind == "date":
        posting.confirmed_on = today() - dt.timedelta(days=draw.randint(0, 5))
    elif kind == "withdrawn":
        posting.status = PostingStatus.WITHDRAWN
    elif kind == "country":
        posting.country = draw.choice(countries)
    else:
        posting.status = PostingStatus.PUBLISHED
    posting.save()


@pytest.mark.parametrize("seed", [0, 1, *of_any_database(2, 3)])
@pytest.mark.parametrize("top_k", [2, 20])
def test_whatever_changes_in_a_posting(seed: int, top_k: int, countries: list[Country]):
    draw = random.Random(seed)
    ScoringProfileFactory(top_k=top_k, min_score=200_000)
    postings = some_postings(draw, countries)
    run_matching()
    for _ in range(4):
        posting = draw.choice(postings)
        change(posting, draw, countries)
        rematch(posting=posting)
        left = suggestions()
        assert left == what_a_run_leaves()


@pytest.mark.parametrize("seed", [0, 1, *of_any_database(2, 3)])
@pytest.mark.parametrize("top_k", [2, 20])
def test_whatever_changes_in_several_at_once(seed: int, top_k: int, countries: list[Country]):
    draw = random.Random(seed)
    ScoringProfileFactory(top_k=top_k, min_score=200_000)
    postings = some_postings(draw, countries)
    run_matching()
    for _ in range(3):
        some = draw.sample(postings, 4)
        for posting in some:
            change(posting, draw, countries)
        needs = frozenset(one.pk for one in some if isinstance(one, Need))
        bring_up_to_date(changed=Ids(needs, frozenset(one.pk for one in some if isinstance(one, Offer))))
        left = suggestions()
        assert left == what_a_run_leaves()


def test_a_second_time_writes_nothing(countries: list[Country]):
    ScoringProfileFactory(top_k=2)
    postings = some_postings(random.Random(1), countries)
    run_matching()
    before = list(Match.objects.order_by("pk").values_list("pk", "updated_at"))
    for posting in postings:
        rematch(posting=posting)
    assert list(Match.objects.order_by("pk").values_list("pk", "updated_at")) == before


def test_a_pair_that_people_decided_takes_no_place(countries: list[Country]):
    ScoringProfileFactory(top_k=1)
    need = PublishedNeedFactory(country=countries[0], areas=["energy"])
    first, second = PublishedOfferFactory.create_batch(2, country=countries[2], areas=["energy"])
    for offer in (first, second):
        TargetFactory(offer=offer, country=countries[0])
    run_matching()
    assert Match.objects.get(need=need, rank_for_need=1).offer == first
    put_in(MatchStatus.SET_ASIDE, Match.objects.filter(need=need, offer=first))
    rematch(posting=need)
    assert Match.objects.get(need=need, status=MatchStatus.SUGGESTED).offer == second
    assert suggestions() == what_a_run_leaves()


def test_it_scores_by_the_profile_of_the_last_run(countries: list[Country]):
    used = ScoringProfileFactory()
    need = PublishedNeedFactory(country=countries[0], areas=["energy"])
    TargetFactory(offer=PublishedOfferFactory(country=countries[2], areas=["energy"]), country=countries[0])
    run_matching()
    ScoringProfile.objects.update(is_default=False)
    ScoringProfileFactory(version=2, weight_areas=100, weight_modalities=0, weight_region=0, is_default=True)
    [match] = rematch(posting=need)
    assert match.profile == used
