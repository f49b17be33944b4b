"""Asking about a posting on the pages: from the posting, with one's own; who reads what of it."""

import pytest
from django.test import Client

from directory.models import User
from matching.choices import EnquiryState
from matching.enquiries import asking
from matching.models import Enquiry
from surveys.choices import Side, WindowKind
from surveys.models import CountryWindow
from tests.factories import (
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    speaker_for,
    suggested_match,
)
from tests.pages import Page
from tests.project.test_secrecy import CHANGES_ALWAYS

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIST = "/workspace/enquiries/"
BUTTON = "Ask the secretariat about this"


@pytest.fixture
def agency(focal_point):
    return focal_point.affiliations.get().agency


@pytest.fixture
def offer():
    return PublishedOfferFactory(country=CountryFactory(iso3="KHM"), title="Flood radar")


@pytest.fixture
def need(agency):
    return PublishedNeedFactory(country=agency.country, agency=agency, title="Warnings of floods")


@pytest.fixture
def member(client: Client, focal_point: User) -> Client:
    client.force_login(focal_point)
    return client


def ask_page(posting, side="offer"):
    return f"/workspace/{side}s/{posting.pk}/ask/"


def asked(posting, by, own=None, text="Could this work?", side=Side.OFFER):
    agency = by.affiliations.get().agency
    return asking.ask(side=side, posting=posting, by=by, agency=agency, own=own, text=text)


def test_the_posting_s_page_leads_to_it(client, member, offer, need):
    for posting, side in ((offer, "offer"), (PublishedNeedFactory(), "need")):
        page = member.get(posting.get_absolute_url()).content.decode()
        assert BUTTON in page
        assert ask_page(posting, side) in page
    assert BUTTON not in member.get(need.get_absolute_url()).content.decode(), "its own"


@pytest.mark.parametrize("role", ["partner", "reviewer", "manager"])
def test_those_who_do_not_ask_are_offered_nothing(role, client, offer, request):
    client.force_login(request.getfixturevalue(role))
    page = client.get(offer.get_absolute_url()).content.decode()
    assert BUTTON not in page
    assert "ask about this" not in page
    assert client.get(ask_page(offer)).status_code == 403


def test_a_visitor_is_led_through_the_log_in(client, offer):
    page = client.get(offer.get_absolute_url()).content.decode()
    assert f"/accounts/login/?next={ask_page(offer)}" in page
    assert client.get(ask_page(offer))["Location"].startswith("/accounts/login/")


def test_asking_with_one_s_own_need(member, offer, need, focal_point, agency):
    page = Page(member.get(ask_page(offer)))
    assert "Not an official communication of your Government" in page.text
    assert "None in particular" in page.text
    typed = {"own": str(need.pk), "text": "Could this work for us?"}
    answer = member.post(ask_page(offer), typed, follow=True)
    assert "Sent to the secretariat." in answer.content.decode()
    member.post(ask_page(offer), typed)
    enquiry = Enquiry.objects.get()
    assert (enquiry.side, enquiry.offer, enquiry.need, enquiry.asked_by, enquiry.agency) == (
        Side.OFFER, offer, need, focal_point, agency,
    )  # fmt: skip
    text = Page(member.get(LIST)).text
    for words in ("Flood radar", "Warnings of floods", "Could this work for us?", "With the secretariat"):
        assert words in text
    assert "You have asked about this already" in Page(member.get(offer.get_absolute_url())).text


def test_asking_without_any_own_posting(member, offer):
    assert "Your agency has published no need yet" in Page(member.get(ask_page(offer))).text
    assert "Sent to the secretariat." in member.post(ask_page(offer), {}, follow=True).content.decode()
    assert Enquiry.objects.get().own is None


def test_the_one_that_fits_is_proposed_and_the_address_can_name_another(client):
    match = suggested_match()
    person = speaker_for(match.need)
    other = PublishedNeedFactory(country=match.need.country, agency=match.need.agency, title="A title before others")
    client.force_login(person)
    form = client.get(ask_page(match.offer)).context["form"]
    assert form["own"].value() == match.need.pk
    assert any("fit" in str(label) for _pk, label in form.fields["own"].choices)
    form = client.get(f"{ask_page(match.offer)}?own={other.pk}").context["form"]
    assert form["own"].value() == other.pk
    for wrong in ("999999", "x", "-1", "9" * 30):
        assert client.get(f"{ask_page(match.offer)}?own={wrong}").status_code == 200
    page = client.get(f"/workspace/matches/{match.need_id}-{match.offer_id}/").content.decode()
    assert f"{ask_page(match.offer)}?own={match.need_id}" in page


@pytest.mark.parametrize("typed", [{"own": "999999"}, {"own": "x"}, {"text": "x" * 5_001}, {"text": "a\0b"}])
def test_what_does_not_fit_is_said_and_kept(typed, member, offer, need):
    answer = member.post(ask_page(offer), {"text": "Kept words", **typed})
    assert answer.status_code == 422
    assert typed.get("text", "Kept words")[:100] in answer.content.decode() or "\0" in typed.get("text", "")
    assert not Enquiry.objects.exists()


