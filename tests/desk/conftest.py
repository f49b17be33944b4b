"""What the tests of the reviewer's admin share."""

from collections.abc import Callable

import pytest
from django.test import Client

from directory.models import User
from matching.models import Match
from matching.runs.running import run_matching
from tests.factories import ConfirmedNeedFactory, ConfirmedOfferFactory, CountryFactory, TargetFactory, speaker_for


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


@pytest.fixture
def match(db: None) -> Match:
    """A suggestion of two confirmed public postings: Thailand's offer names Cambodia."""
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    ConfirmedNeedFactory(country=cambodia, title="Seed potatoes", areas=["energy", "health"])
    TargetFactory(offer=ConfirmedOfferFactory(country=thailand, title="Solar pumps"), country=cambodia)
    run_matching()
    match = Match.objects.get()
    speaker_for(match.need)
    speaker_for(match.offer)
    return match


def page_of(match: Match) -> str:
    """The address of a match's review page."""
    return f"/admin/matching/match/{match.pk}/change/"
