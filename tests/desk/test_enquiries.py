"""Enquiries in the admin: with the fit, or the gates that close it; answered by a button, once."""

import pytest
from django.test import Client

from directory.models import User
from matching.choices import EnquiryState
from matching.enquiries import asking
from matching.models import Enquiry
from surveys.choices import Side, WindowKind
from surveys.models import CountryWindow
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    ScoringProfileFactory,
    TargetFactory,
    speaker_for,
    suggested_match,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIST = "/admin/matching/enquiry/"


@pytest.fixture
def desk(client: Client, reviewer: User) -> Client:
    ScoringProfileFactory()
    client.force_login(reviewer)
    return client


def pair(person: User, *, target: str):
    """A need of the person's agency, and an offer of Cambodia to the country `target`."""
    agency = person.affiliations.get().agency
    words = {"areas": ["energy"], "modalities": ["training"]}
    need = ConfirmedNeedFactory(country=agency.country, agency=agency, title="Solar pumps for farms", **words)
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="KHM"), title="Training on pumps", **words)
    TargetFactory(offer=offer, country=CountryFactory(iso3=target))
    return need, offer


def asked(offer, by: User, own=None, text="Could <i>this</i> work?") -> Enquiry:
    agency = by.affiliations.get().agency
    return asking.ask(side=Side.OFFER, posting=offer, by=by, agency=agency, own=own, text=text)


def page_of(enquiry: Enquiry) -> str:
    return f"{LIST}{enquiry.pk}/change/"


def test_the_queue_shows_the_fit_and_what_closes_a_pair(desk, focal_point):
    need, offer = pair(focal_point, target="THA")
    _need, closed = pair(focal_point, target="LAO")
    fitting, shut = asked(offer, focal_point, own=need), asked(closed, focal_point, own=need)
    assert "2 enquiries about postings to answer" in Page(desk.get("/admin/")).text
    text = Page(desk.get(f"{LIST}?todo=answer")).text
    assert "Strong fit" in text
    assert "outside_target" in text
    page = Page(desk.get(page_of(fitting)))
    assert "Could <i>this</i> work?" in page.text
    assert str(focal_point) in page.text
    assert "Strong fit" in page.text
    assert f"/admin/matching/match/need/{need.pk}/propose/{offer.pk}/" in page.source
    page = Page(desk.get(page_of(shut)))
    assert "outside_target" in page.text
    assert "/propose/" not in page.source


def test_without_an_own_posting_those_of_the_agency_stand_there(desk, focal_point):
    need, offer = pair(focal_point, target="THA")
    enquiry = asked(offer, focal_point)
    assert "No own posting named" in Page(desk.get(LIST)).text
    page = Page(desk.get(page_of(enquiry)))
    assert "Solar pumps for farms" in page.text
    assert f"?need={need.pk}&amp;offer={offer.pk}" in page.source
    type(need).objects.update(status="withdrawn")
    assert "It has published none." in Page(desk.get(page_of(enquiry))).text


def test_what_a_coordinator_holds_is_not_there(desk, focal_point, coordinator):
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    need, offer = pair(focal_point, target="THA")
    enquiry = asked(offer, focal_point, own=need)
    assert desk.get(LIST).context["cl"].result_count == 0
    assert desk.get(page_of(enquiry)).status_code == 302
    assert "to answer" not in Page(desk.get("/admin/")).text
    asking.pass_on(enquiry=enquiry, by=coordinator)
    assert "Passed on by the coordinator" in Page(desk.get(page_of(enquiry))).text


def test_it_is_answered_once(desk, focal_point):
    need, offer = pair(focal_point, target="THA")
    enquiry = asked(offer, focal_point, own=need)
    assert "field is required" in desk.post(page_of(enquiry), {"answer": " "}).content.decode()
    answer = desk.post(page_of(enquiry), {"answer": "Yes, it can."}, follow=True)
    assert "The answer is sent." in answer.content.decode()
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.ANSWERED
    again = desk.post(page_of(enquiry), {"answer": "Typed by another reviewer"})
    assert "Typed by another reviewer" in again.content.decode()
    assert "does not wait for an answer any more" in again.content.decode()
    assert desk.get(f"{LIST}?todo=answer").context["cl"].result_count == 0


def test_a_get_answers_nothing_and_others_do_not_look(desk, focal_point, coordinator):
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SEVERAL)
    need, offer = pair(focal_point, target="THA")
    enquiry = asked(offer, focal_point, own=need)
    desk.get(page_of(enquiry), {"answer": "Yes."})
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.WITH_SECRETARIAT
    for person in (focal_point, coordinator):
        client = Client()
        client.force_login(person)
        for address in (LIST, page_of(enquiry)):
            assert client.get(address).status_code == 302
            assert client.post(address, {"answer": "Yes."}).status_code == 302
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.WITH_SECRETARIAT


def test_the_match_queue_and_a_match_say_that_a_side_asks(desk):
    match = suggested_match()
    person = speaker_for(match.need)
    assert desk.get("/admin/matching/match/?todo=asked").context["page_obj"].paginator.count == 0
    asked(match.offer, person, own=match.need, text="Asked of the match")
    assert desk.get("/admin/matching/match/?todo=asked").context["page_obj"].paginator.count == 1
    page = Page(desk.get(f"/admin/matching/match/{match.pk}/change/"))
    assert "Asked of the match" in page.text
    assert "The match of the two" in Page(desk.get(page_of(Enquiry.objects.get()))).text


def test_a_filter_that_does_not_exist_finds_nothing(desk, focal_point):
    need, offer = pair(focal_point, target="THA")
    asked(offer, focal_point, own=need)
    assert desk.get(f"{LIST}?todo=nothing").context["cl"].result_count == 0
    for standing, number in (("answer", 1), ("answered", 0), ("withdrawn", 0)):
        assert desk.get(f"{LIST}?todo={standing}").context["cl"].result_count == number


def test_the_pages_make_as_many_queries_with_many(desk, focal_point, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(asking, "MOST_A_DAY", 100)
    need, offer = pair(focal_point, target="THA")
    alone = asked(offer, focal_point)
    first = asked(offer, focal_point, own=need)
    for address in (LIST, page_of(first), page_of(alone)):
        desk.get(address)
    for number in (1, 10):
        for _one in range(number):
            _need, other = pair(focal_point, target="THA")
            asked(other, focal_point, own=need)
        for address, queries in ((LIST, 31), (page_of(first), 35), (page_of(alone), 35)):
            with django_assert_num_queries(queries):
                desk.get(address)
