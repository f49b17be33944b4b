"""Asking the secretariat about a posting: who may, about what, the coordinator first, once, withdrawn, answered."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.access import Action, can
from directory.choices import Role
from directory.mail.sending import send_due
from directory.models import Mail
from directory.people.leaving import erase
from matching.choices import EnquiryState, MatchStatus
from matching.enquiries import asking
from matching.enquiries.asking import MOST_A_DAY, EnquiryRefused, TooManyEnquiries
from matching.life import review
from matching.models import Enquiry, Match, MatchEvent
from surveys.choices import Side, Visibility, WindowKind
from surveys.models import CountryWindow
from tests.factories import (
    AffiliationFactory,
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    speaker_for,
    suggested_match,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


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
def single_window(db):
    return CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)


def asked(posting, by, agency, own=None, text="Could this work for us?", side=Side.OFFER):
    return asking.ask(side=side, posting=posting, by=by, agency=agency, own=own, text=text)


def mails(kind):
    return sorted(Mail.objects.filter(kind=kind).values_list("to_address", flat=True))


@pytest.mark.parametrize("role", ["focal_point", "coordinator", "other_focal_point", "partner", "reviewer", "manager"])
def test_those_who_may_ask(role, request):
    posting = PublishedOfferFactory()
    person = request.getfixturevalue(role)
    agency = person.affiliations.get().agency
    if can(person, Action.ASK_ABOUT_POSTINGS):
        assert asked(posting, person, agency).state == EnquiryState.WITH_SECRETARIAT
    else:
        with pytest.raises(EnquiryRefused):
            asked(posting, person, agency)
    assert Enquiry.objects.count() == (role in ("focal_point", "coordinator", "other_focal_point"))


def test_without_a_designation_one_may_ask_too(offer, focal_point, agency):
    focal_point.affiliations.get().designations.all().delete()
    assert asked(offer, focal_point, agency).state == EnquiryState.WITH_SECRETARIAT


def test_nobody_asks_for_an_agency_that_it_does_not_serve(offer, focal_point):
    with pytest.raises(EnquiryRefused, match="this agency"):
        asked(offer, focal_point, AgencyFactory())


@pytest.mark.parametrize("kind", ["own", "draft", "hidden", "paused"])
def test_one_asks_about_what_one_sees_and_is_not_one_s_own(kind, focal_point, agency):
    khmer = CountryFactory(iso3="KHM")
    posting = {
        "own": lambda: PublishedOfferFactory(country=agency.country, agency=agency),
        "draft": lambda: OfferFactory(country=khmer),
        "hidden": lambda: PublishedOfferFactory(country=khmer, visibility=Visibility.MATCHED),
        "paused": lambda: PublishedOfferFactory(country=khmer),
    }[kind]()
    if kind == "paused":
        CountryWindow.objects.create(country=khmer, paused_at=timezone.now())
    with pytest.raises(EnquiryRefused, match="not one to ask about"):
        asked(posting, focal_point, agency)
    assert not Enquiry.objects.exists()


def test_also_about_what_only_focal_points_see_and_about_a_need(focal_point, agency):
    khmer = CountryFactory(iso3="KHM")
    shown = PublishedNeedFactory(country=khmer, visibility=Visibility.FOCAL_POINTS)
    enquiry = asked(shown, focal_point, agency, side=Side.NEED)
    assert (enquiry.posting, enquiry.own, enquiry.offer) == (shown, None, None)


def test_the_own_posting_is_one_s_own_and_published(offer, need, focal_point, agency):
    enquiry = asked(offer, focal_point, agency, own=need)
    assert (enquiry.posting, enquiry.own, enquiry.agency) == (offer, need, agency)
    for wrong in (PublishedNeedFactory(), NeedFactory(country=agency.country, agency=agency)):
        with pytest.raises(EnquiryRefused, match="your own published"):
            asked(offer, focal_point, agency, own=wrong)


def test_a_posting_of_an_agency_elsewhere_does_not_lead_round_its_country_s_window(offer, focal_point, agency):
    """Who serves agencies of two countries asks for one of them, about that one's postings."""
    elsewhere = AgencyFactory(country=CountryFactory(iso3="VNM"))
    AffiliationFactory(user=focal_point, agency=elsewhere, role=Role.FOCAL_POINT)
    theirs = PublishedNeedFactory(country=elsewhere.country, agency=elsewhere)
    with pytest.raises(EnquiryRefused, match="your own published"):
        asked(offer, focal_point, agency, own=theirs)
    assert asked(offer, focal_point, elsewhere, own=theirs).agency == elsewhere


