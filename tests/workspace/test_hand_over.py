"""What a person has in hand, on one page to print."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.life import review
from surveys.choices import PostingStatus
from surveys.models import Offer
from tests.factories import (
    ConfirmedNeedFactory,
    DesignationFactory,
    NeedFactory,
    OfferFactory,
    PublishedOfferFactory,
    speaker_for,
    suggested_match,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIST = "/workspace/profile/hand-over/"


@pytest.fixture
def hands_over(client, focal_point):
    """The client of a focal point."""
    client.force_login(focal_point)
    return client


def test_it_lists_what_is_in_hand_and_nothing_of_others(hands_over, focal_point, other_focal_point):
    agency = focal_point.current_affiliations[0].agency
    OfferFactory(agency=agency, country=None, title="A draft of ours")
    PublishedOfferFactory(agency=agency, country=None, title="Read from a survey")
    Offer.objects.create(agency=agency, title="Withdrawn long ago", status=PostingStatus.WITHDRAWN)
    NeedFactory(agency=other_focal_point.current_affiliations[0].agency, title="Not ours")
    page = Page(hands_over.get(LIST))
    for words in ("A draft of ours", "Read from a survey", "not confirmed", "Letters by which you act", "TEST/"):
        assert words in page.text, words
    for words in ("Withdrawn long ago", "Not ours", "Matches under way"):
        assert words not in page.text, words
    assert LIST in Page(hands_over.get("/workspace/profile/")).links


def test_matches_stand_there_once_the_side_was_asked(client, reviewer):
    match = suggested_match()
    client.force_login(speaker_for(match.offer))
    assert "Matches under way" not in client.get(LIST).content.decode()
    review.propose(match=match, by=reviewer)
    page = Page(client.get(LIST))
    assert "Matches under way" in page.text
    assert "Proposals to answer" in page.text
    assert f"/workspace/matches/{match.public_id}/" in page.links


def test_it_takes_as_many_queries_with_many_as_with_one(hands_over, focal_point):
    agency = focal_point.current_affiliations[0].agency

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert hands_over.get(LIST).status_code == 200
        return len(queries)

    ConfirmedNeedFactory(agency=agency, country=agency.country)
    alone = asked()
    for _number in range(4):
        ConfirmedNeedFactory(agency=agency, country=agency.country)
        DesignationFactory(affiliation=focal_point.affiliations.get())
    assert asked() == alone


def test_who_has_nothing_in_hand_is_told_so(client, partner):
    client.force_login(partner)
    assert "Nothing is in your hands." in client.get(LIST).content.decode()
