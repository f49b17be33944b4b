"""What a change of a posting leaves to be matched, whichever door it came through."""

import pytest

from matching.choices import MatchStatus
from matching.models import Match
from matching.runs.running import run_matching
from surveys.answering.pending import choose
from surveys.answering.reading import readings
from surveys.choices import Direction, PlaceKind
from surveys.models import CountryWindow, PendingChange, Reading
from surveys.postings.deciding import windows
from tests.factories import (
    AreaFactory,
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
    ScoringProfileFactory,
    TargetFactory,
)
from tests.matching.runs.test_rematch import suggestions, what_a_run_leaves

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    """An offer of Thailand to Cambodia in energy; Cambodia seeks trade."""
    ScoringProfileFactory()
    offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"), areas=["energy"])
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"))
    PublishedNeedFactory(country=CountryFactory(iso3="KHM"), areas=["trade"])
    return offer


def test_a_version_that_somebody_chose_is_matched(offer, manager, django_capture_on_commit_callbacks):
    content = {"values": {"title": "As answered"}, "areas": ["trade"], "modalities": ["training"], "targets": [
        {"kind": "country", "country": "KHM", "group": None, "as_printed": "", "is_ambiguous": False, "note": ""}
    ]}  # fmt: skip
    change = PendingChange.objects.create(offer=offer, response=ResponseFactory(country=offer.country), content=content)
    with django_capture_on_commit_callbacks(execute=True):
        choose(change=change, takes_response=True, by=manager)
    assert Match.objects.filter(offer=offer, status=MatchStatus.SUGGESTED).count() == 1
    assert suggestions() == what_a_run_leaves()


def test_so_is_an_offer_whose_place_was_read(offer, manager, django_capture_on_commit_callbacks):
    PublishedNeedFactory(country=CountryFactory(iso3="LAO"), areas=["energy"])
    offer.response = ResponseFactory(country=offer.country)
    offer.save()
    token = Reading.objects.create(
        response=offer.response, kind=PlaceKind.UNRESOLVED, as_printed="Laos", direction=Direction.PRIORITY
    )
    with django_capture_on_commit_callbacks(execute=True):
        readings.resolve(reading=token, country=CountryFactory(iso3="LAO"), by=manager)
    assert Match.objects.filter(need__country="LAO", offer=offer, status=MatchStatus.SUGGESTED).count() == 1
    assert suggestions() == what_a_run_leaves()


def test_what_a_pause_hides_leaves_the_lists(offer, manager, django_capture_on_commit_callbacks):
    offer.areas.add(AreaFactory(code="trade"))
    run_matching()
    assert suggestions()
    with django_capture_on_commit_callbacks(execute=True):
        windows.pause(country=offer.country, by=manager)
    assert CountryWindow.objects.get().paused_at is not None
    assert suggestions() == what_a_run_leaves() == []
