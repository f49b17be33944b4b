"""What `make demo` shows of people at work: invented, marked wherever it shows, made once, and on a trial alone."""

import pytest
from django.core import mail
from django.urls import reverse

from directory.mail.sending import send_due
from directory.models import Agency
from directory.people.designations import revoke
from matching.choices import MatchStatus, OptionStatus, SideAnswer, Word
from matching.life import introducing, review
from matching.life.answers.answering import answer
from matching.life.answers.refusing import is_held, pass_on
from matching.life.outcomes import agree, complete, confirm_outcome
from matching.models import Match, MatchEvent, TriangularEvent, TriangularOption
from matching.runs.rematch import match_marked
from matching.runs.running import run_matching
from practices.choices import PracticeStatus
from practices.models import Practice
from ssc_portal.running.demo.agencies import AGENCIES
from ssc_portal.running.demo.people import (
    COORDINATOR,
    FOCAL_POINT,
    MANAGER,
    OF_THE_FUND,
    OTHER_FOCAL_POINT,
    REVIEWER,
    DemoRefused,
    make_demo_accounts,
    user_of,
)
from ssc_portal.running.demo.postings import (
    ADVISERS_NEED,
    FLOOD_NEED,
    MARK,
    POSTINGS,
    RICE_COURSE,
    RICE_NEED,
    SAID,
    find,
)
from ssc_portal.running.demo.story import (
    mails_to_nobody,
    make_invented_postings,
    make_invented_practices,
    take_invented_steps,
)
from surveys.choices import PostingStatus, Side, WithdrawalReason
from surveys.models import Need, Offer
from surveys.postings.approval import approve
from surveys.postings.states import withdraw
from tests.factories import UserFactory
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def trial(settings, reference):
    settings.DEBUG = True
    settings.STAFF_SECOND_FACTOR = False
    make_demo_accounts()


@pytest.fixture
def shown(trial):
    """The trial with all that is invented, matched, and what became of it."""
    make_invented_postings()
    run_matching()
    assert take_invented_steps() == [
        "a strong fit was released to everyone",
        "a triangular option was put to its three sides",
        "a proposal was refused by one side",
    ]


def test_one_sees_a_strong_fit_an_option_and_a_refusal(shown):
    (released,) = Match.objects.released()
    assert (released.released_word, released.word) == (Word.STRONG, Word.STRONG)
    assert released.need.is_confirmed
    assert released.offer.is_confirmed
    assert sorted(TriangularOption.objects.values_list("status", flat=True)) == [
        OptionStatus.PROPOSED,
        OptionStatus.SUGGESTED,
    ]
    # Not passed on yet: the reviewer does that, or the side takes it back.
    refused = Match.objects.get(status=MatchStatus.PROPOSED)
    assert is_held(refused)
    sides = {row.side: (row.answer, bool(row.answer_reason)) for row in refused.sides.all()}
    assert sides == {Side.NEED: (SideAnswer.INTERESTED, False), Side.OFFER: (SideAnswer.NOT_NOW, True)}


@pytest.mark.parametrize("person", [FOCAL_POINT, OTHER_FOCAL_POINT, OF_THE_FUND, REVIEWER])
def test_each_of_the_three_sides_and_the_secretariat_sees_the_option_on_its_need(client, shown, person):
    address = find(RICE_NEED).get_absolute_url()
    assert "Triangular options" not in client.get(address).content.decode()
    client.force_login(user_of(person))
    page = client.get(address).content.decode()
    assert "Triangular options" in page
    assert RICE_COURSE.title in page


def test_without_the_package_of_the_topic_it_shows_the_same(trial, monkeypatch):
    monkeypatch.setattr("matching.scoring.reading_arrays.topic_is_available", lambda: False)
    make_invented_postings()
    run_matching()
    assert len(take_invented_steps()) == 3
    assert Match.objects.released().get().released_word == Word.STRONG
    assert TriangularOption.objects.count() == 2


def test_what_is_invented_says_so(shown):
    assert Need.objects.count() + Offer.objects.count() == len(POSTINGS)
    for posting in (*Need.objects.all(), *Offer.objects.all()):
        assert posting.title.startswith(MARK)
        assert posting.text.startswith(SAID)
        assert posting.agency.name.startswith("Invented")
    assert (
        Agency.objects.filter(code__in=[one.code for one in AGENCIES], description__startswith="Invented").count() == 4
    )
    said = [*MatchEvent.objects.exclude(note=""), *TriangularEvent.objects.exclude(note="")]
    assert len(said) == 3
    assert all(event.note.startswith(MARK) for event in said)
    refusal = Match.objects.get(status=MatchStatus.PROPOSED).sides.get(side=Side.OFFER)
    assert refusal.answer_reason.startswith(MARK)


PLACES = [
    "/", "/offers/", "/needs/", "/matches/", "/countries/KHM/", "/agencies/demo-agency-tha/", "/search/?q=flood",
    "/api/v1/offers/", "/api/v1/needs/", "/api/v1/matches/",
]  # fmt: skip