def test_asking_twice_is_once(offer, need, focal_point, agency, reviewer):
    first = asked(offer, focal_point, agency, own=need)
    assert asked(offer, focal_point, agency, own=need) == first
    with pytest.raises(EnquiryRefused, match="already"):
        asked(offer, focal_point, agency, own=need, text="Something else")
    assert Enquiry.objects.get() == first
    assert mails("enquiry") == [reviewer.email]
    assert asked(offer, focal_point, agency) != first, "about the offer alone is another enquiry"


def test_the_database_holds_that_it_is_once(offer, need, focal_point, agency):
    for own in (need, None):
        row = asked(offer, focal_point, agency, own=own)
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_it_can_be_withdrawn_by_who_asked_and_asked_anew(offer, focal_point, agency, coordinator, reviewer):
    enquiry = asked(offer, focal_point, agency)
    for person in (coordinator, reviewer):
        with pytest.raises(EnquiryRefused):
            asking.withdraw(enquiry=enquiry, by=person)
    asking.withdraw(enquiry=enquiry, by=focal_point)
    assert not Enquiry.objects.to_answer().exists()
    with pytest.raises(EnquiryRefused):
        asking.withdraw(enquiry=enquiry, by=focal_point)
    with pytest.raises(EnquiryRefused):
        asking.answer(enquiry=enquiry, by=reviewer, text="Too late.")
    assert asked(offer, focal_point, agency, text="Otherwise") != enquiry


def test_a_withdrawn_one_is_not_mailed_any_more(offer, focal_point, agency, reviewer, mailoutbox):
    asking.withdraw(enquiry=asked(offer, focal_point, agency), by=focal_point)
    send_due()
    assert mailoutbox == []


def test_where_the_country_has_one_window_its_coordinator_sees_it_first(
    single_window, offer, focal_point, agency, coordinator, reviewer, other_focal_point, mailoutbox
):
    enquiry = asked(offer, focal_point, agency)
    assert enquiry.state == EnquiryState.WITH_COORDINATOR
    assert (mails("enquiry"), mails("enquiry_to_pass")) == ([], [coordinator.email])
    assert not Enquiry.objects.received().exists()
    for person in (focal_point, other_focal_point, reviewer):
        with pytest.raises(EnquiryRefused):
            asking.pass_on(enquiry=enquiry, by=person)
    asking.pass_on(enquiry=enquiry, by=coordinator)
    assert Enquiry.objects.to_answer().get() == enquiry
    assert mails("enquiry") == [reviewer.email]
    with pytest.raises(EnquiryRefused):
        asking.keep_back(enquiry=enquiry, by=coordinator)
    send_due()
    assert [message.to for message in mailoutbox] == [[reviewer.email]], "the coordinator has decided already"


@pytest.mark.parametrize("end", ["keep_back", "withdraw"])
def test_what_is_not_passed_on_the_secretariat_never_sees(end, single_window, offer, focal_point, agency, coordinator):
    enquiry = asked(offer, focal_point, agency)
    getattr(asking, end)(enquiry=enquiry, by=coordinator if end == "keep_back" else focal_point)
    assert not Enquiry.objects.received().exists()
    assert not Enquiry.objects.to_pass_on_by(coordinator).exists()


def test_the_coordinator_and_those_without_one_ask_directly(single_window, offer, focal_point, agency, coordinator):
    ministry = coordinator.affiliations.get().agency
    assert asked(offer, coordinator, ministry).state == EnquiryState.WITH_SECRETARIAT
    coordinator.affiliations.update(ended_at=timezone.now())
    assert asked(offer, focal_point, agency).state == EnquiryState.WITH_SECRETARIAT


