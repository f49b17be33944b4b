"""Two people acting at once, in threads on PostgreSQL: one wins, the other is told, the events are one line."""

import datetime as dt
import itertools
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from directory.choices import Role
from directory.models import Affiliation, Mail, User
from directory.people import invitations
from directory.people.invitations import InvitationRefused, NewPerson
from matching.asking.proposing import propose_pair
from matching.choices import REFUSALS as REFUSING_ANSWERS
from matching.choices import EventKind, MatchStatus, SideAnswer
from matching.life import introducing, outcomes, review, silence
from matching.life.answers import answering, clearing, refusing
from matching.life.seen.shown import ShownEvents
from matching.life.steps import ReviewRefused
from matching.models import Introduction, Match, MatchEvent, Outcome, ScoringProfile
from matching.runs.running import run_matching
from matching.scoring import profiles
from surveys.choices import ClearanceRule, PostingStatus, Side, Visibility, WindowKind
from surveys.models import CountryWindow, Offer
from surveys.postings import approval, states
from surveys.postings.deciding.held import PostingRefused
from tests.factories import (
    PASSWORD,
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    OfferFactory,
    ScoringProfileFactory,
    TargetFactory,
    UserFactory,
    speaker_for,
    suggested_match,
)
from tests.pages import as_of
from web.since_shown import ChangedSinceShown, as_shown

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

REFUSALS = (ChangedSinceShown, ReviewRefused, PostingRefused, InvitationRefused)
TIMES = range(3)
"""Chance decides who comes first: each race is run this often."""


def at_once(*acts: Callable[[], object]) -> tuple[list[object], list[Exception]]:
    """Let everyone act at the same time; return what came of it, and how the others were refused."""
    start = threading.Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return one()
        except REFUSALS as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        all_of_it = list(pool.map(act, acts))
    refused = [one for one in all_of_it if isinstance(one, Exception)]
    return [one for one in all_of_it if not isinstance(one, Exception)], refused


@pytest.fixture
def match(db: None) -> Match:
    return suggested_match()


@pytest.fixture
def proposed(match: Match, reviewer: User) -> Match:
    review.propose(match=match, by=reviewer)
    return match


def answer(match: Match, side: Side, said: SideAnswer) -> None:
    posting = match.need if side == Side.NEED else match.offer
    why = "time" if said in REFUSING_ANSWERS else ""
    answering.answer(match=match, side=side, by=speaker_for(posting), answer=said, why=why)


def take_back(match: Match, side: Side) -> None:
    posting = match.need if side == Side.NEED else match.offer
    answering.take_back_answer(match=match, side=side, by=speaker_for(posting))


def check_one_line(match: Match, kinds: dict[EventKind, int]) -> Match:
    """The events follow upon each other, so many of each kind, and end where the match stands."""
    events = list(MatchEvent.objects.filter(match=match).order_by("pk"))
    assert all(one.to_status == following.from_status for one, following in itertools.pairwise(events))
    now = Match.objects.get(pk=match.pk)
    assert events[-1].to_status == now.status
    assert {kind: sum(event.kind == kind for event in events) for kind in kinds} == kinds
    return now


@pytest.mark.parametrize("_time", TIMES)
def test_two_reviewers_decide(match, reviewer, manager, _time):
    mark = ShownEvents(match).mark()

    def take(step: review.Step, by: User) -> MatchEvent:
        with as_shown(ShownEvents(match), mark):
            return step(match=match, by=by)

    done, refused = at_once(lambda: take(review.propose, reviewer), lambda: take(review.set_aside, manager))
    assert (len(done), len(refused)) == (1, 1)
    now = check_one_line(match, {})
    decided = MatchEvent.objects.filter(kind__in=[EventKind.PROPOSED, EventKind.SET_ASIDE]).get()
    assert decided.to_status == now.status
    assert now.sides.count() == (2 if now.status == MatchStatus.PROPOSED else 0)


