"""The desk's page "Whom to ask", and proposing from it."""

import pytest
from django.test import Client

from matching.choices import MatchStatus
from matching.life import review
from matching.models import Match
from matching.runs.running import run_matching
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    PublishedOfferFactory,
    SurveyFactory,
    TargetFactory,
    speaker_for,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


@pytest.fixture
def need() -> Need:
    return ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), title="Seed potatoes")


def offer_to(need: Need, maker=ConfirmedOfferFactory, **fields) -> Offer:
    agency = AgencyFactory(code="tica", name="Thai agency", country=CountryFactory(iso3="THA"))
    offer = maker(**{"agency": agency, "country": None, "title": "Solar pumps"} | fields)
    TargetFactory(offer=offer, country=need.country)
    speaker_for(need)
    speaker_for(offer)
    return offer


def whom(need: Need) -> str:
    return f"/admin/matching/match/need/{need.pk}/whom/"


def propose(need: Need, offer: Offer) -> str:
    return f"/admin/matching/match/need/{need.pk}/propose/{offer.pk}/"


@pytest.mark.any_database
def test_the_page_names_the_agency_its_offer_and_what_is_shared(desk, need):
    offer = offer_to(need)
    read = offer_to(need, maker=PublishedOfferFactory, title="Read from a survey", survey=SurveyFactory())
    text = desk.get(whom(need)).content.decode()
    confirmed, to_be_verified = text.split('id="to-be-verified"')
    for part, title in ((confirmed, "Solar pumps"), (to_be_verified, "Read from a survey")):
        assert "<bdi>Thai agency, Thailand</bdi>" in part
        assert title in part
        assert "Areas: 1 of 1 (Energy)" in part
        assert "Strong fit" in part
    assert propose(need, offer) in confirmed
    # What nobody confirmed is to be verified, and has no way to a proposal.
    assert propose(need, read) not in text
    assert "Read from the 2018 survey, not yet put to the Government." in to_be_verified
    assert whom(need) in desk.get(f"/admin/matching/match/need/{need.pk}/").content.decode()


@pytest.mark.any_database
def test_a_match_is_linked_to_in_place_of_the_button(desk, need, reviewer):
    offer = offer_to(need)
    run_matching()
    match = Match.objects.get()
    page = f"/admin/matching/match/{match.pk}/change/"
    for words in ("Suggested", "Proposed to both sides"):
        text = desk.get(whom(need)).content.decode()
        assert f'<a href="{page}">{words}</a>' in text
        assert propose(need, offer) not in text
        if words == "Suggested":
            review.propose(match=match, by=reviewer)
    assert desk.get(propose(need, offer)).headers["Location"] == page


@pytest.mark.any_database
def test_a_reviewer_looks_and_proposes(desk, need, reviewer):
    offer = offer_to(need)
    address = propose(need, offer)
    text = desk.get(address).content.decode()
    assert "Seed potatoes" in text
    assert "Solar pumps" in text
    assert "Not open:" not in text
    assert not Match.objects.exists()
    answer = desk.post(address, {"note": "On the phone."})
    match = Match.objects.get()
    assert answer.headers["Location"] == f"/admin/matching/match/{match.pk}/change/"
    assert match.status == MatchStatus.PROPOSED
    assert match.events.get(kind="proposed").note == "On the phone."
    # A second time, as by a double click, says so and does nothing.
    again = desk.post(address, {"note": "Once more."})
    assert "Nothing was done." in again.content.decode()
    assert "Once more." in again.content.decode()
    assert match.events.filter(kind="proposed").count() == 1


@pytest.mark.any_database
def test_what_cannot_be_proposed_says_why(desk, need):
    read = offer_to(need, maker=PublishedOfferFactory)
    text = desk.get(propose(need, read)).content.decode()
    assert "Only confirmed postings can be proposed" in text
    assert "Nothing was done." in desk.post(propose(need, read), {}).content.decode()
    assert "at most 5000 fit" in desk.post(propose(need, read), {"note": "x" * 5_001}).content.decode()
    assert not Match.objects.exists()
    Need.objects.update(confirmed_on=None)
    offer = offer_to(need)
    text = desk.get(whom(need)).content.decode()
    assert "This need is not confirmed yet." in text
    assert propose(need, offer) not in text


def test_nothing_to_ask_and_nothing_there(desk, need):
    assert "No such offer fits this need today." in desk.get(whom(need)).content.decode()
    not_there = ("need/999999/whom", f"need/{2**70}/whom", f"need/{need.pk}/propose/999999", "need/999999/propose/1")
    for address in not_there:
        assert desk.get(f"/admin/matching/match/{address}/").status_code == 404
    assert desk.post(whom(need)).status_code == 405


@pytest.mark.any_database
@pytest.mark.parametrize("who", [None, "focal_point", "other_focal_point", "coordinator", "partner"])
def test_none_but_the_secretariat_see_it_or_propose(need, who, request):
    offer = offer_to(need)
    client = Client()
    if who:
        client.force_login(request.getfixturevalue(who))
    for answer in (client.get(whom(need)), client.get(propose(need, offer)), client.post(propose(need, offer), {})):
        assert answer.status_code == 302
        assert "login" in answer.headers["Location"]
    assert not Match.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize("number", [1, 6])
def test_the_queries_do_not_grow(desk, need, number, django_assert_num_queries):
    for count in range(number):
        offer_to(need, agency=None, country=CountryFactory(), title=f"Offer {count}")
    # Session, user, affiliations and second factor (4), the need (3), whom to ask (22: no text counts), labels (3).
    with django_assert_num_queries(32):
        desk.get(whom(need))