def test_asking_otherwise_while_one_is_open_keeps_what_was_typed(member, offer, focal_point):
    asked(offer, focal_point)
    answer = member.post(ask_page(offer), {"text": "Something else"})
    assert answer.status_code == 422
    assert "Something else" in answer.content.decode()
    assert "Withdraw that first" in answer.content.decode()


def test_the_limit_is_said_with_what_was_typed(member, focal_point, offer, monkeypatch):
    monkeypatch.setattr(asking, "MOST_A_DAY", 1)
    asked(PublishedOfferFactory(country=offer.country), focal_point)
    answer = member.post(ask_page(offer), {"text": "One more, please"})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_401
    assert "One more, please" in answer.content.decode()


def test_one_s_own_posting_and_one_that_is_not_there_are_answered_alike(member, need, agency):
    own = PublishedOfferFactory(country=agency.country, agency=agency)
    for address in (ask_page(own), ask_page(need, "need"), "/workspace/offers/999999/ask/"):
        assert member.get(address).status_code == 404
        assert member.post(address, {}).status_code == 404


def test_withdrawing_by_a_button_and_nobody_else_s(member, client, offer, focal_point, other_focal_point):
    enquiry = asked(offer, focal_point)
    stranger = Client()
    stranger.force_login(other_focal_point)
    for step in ("withdraw", "pass-on", "keep-back"):
        assert stranger.post(f"{LIST}{enquiry.pk}/{step}/").status_code == 404
    assert "Flood radar" not in stranger.get(LIST).content.decode()
    answer = member.post(f"{LIST}{enquiry.pk}/withdraw/", follow=True)
    assert "You may ask again at any time." in answer.content.decode()
    assert "not open any more" in member.post(f"{LIST}{enquiry.pk}/withdraw/", follow=True).content.decode()
    assert member.post(f"{LIST}{enquiry.pk}/nothing/").status_code == 404


def test_a_coordinator_passes_on_by_a_button(client, offer, focal_point, coordinator):
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    enquiry = asked(offer, focal_point)
    client.force_login(coordinator)
    assert "Enquiry to pass on" in client.get("/workspace/").content.decode()
    page = Page(client.get(LIST)).text
    assert "Could this work?" in page
    assert "Flood radar" in page
    answer = client.post(f"{LIST}{enquiry.pk}/pass-on/", follow=True)
    assert "Passed on to the secretariat." in answer.content.decode()
    assert client.post(f"{LIST}{enquiry.pk}/keep-back/").status_code == 404
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.passed_by) == (EnquiryState.WITH_SECRETARIAT, coordinator)


def test_a_coordinator_is_not_asked_where_its_country_has_no_single_window(client, offer, focal_point, coordinator):
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SEVERAL)
    asked(offer, focal_point)
    client.force_login(coordinator)
    assert "Could this work?" not in client.get(LIST).content.decode(), "seen by the secretariat only"


def test_a_posting_that_is_withdrawn_meanwhile_is_not_named_to_who_asked(member, offer, focal_point):
    asked(offer, focal_point)
    type(offer).objects.update(status="withdrawn", title="A title that was changed since")
    page = member.get(LIST).content.decode()
    assert "A title that was changed" not in page
    assert "An offer that is not published any more" in page


def test_the_answer_is_read_by_who_asked(member, offer, focal_point, reviewer):
    asking.answer(enquiry=asked(offer, focal_point), by=reviewer, text="Post a need <b>first</b>.")
    page = Page(member.get(LIST))
    assert "Post a need <b>first</b>." in page.text
    assert "Answered" in page.text


def test_the_other_side_reads_what_it_would_have_read(reviewer):
    """Every page that the other side opens is the same to the letter, whether it was asked about or not."""
    match = suggested_match()
    asking_one, other = speaker_for(match.need), speaker_for(match.offer)
    pages = (
        match.offer.get_absolute_url(), match.need.get_absolute_url(), "/workspace/", "/workspace/matches/", LIST,
        f"/workspace/matches/{match.need_id}-{match.offer_id}/", f"/workspace/offers/{match.offer_id}/",
        f"/workspace/offers/{match.offer_id}/history/", "/workspace/questions/",
        f"/api/v1/offers/{match.offer_id}/", f"/api/v1/matches/{match.public_id}/",
    )  # fmt: skip

    def read() -> list[str]:
        client = Client()
        client.force_login(other)
        return [CHANGES_ALWAYS.sub("", client.get(address).content.decode()) for address in pages]

    before = read()
    enquiry = asked(match.offer, asking_one, own=match.need)
    assert read() == before
    asking.answer(enquiry=enquiry, by=reviewer, text="Yes.")
    assert read() == before


def test_the_pages_make_as_many_queries_with_many(member, offer, focal_point, need, django_assert_num_queries):
    for number in (1, 20):
        for _one in range(number):
            asked(PublishedOfferFactory(country=offer.country), focal_point, own=need)
            Enquiry.objects.update(asked_at="2026-01-01T00:00Z")
        with django_assert_num_queries(7):  # session, person, affiliations; number, enquiries; postings seen; matches
            member.get(LIST)
        with django_assert_num_queries(7):  # session, person, affiliations; posting; own ones, fits; asked already
            member.get(ask_page(offer))
