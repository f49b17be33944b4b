"""However a row came to be gone, what the feed says of it is the same to the last byte."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from directory.models import User
from matching.life import review
from matching.models import Match
from surveys.choices import PostingStatus, Visibility, WithdrawalReason
from surveys.models import CountryWindow, Offer
from surveys.postings import states
from tests.api import client_of
from tests.factories import (
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    UserFactory,
    confirmed,
    suggested_match,
)
from tests.feed.copying import CHANGES, sequence

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 30, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(START, tick=False):
        yield


def told_after(ways: dict[str, Callable[[], object]], client: Client, kind: str) -> dict[str, str]:
    """What the feed says after each of these, each in a world of its own."""
    sequence()
    position = client.get(CHANGES, {"after": "now", "kind": kind}).json()["position"]
    told = {}
    for name, way in ways.items():
        with transaction.atomic():
            way()
            sequence()
            given = client.get(CHANGES, {"after": position, "kind": kind}).content.decode()
            # How far the feed is beyond these kinds says what else has gone: the posting itself.
            told[name] = given.partition('"next"')[2]
            transaction.set_rollback(True)
    return told


def test_a_posting(manager: User) -> None:
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="THA"))
    rows = Offer.objects.filter(pk=offer.pk)
    window = CountryWindow.objects.create(country=offer.country)
    ways: dict[str, Callable[[], object]] = {
        "withdrawn": lambda: states.withdraw(posting=offer, by=manager, reason=WithdrawalReason.NO_LONGER_HOLDS),
        "hidden": lambda: rows.update(visibility=Visibility.FOCAL_POINTS),
        "archived": lambda: rows.update(status=PostingStatus.ARCHIVED),
        "paused": lambda: CountryWindow.objects.filter(pk=window.pk).update(paused_at=timezone.now()),
        "deleted": lambda: rows.delete(),
    }

    told = told_after(ways, Client(), "offers")

    assert len(set(told.values())) == 1, told
    assert f'"id":"{offer.pk}","change":"gone","on":"2026-11-30","row":null' in told["deleted"]


def test_a_released_fit(reviewer: User) -> None:
    match = confirmed(suggested_match())
    rows = Match.objects.filter(pk=match.pk)
    review.release(match=match, by=reviewer)
    ways: dict[str, Callable[[], object]] = {
        "withheld": lambda: review.withhold(match=match, by=reviewer),
        "on hold": lambda: rows.update(on_hold_at=timezone.now()),
        "withdrawn": lambda: Offer.objects.filter(pk=match.offer_id).update(status=PostingStatus.WITHDRAWN),
        "hidden": lambda: Offer.objects.filter(pk=match.offer_id).update(visibility=Visibility.FOCAL_POINTS),
    }

    told = told_after(ways, Client(), "matches")

    assert len(set(told.values())) == 1, told
    assert f'"id":"{match.public_id}","change":"gone","on":"2026-11-30","row":null' in told["withheld"]


def test_a_computed_fit(partner: User) -> None:
    match = MatchFactory()
    rows = Match.objects.filter(pk=match.pk)
    ways: dict[str, Callable[[], object]] = {
        "lapsed": lambda: rows.update(is_shown=False),
        "withdrawn": lambda: Offer.objects.filter(pk=match.offer_id).update(status=PostingStatus.WITHDRAWN),
        "hidden": lambda: Offer.objects.filter(pk=match.offer_id).update(visibility=Visibility.FOCAL_POINTS),
        "expired": lambda: Offer.objects.filter(pk=match.offer_id).update(closes_on=dt.date(2026, 11, 20)),
        "deleted": lambda: rows.delete(),
    }

    told = told_after(ways, client_of(partner), "matches")

    assert len(set(told.values())) == 1, told
    assert '"change":"gone"' in told["lapsed"]


def test_whoever_is_not_of_the_audience_is_told_nothing(reviewer: User) -> None:
    """A decision about a fit that is not released moves nothing for everyone, and nothing for whoever sees fits."""
    match = confirmed(suggested_match())
    ways: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "set aside": lambda: review.set_aside(match=match, by=reviewer, note="Known."),
        "proposed": lambda: review.propose(match=match, by=reviewer),
        "noted": lambda: review.add_note(match=match, by=reviewer, note="?"),
    }
    for client in (Client(), client_of(UserFactory(role="partner"))):
        told = told_after(ways, client, "matches,offers,needs,cooperation,agencies")
        assert len(set(told.values())) == 1, told