@pytest.mark.parametrize("_time", TIMES)
def test_two_reviewers_propose_a_pair_that_is_no_match(match, reviewer, manager, _time):
    need, offer = match.need, match.offer
    match.delete()
    done, refused = at_once(*(lambda by=by: propose_pair(need=need, offer=offer, by=by) for by in (reviewer, manager)))
    assert (len(done), len(refused)) == (1, 1)
    check_one_line(Match.objects.get(), {EventKind.PROPOSED: 1})


@pytest.mark.parametrize("_time", TIMES)
def test_a_reviewer_proposes_a_pair_that_a_run_suggests_at_that_moment(match, reviewer, _time):
    need, offer = match.need, match.offer
    match.delete()
    done, refused = at_once(lambda: propose_pair(need=need, offer=offer, by=reviewer), run_matching)
    assert (len(done), refused) == (2, [])
    now = check_one_line(Match.objects.get(), {EventKind.PROPOSED: 1})
    assert (now.status, now.rank_for_need) == (MatchStatus.PROPOSED, None)


@pytest.mark.parametrize("_time", TIMES)
def test_two_reviewers_introduce(proposed, reviewer, manager, _time):
    for side in Side:
        answer(proposed, side, SideAnswer.INTERESTED)
    done, refused = at_once(*(lambda by=by: introducing.introduce(match=proposed, by=by) for by in (reviewer, manager)))
    assert (len(done), len(refused)) == (1, 1)
    check_one_line(proposed, {EventKind.INTRODUCED: 1})
    assert Introduction.objects.count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_both_sides_answer(proposed, _time):
    done, refused = at_once(
        lambda: answer(proposed, Side.NEED, SideAnswer.INTERESTED),
        lambda: answer(proposed, Side.OFFER, SideAnswer.NOT_RELEVANT),
    )
    # A refusal waits to be passed on: whoever comes second answers as if nothing had been said.
    assert (len(done), refused) == (2, [])
    now = check_one_line(proposed, {EventKind.ANSWERED: 2, EventKind.NOT_TAKEN_FORWARD: 0})
    assert now.status == MatchStatus.PROPOSED


@pytest.mark.parametrize("_time", TIMES)
def test_a_side_takes_its_refusal_back_as_a_reviewer_passes_it_on(proposed, reviewer, _time):
    answer(proposed, Side.OFFER, SideAnswer.NOT_NOW)
    done, refused = at_once(
        lambda: take_back(proposed, Side.OFFER), lambda: refusing.pass_on(match=proposed, by=reviewer)
    )
    assert (len(done), len(refused)) == (1, 1)
    now = check_one_line(proposed, {})
    row = now.sides.get(side=Side.OFFER)
    ended = now.status == MatchStatus.NOT_TAKEN_FORWARD
    assert (row.answer == SideAnswer.NOT_NOW) == ended
    assert MatchEvent.objects.filter(kind=EventKind.ANSWER_TAKEN_BACK).count() == (0 if ended else 1)


@pytest.mark.parametrize("_time", TIMES)
def test_a_reviewer_passes_on_as_the_daily_work_does(proposed, reviewer, _time):
    answer(proposed, Side.OFFER, SideAnswer.NOT_NOW)
    at_once(
        lambda: refusing.pass_on(match=proposed, by=reviewer),
        lambda: refusing.pass_on_due(dt.date(2030, 1, 1)),
        lambda: silence.close(dt.date(2030, 1, 1)),
    )
    check_one_line(proposed, {EventKind.NOT_TAKEN_FORWARD: 1})
    assert Mail.objects.filter(kind="not_taken_forward").count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_interest_is_taken_back_as_a_reviewer_introduces(proposed, reviewer, _time):
    for side in Side:
        answer(proposed, side, SideAnswer.INTERESTED)
    done, refused = at_once(
        lambda: take_back(proposed, Side.NEED), lambda: introducing.introduce(match=proposed, by=reviewer)
    )
    assert (len(done), len(refused)) == (1, 1)
    now = check_one_line(proposed, {})
    introduced = now.status == MatchStatus.INTRODUCED
    assert (now.sides.get(side=Side.NEED).answer == SideAnswer.INTERESTED) == introduced
    assert Introduction.objects.count() == introduced


