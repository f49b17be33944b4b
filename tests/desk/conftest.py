"""What the tests of the reviewer's admin share."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from directory.models import User
from matching.models import Match
from matching.runs.running import run_matching
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    ScoringProfileFactory,
    TargetFactory,
    speaker_for,
)
from tests.snapshots import Snapshot, take_snapshot


@pytest.fixture
def as_(client: Client) -> Callable[[User], Client]:
    """The client, logged in as somebody."""

    def log_in(user: User) -> Client:
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def desk(as_: Callable[[User], Client], reviewer: User) -> Client:
    """The client of the reviewer."""
    return as_(reviewer)


def make_match() -> None:
    """Have a run by the known profile suggest a match of two confirmed public postings."""
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    with transaction.atomic():
        ScoringProfileFactory()
        ConfirmedNeedFactory(country=cambodia, title="Seed potatoes", areas=["energy", "health"])
        TargetFactory(offer=ConfirmedOfferFactory(country=thailand, title="Solar pumps"), country=cambodia)
        run_matching()
        match = Match.objects.get()
        speaker_for(match.need)
        speaker_for(match.offer)
        # What would follow the commit follows in no test either: each ends before its transaction does.
        connection.run_on_commit.clear()


@pytest.fixture(scope="session")
def match_snapshot(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Snapshot:
    """The rows of a suggestion, found by a run once a session."""
    with django_db_blocker.unblock():
        return take_snapshot("match", make_match)


@pytest.fixture
def match(db: None, match_snapshot: Snapshot) -> Match:
    """A suggestion of two confirmed public postings: Thailand's offer names Cambodia."""
    match_snapshot.put()
    return Match.objects.get()


@pytest.fixture(autouse=True)
def _match_first(request: pytest.FixtureRequest) -> None:
    """Put the suggestion in before anything else, whose factories take what is there already."""
    if "match" in request.fixturenames:
        request.getfixturevalue("match")


def page_of(match: Match) -> str:
    """The address of a match's review page."""
    return f"/admin/matching/match/{match.pk}/change/"