def test_the_secretariat_answers_once(offer, focal_point, agency, reviewer, manager, mailoutbox):
    enquiry = asked(offer, focal_point, agency)
    with pytest.raises(EnquiryRefused, match="by the secretariat"):
        asking.answer(enquiry=enquiry, by=focal_point, text="Yes.")
    with pytest.raises(EnquiryRefused, match="Write the answer"):
        asking.answer(enquiry=enquiry, by=reviewer, text=" ")
    asking.answer(enquiry=enquiry, by=reviewer, text="Yes: post a need first.")
    with pytest.raises(EnquiryRefused, match="any more"):
        asking.answer(enquiry=enquiry, by=manager, text="No.")
    mailoutbox.clear()
    send_due()
    assert [message.to for message in mailoutbox] == [[focal_point.email]]
    assert "post a need" not in mailoutbox[0].body, "a mail carries no text that somebody typed"
    assert "Flood radar" in mailoutbox[0].body


def test_a_proposal_is_the_answer_and_whoever_asked_sees_no_change(reviewer):
    match = suggested_match()
    person = speaker_for(match.need)
    agency = person.affiliations.get().agency
    enquiry = asked(match.offer, person, agency, own=match.need)
    assert Enquiry.objects.to_answer().exists()
    review.propose(match=match, by=reviewer)
    assert not Enquiry.objects.to_answer().exists()
    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.WITH_SECRETARIAT
    review.take_back(match=Match.objects.get(), by=reviewer, note="Not yet.")
    assert Enquiry.objects.to_answer().get() == enquiry, "it waits again"


def test_what_is_asked_after_a_proposal_waits(reviewer):
    match = suggested_match()
    review.propose(match=match, by=reviewer)
    person = speaker_for(match.need)
    enquiry = asked(match.offer, person, person.affiliations.get().agency, own=match.need)
    assert Match.objects.get().status == MatchStatus.PROPOSED
    assert Enquiry.objects.to_answer().get() == enquiry


def test_nothing_of_it_touches_postings_or_matches(focal_point, agency, reviewer):
    area = {"areas": ["energy"], "modalities": ["training"]}
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="KHM"), **area)
    need = ConfirmedNeedFactory(country=agency.country, agency=agency, **area)
    before = [(row.updated_at, row.history.count()) for row in (offer, need)]
    enquiry = asked(offer, focal_point, agency, own=need)
    asking.answer(enquiry=enquiry, by=reviewer, text="Yes.")
    for row in (offer, need):
        row.refresh_from_db()
    assert before == [(row.updated_at, row.history.count()) for row in (offer, need)]
    assert not Match.objects.exists()
    assert not MatchEvent.objects.exists()


def test_so_many_a_day(focal_point, agency):
    start = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
    offers = [PublishedOfferFactory(country=CountryFactory(iso3="KHM")) for _one in range(MOST_A_DAY + 1)]
    with time_machine.travel(start, tick=False):
        for offer in offers[:-1]:
            asked(offer, focal_point, agency)
        with pytest.raises(TooManyEnquiries) as refused:
            asked(offers[-1], focal_point, agency)
        assert refused.value.retry_after == 86_401
    with time_machine.travel(start + dt.timedelta(hours=24, seconds=1), tick=False):
        asked(offers[-1], focal_point, agency)


def test_what_somebody_asked_goes_with_the_person(offer, need, focal_point, agency, reviewer):
    answered = asked(offer, focal_point, agency, text="My telephone is +66 999.")
    asking.answer(enquiry=answered, by=reviewer, text="Dear Focal Point, yes.")
    silent = asked(offer, focal_point, agency, own=need, text="")
    erase(focal_point)
    for one in (answered, silent):
        one.refresh_from_db()
    assert (answered.text, answered.answer, silent.text, silent.answer) == ("—", "—", "", "")


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "answered"},
        {"answer": "Yes."},
        {"passed_at": timezone.now()},
        {"received_at": None},
        {"state": "with_coordinator"},
        {"state": "withdrawn"},
        {"withdrawn_at": timezone.now()},
        {"offer": None},
        {"side": "need"},
    ],
    ids=lambda broken: ",".join(broken),
)
def test_the_database_holds_what_goes_together(broken, offer, focal_point, agency):
    enquiry = asked(offer, focal_point, agency)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.filter(pk=enquiry.pk).update(**broken)