@pytest.mark.parametrize("_time", TIMES)
def test_an_answer_is_taken_back_by_two_clicks(proposed, _time):
    answer(proposed, Side.NEED, SideAnswer.NOT_NOW)
    done, refused = at_once(*[lambda: take_back(proposed, Side.NEED)] * 2)
    assert (len(done), len(refused)) == (1, 1)
    check_one_line(proposed, {EventKind.ANSWER_TAKEN_BACK: 1})


@pytest.mark.parametrize("_time", TIMES)
def test_a_coordinator_clears_as_the_clock_runs_out(match, reviewer, coordinator, _time):
    CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.NO_OBJECTION)
    review.propose(match=match, by=reviewer)
    done, _refused = at_once(
        lambda: answering.clear(match=match, side=Side.OFFER, by=coordinator),
        lambda: clearing.pass_on_due(dt.date(2030, 1, 1)),
    )
    assert done
    check_one_line(match, {EventKind.CLEARED: 1, EventKind.ASKED: 2})


@pytest.mark.parametrize("_time", TIMES)
def test_a_posting_is_withdrawn_as_it_is_proposed(match, reviewer, manager, _time):
    at_once(
        lambda: review.propose(match=match, by=reviewer),
        lambda: states.withdraw(posting=match.offer, by=manager),
    )
    match.offer.refresh_from_db()
    assert match.offer.status == PostingStatus.WITHDRAWN
    match.refresh_from_db()
    assert match.status == MatchStatus.LAPSED


@pytest.mark.parametrize("_time", TIMES)
def test_a_run_writes_as_a_reviewer_decides(match, reviewer, _time):
    TargetFactory(offer=match.offer, country=CountryFactory(iso3="LAO"))  # the score moves
    done, refused = at_once(lambda: review.propose(match=match, by=reviewer), run_matching)
    assert (len(done), len(refused)) == (2, 0)
    assert check_one_line(match, {EventKind.PROPOSED: 1}).status == MatchStatus.PROPOSED


@pytest.mark.parametrize("_time", TIMES)
def test_both_sides_record_the_agreement(proposed, reviewer, _time):
    for side in Side:
        answer(proposed, side, SideAnswer.INTERESTED)
    introducing.introduce(match=proposed, by=reviewer)
    people = ((1, speaker_for(proposed.need)), (2, speaker_for(proposed.offer)))
    done, refused = at_once(
        *(
            lambda by=by, day=day: outcomes.agree(match=proposed, by=by, values={"agreed_on": dt.date(2026, 11, day)})
            for day, by in people
        )
    )
    assert (len(done), len(refused)) == (1, 1)
    check_one_line(proposed, {EventKind.AGREED: 1})
    assert Outcome.objects.get() == done[0]


@pytest.mark.parametrize("_time", TIMES)
def test_a_coordinator_approves_what_another_sends_back(coordinator, _time):
    CountryWindow.objects.create(country_id="THA", kind=WindowKind.SINGLE)
    ministry = coordinator.affiliations.get().agency
    colleague = UserFactory(role=Role.COORDINATOR, role__agency=ministry)
    offer = OfferFactory(country=CountryFactory(iso3="THA"), areas=["energy"], modalities=["training"])
    approval.submit(posting=offer, by=speaker_for(offer))
    done, refused = at_once(
        lambda: approval.approve(posting=offer, by=coordinator),
        lambda: approval.send_back(posting=offer, by=colleague, note="Not yet."),
    )
    assert (len(done), len(refused)) == (1, 1)
    offer.refresh_from_db()
    assert offer.status in (PostingStatus.PUBLISHED, PostingStatus.DRAFT)
    assert (offer.sent_back_note == "") == (offer.status == PostingStatus.PUBLISHED)