@pytest.mark.parametrize("reader", [None, OTHER_FOCAL_POINT, REVIEWER])
def test_the_mark_stands_wherever_a_title_does(client, shown, reader):
    places = [*PLACES, Match.objects.released().get().get_absolute_url()]
    if reader is not None:
        client.force_login(user_of(reader))
        export = reverse("admin:matching_match_export", args=["csv"])
        places.append(export if reader == REVIEWER else "/workspace/matches/")
    for place in places:
        answered = client.get(place)
        assert answered.status_code == 200, place
        text = b"".join(answered).decode()
        assert MARK in text, place
        for invented in POSTINGS:
            assert text.count(invented.title) == text.count(MARK + invented.title), (place, invented.title)


def test_mails_of_it_carry_the_mark(shown):
    send_due()
    told = [message for message in mail.outbox if "Invented" in message.body]
    assert mail.outbox
    assert told == mail.outbox


def test_mails_written_for_show_go_to_nobody_and_others_wait_for_their_sender(trial):
    with mails_to_nobody():
        make_invented_postings()
    assert not mail.outbox
    assert send_due() == {}


def test_a_second_time_nothing_is_made_or_done(shown):
    def state():
        rows = (Need.objects, Offer.objects, Match.objects, TriangularOption.objects)
        return [list(one.order_by("pk").values_list("pk", "updated_at")) for one in rows]

    before = state()
    make_demo_accounts()
    assert make_invented_postings() == 0
    assert take_invented_steps() == []
    assert state() == before


def test_what_a_tester_has_done_stays_done(shown):
    reviewer = user_of(REVIEWER)
    review.withhold(match=Match.objects.released().get(), by=reviewer)
    refused = pass_on(match=Match.objects.get(status=MatchStatus.PROPOSED), by=reviewer)
    review.take_back(match=refused, by=reviewer, note="To be asked once more.")
    withdraw(posting=find(RICE_COURSE), by=user_of(FOCAL_POINT), reason=WithdrawalReason.OTHER)
    assert make_invented_postings() == 0
    run_matching()
    assert take_invented_steps() == []
    assert not Match.objects.released().exists()


def test_a_need_waits_for_its_coordinator_and_leads_to_an_outcome(shown):
    need = find(ADVISERS_NEED)
    assert (need.status, need.confirmed_on) == (PostingStatus.SUBMITTED, None)
    assert need in Need.objects.awaiting_approval_by(user_of(COORDINATOR))
    assert need not in Need.objects.awaiting_approval_by(user_of(MANAGER))
    approve(posting=need, by=user_of(COORDINATOR))
    match_marked()
    match = Match.objects.get(need=need, offer=find(RICE_COURSE))
    assert match.word == Word.STRONG
    seeking, offering, reviewer = (user_of(person) for person in (OTHER_FOCAL_POINT, FOCAL_POINT, REVIEWER))
    review.propose(match=match, by=reviewer)
    answer(match=match, side=Side.NEED, by=seeking, answer=SideAnswer.INTERESTED)
    answer(match=match, side=Side.OFFER, by=offering, answer=SideAnswer.INTERESTED)
    introducing.introduce(match=match, by=reviewer)
    agree(match=match, by=offering, values={"agreed_on": today(), "places": 12})
    complete(match=match, by=seeking, values={"women_trained": 7, "men_trained": 5})
    confirm_outcome(match=match, side=Side.NEED, by=seeking)
    confirm_outcome(match=match, side=Side.OFFER, by=offering)
    match.refresh_from_db()
    assert match.status == MatchStatus.COMPLETED


def nothing_was_made():
    return not Need.objects.exists() and not Offer.objects.exists()


def test_a_portal_in_use_gets_none(trial, settings):
    settings.DEBUG = False
    for make in (make_invented_postings, take_invented_steps):
        with pytest.raises(DemoRefused, match="only with DEBUG on"):
            make()
    assert nothing_was_made()


def test_where_others_work_for_the_secretariat_nothing_is_made_even_with_debug_on(trial):
    UserFactory(email="manager@portal.example.net", role=MANAGER.role)
    with pytest.raises(DemoRefused, match="Others than the demo's people"):
        make_invented_postings()
    assert nothing_was_made()


def test_where_the_secretariat_may_not_act_it_is_said_why(trial, settings):
    settings.STAFF_SECOND_FACTOR = True
    with pytest.raises(DemoRefused, match="STAFF_SECOND_FACTOR=off"):
        make_invented_postings()
    assert nothing_was_made()


def test_without_its_people_nothing_is_made(settings, reference):
    settings.DEBUG = True
    settings.STAFF_SECOND_FACTOR = False
    with pytest.raises(DemoRefused, match="make_demo_accounts"):
        make_invented_postings()
    assert nothing_was_made()


def test_all_are_made_or_none(trial):
    # The postings of the others come before and after those of the fund.
    revoke(designation=user_of(OF_THE_FUND).affiliations.get().designations.get(), by=user_of(MANAGER))
    with pytest.raises(DemoRefused):
        make_invented_postings()
    assert nothing_was_made()


def test_two_practices_are_shared_once_each_marked_and_found_beside_a_need(client, trial):
    make_invented_postings()
    assert (make_invented_practices(), make_invented_practices()) == (2, 0)
    for practice in Practice.objects.public():
        assert practice.title.startswith(MARK)
        assert practice.text.startswith(SAID)
        assert practice.status == PracticeStatus.PUBLISHED
        assert [row.history_change_reason for row in practice.history.order_by("history_id")] == [
            "drafted", "submitted", "published",
        ]  # fmt: skip
    page = client.get(find(FLOOD_NEED).get_absolute_url()).content.decode()
    assert "a flood warning that reaches the last house" in page
