"""A copy that the feed keeps is what the lists say, whatever happens and in whatever way it is written."""

import datetime as dt
import random
from typing import Any

import pytest
import time_machine
from django.test import Client

from directory.models import User
from feed.audiences import FeedAudience
from feed.models import FeedMark
from surveys.models import Offer
from tests.api import client_of
from tests.factories import PublishedOfferFactory
from tests.feed.copying import Copy, listed, seen, sequence
from tests.feed.happening import HAPPENINGS, make_world
from tests.marked import of_any_database

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 30, 9, 30, tzinfo=dt.UTC)
STEPS = 10
AT_ONCE = 3


@pytest.fixture
def clients(partner: User, settings: Any) -> dict[FeedAudience, Client]:
    """Somebody of each audience, whom no session that ends turns into everyone."""
    settings.SESSION_COOKIE_AGE = settings.SESSION_IDLE_SECONDS = 10**8
    return {FeedAudience.ANONYMOUS: Client(), FeedAudience.READ_MATCHES: client_of(partner)}


@pytest.mark.parametrize("seed", [17, *of_any_database(45)])
def test_a_copy_equals_the_truth_whatever_happens(seed: int, clients: dict[FeedAudience, Client]) -> None:
    draw = random.Random(seed)
    with time_machine.travel(START, tick=False) as clock:
        make_world()
        sequence()
        copies = {audience: Copy(client, size=draw.randint(20, 60)) for audience, client in clients.items()}
        for step in range(STEPS):
            clock.shift(dt.timedelta(hours=draw.randint(0, 9)))
            for _number in range(draw.randint(1, 4)):
                draw.choice(HAPPENINGS)(draw)
            if draw.random() < 0.4:
                for copy in copies.values():
                    copy.update()  # before the feed has looked
            if draw.random() < 0.8:
                sequence()
                for audience, copy in copies.items():
                    copy.update()
                    assert copy.rows == seen(audience), step
        sequence()
        for copy in copies.values():
            copy.update()
            assert copy.rows == listed(copy.client)
            assert {change["change"] for change in copy.told} == {"upsert", "gone"}
            assert copy.update() == []
    assert not FeedMark.objects.exists()


def test_each_thing_that_may_happen_is_told_at_once(clients: dict[FeedAudience, Client]) -> None:
    with time_machine.travel(START, tick=False):
        make_world()
        sequence()
        copies = {audience: Copy(client) for audience, client in clients.items()}
        for number in range(0, len(HAPPENINGS), AT_ONCE):
            happened = HAPPENINGS[number : number + AT_ONCE]
            for happening in happened:
                happening(random.Random(number))
            sequence()
            for audience, copy in copies.items():
                copy.update()
                assert copy.rows == seen(audience), [happening.__name__ for happening in happened]


def test_what_the_feed_serves_is_never_more_than_is_seen(clients: dict[FeedAudience, Client]) -> None:
    """Nobody has looked at what was written meanwhile: what is hidden by now is not shown, whatever the feed knows."""
    draw = random.Random(6)
    with time_machine.travel(START, tick=False) as clock:
        make_world()
        sequence()
        for _step in range(4):
            for _number in range(4):
                draw.choice(HAPPENINGS)(draw)
            clock.shift(dt.timedelta(hours=7))
            for audience, client in clients.items():
                served, truth = Copy(client), seen(audience)
                served.update()
                assert {key: truth.get(key) for key in served.rows} == served.rows


@pytest.mark.parametrize(
    ("there", "back"),
    [({"title": "Another"}, {"title": "As before"}), ({"visibility": "focal_points"}, {"visibility": "public"})],
)
def test_what_is_changed_and_changed_back_before_the_feed_looks_is_in_no_copy(
    clients: dict[FeedAudience, Client], there: dict[str, str], back: dict[str, str]
) -> None:
    offers = PublishedOfferFactory.create_batch(3, title="As before")
    sequence()
    Offer.objects.filter(pk=offers[1].pk).update(**there)
    copies = {audience: Copy(client, size=2) for audience, client in clients.items()}
    for copy in copies.values():
        copy.update()
    Offer.objects.filter(pk=offers[1].pk).update(**back)
    sequence()
    for audience, copy in copies.items():
        copy.update()
        assert copy.rows == seen(audience)


def test_a_copy_made_of_the_lists_is_continued_from_a_position_taken_before(
    clients: dict[FeedAudience, Client],
) -> None:
    draw = random.Random(3)
    client = clients[FeedAudience.READ_MATCHES]
    with time_machine.travel(START, tick=False):
        make_world()
        sequence()
        copy = Copy(client)
        copy.position = client.get("/api/v1/changes/?after=now").json()["position"]
        copy.rows = listed(client, kinds=("offers", "needs", "matches"))
        for _number in range(10):
            draw.choice(HAPPENINGS)(draw)
        copy.rows |= listed(client, kinds=tuple({"agencies", "areas", "cooperation", "countries", "groups"}))
        sequence()
        copy.rows |= listed(client, kinds=("modalities", "practices", "surveys"))
        for _number in range(5):
            draw.choice(HAPPENINGS)(draw)
        sequence()
        copy.update()
        assert copy.rows == listed(client)


def test_a_day_that_passes_is_told_though_nobody_writes(clients: dict[FeedAudience, Client]) -> None:
    with time_machine.travel(START, tick=False) as clock:
        make_world()
        sequence()
        copies = {audience: Copy(client) for audience, client in clients.items()}
        for copy in copies.values():
            copy.update()
        told: set[tuple[str, str, str]] = set()
        for _half_day in range(10):
            clock.shift(dt.timedelta(hours=12))
            sequence()
            for audience, copy in copies.items():
                before = len(copy.told)
                copy.update()
                assert copy.rows == seen(audience)
                told |= {(audience, change["kind"], change["change"]) for change in copy.told[before:]}
    assert told == {
        *((audience, "offers", "upsert") for audience in FeedAudience),  # is_closed
        *((FeedAudience.READ_MATCHES, "matches", change) for change in ("gone", "upsert")),
    }