@pytest.mark.parametrize("_time", TIMES)
def test_two_people_save_one_posting_and_the_second_loses_nothing(focal_point, _time):
    agency = focal_point.affiliations.get().agency
    colleague = UserFactory(role=Role.FOCAL_POINT, role__agency=agency)
    offer = OfferFactory(country=None, agency=agency, areas=["energy"])
    before = offer.history.count()
    typed = {
        "owner": f"agency:{agency.pk}", "language": "en", "areas": [AreaFactory(code="energy").pk],
        "visibility": Visibility.PUBLIC, "any_modality": "on", "do": "go_on", **as_of(offer),
    }  # fmt: skip

    def save(by: User, title: str) -> object:
        client = Client()
        client.force_login(by)
        return client.post(f"/workspace/offers/{offer.pk}/edit/", {**typed, "title": title})

    answers, _refused = at_once(lambda: save(focal_point, "Mine"), lambda: save(colleague, "Hers"))
    assert sorted(one.status_code for one in answers) == [302, 422]
    (told,) = (one for one in answers if one.status_code == 422)
    offer.refresh_from_db()
    lost = {"Mine": "Hers", "Hers": "Mine"}[offer.title]
    page = told.content.decode()
    assert f'value="{lost}"' in page
    assert f"is now “{offer.title}”" in page
    assert offer.history.count() == before + 1


@pytest.mark.parametrize("_time", TIMES)
def test_a_form_sent_twice_makes_one_posting(focal_point, _time):
    agency = focal_point.affiliations.get().agency
    typed = {
        "owner": f"agency:{agency.pk}", "language": "en", "areas": [AreaFactory(code="energy").pk], "title": "Once",
        "visibility": Visibility.PUBLIC, "any_modality": "on", "do": "go_on", "form_key": str(uuid.uuid4()),
    }  # fmt: skip
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(focal_point)
    answers, _refused = at_once(*(lambda one=one: one.post("/workspace/offers/new/", typed) for one in clients))
    assert {one.status_code for one in answers} == {302}
    assert Offer.objects.filter(title="Once").count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_a_link_clicked_twice_makes_one_account(manager, monkeypatch, _time):
    monkeypatch.setattr(invitations.secrets, "token_urlsafe", lambda _size: "the-token")
    invitations.invite(by=manager, email="new@example.org", agency=AgencyFactory(), role=Role.FOCAL_POINT)
    person = NewPerson(full_name="New Person", password=PASSWORD)
    done, refused = at_once(*[lambda: invitations.accept_as_new(token="the-token", person=person)] * 2)
    assert (len(done), len(refused)) == (1, 1)
    assert Affiliation.objects.filter(user__email="new@example.org").count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_two_managers_activate_other_figures(manager, _time):
    ScoringProfileFactory(weight_areas=100, weight_modalities=0, weight_region=0)
    others = [
        ScoringProfile(code="default", weight_areas=0, weight_modalities=0, weight_region=0, weight_topic=100, top_k=k)
        for k in (3, 4)
    ]
    done, refused = at_once(*(lambda one=one: profiles.activate(profile=one, by=manager) for one in others))
    assert refused == []
    assert {made.version for made in done} == {2, 3}
    assert profiles.default_profile().version == 3


@pytest.mark.parametrize("_time", TIMES)
def test_two_managers_activate_the_same_figures(manager, _time):
    ScoringProfileFactory()
    done, _refused = at_once(
        *(lambda: profiles.activate(profile=ScoringProfile(code="default", top_k=3), by=manager) for _ in range(2))
    )
    assert sorted(made.version if made else 0 for made in done) == [0, 2]
    assert ScoringProfile.objects.count() == 2
