"""A refusal: why, taken back while nobody else has heard of it, and passed on by a person or when its term ends."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from desk.queue import todo
from directory.models import Mail, User
from directory.papers.recording import GivenPaper
from matching.choices import (
    REFUSALS,
    CheckKind,
    CheckResult,
    Clearance,
    EventKind,
    MatchStatus,
    RefusalReason,
    SideAnswer,
)
from matching.life import introducing, lapsing, review, silence
from matching.life.answers import answering, refusing
from matching.life.seen.shown import ShownEvents
from matching.life.seen.sides import events_for, shown_state
from matching.life.seen.statistics import refusals
from matching.life.steps import ReviewRefused
from matching.life.terms import HELD_DAYS, LEAST_NOTICE_DAYS
from matching.models import Match, MatchEvent, MatchSide
from surveys.choices import ClearanceRule, Side
from surveys.models import ClockStop, CountryWindow
from tests.factories import UserFactory, speaker_for, suggested_match
from tests.pages import Page
from web.calendar.days import today
from web.calendar.working_days import last_day_of_term

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
LETTER = GivenPaper("NV/1", dt.date(2026, 11, 20))
INTERESTED, NOT_NOW, NOT_RELEVANT = SideAnswer.INTERESTED, SideAnswer.NOT_NOW, SideAnswer.NOT_RELEVANT


@pytest.fixture
def proposed(reviewer: User) -> Match:
    with time_machine.travel(NOW, tick=False):
        match = suggested_match()
        review.propose(match=match, by=reviewer)
    return match


def says(match: Match, side: Side, answer: SideAnswer, why: str = "time", reason: str = "") -> MatchSide:
    posting = match.need if side == Side.NEED else match.offer
    why = why if answer in REFUSALS else ""
    with time_machine.travel(NOW, tick=False):
        return answering.answer(match=match, side=side, by=speaker_for(posting), answer=answer, why=why, reason=reason)


def takes_back(match: Match, side: Side) -> MatchSide:
    posting = match.need if side == Side.NEED else match.offer
    return answering.take_back_answer(match=match, side=side, by=speaker_for(posting))


def again(match: Match) -> Match:
    return Match.objects.for_lists().prefetch_related("sides").get(pk=match.pk)


# --- Why


def test_a_refusal_says_why_by_a_code_and_another_reason_in_words(proposed):
    for why, reason, told in (
        ("", "Words alone.", "choose one of the reasons"),
        ("weather", "", "reasons that are offered"),
        (RefusalReason.OTHER, " ", "in words"),
    ):
        with pytest.raises(ReviewRefused, match=told):
            says(proposed, Side.OFFER, NOT_NOW, why=why, reason=reason)
    with pytest.raises(ReviewRefused, match="goes with"):
        answering.answer(
            match=proposed, side=Side.NEED, by=speaker_for(proposed.need), answer=INTERESTED, why=RefusalReason.TIME
        )
    assert not proposed.sides.exclude(answer="").exists()
    row = says(proposed, Side.OFFER, NOT_RELEVANT, why=RefusalReason.OTHER, reason="We are being merged.")
    assert (row.refusal_reason, row.answer_reason) == ("other", "We are being merged.")


def test_a_letter_may_refuse_without_saying_why_or_by_the_same_codes(proposed, manager):
    paper = {"by": manager, "answer": NOT_NOW, "given": LETTER}
    assert answering.record_answer(match=proposed, side=Side.NEED, **paper).refusal_reason == ""
    with pytest.raises(ReviewRefused, match="in words"):
        answering.record_answer(match=proposed, side=Side.OFFER, why="other", **paper)
    row = answering.record_answer(match=proposed, side=Side.OFFER, why="other_partner", **paper)
    assert row.refusal_reason == RefusalReason.OTHER_PARTNER


@pytest.mark.parametrize(
    "values",
    [
        {"answer": INTERESTED, "refusal_reason": "time"},
        {"answer": INTERESTED, "take_back_until": today()},
        {"answer": NOT_NOW, "refusal_reason": "other", "answer_reason": ""},
    ],
)
def test_the_database_knows_what_a_reason_goes_with(proposed, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        proposed.sides.filter(side=Side.NEED).update(answered_at=NOW, **values)


def test_reasons_are_counted_for_the_secretariat(proposed):
    says(proposed, Side.NEED, NOT_NOW, why="capacity")
    says(proposed, Side.OFFER, NOT_RELEVANT, why="mandate")
    counted = dict(refusals().rows)
    assert {label: number for label, number in counted.items() if number} == {
        RefusalReason.CAPACITY.label: 1,
        RefusalReason.MANDATE.label: 1,
    }
    assert sum(dict(refusals(since=dt.date(2027, 1, 1)).rows).values()) == 0


# --- Held


@pytest.mark.parametrize("answer", [NOT_NOW, NOT_RELEVANT])
def test_until_it_is_passed_on_the_other_side_has_heard_nothing_and_answers_as_it_would(proposed, answer):
    other = speaker_for(proposed.need)
    before = shown_state(again(proposed), other, Side.NEED)
    mails, moment = Mail.objects.count(), again(proposed).updated_at
    says(proposed, Side.OFFER, answer)
    now = again(proposed)
    assert (now.status, now.updated_at) == (MatchStatus.PROPOSED, moment)
    assert (shown_state(now, other, Side.NEED), Mail.objects.count()) == (before, mails)
    assert not events_for(now, other).filter(kind=EventKind.ANSWERED).exists()
    says(proposed, Side.NEED, INTERESTED)
    assert shown_state(again(proposed), other, Side.NEED).code == "interested"
    assert shown_state(again(proposed), speaker_for(proposed.offer), Side.OFFER).code == "refused"


def test_nobody_is_introduced_to_who_declined(proposed, reviewer):
    says(proposed, Side.OFFER, NOT_NOW)
    says(proposed, Side.NEED, INTERESTED)
    with pytest.raises(ReviewRefused, match="once both have said"):
        introducing.introduce(match=proposed, by=reviewer)


def test_a_refusal_taken_back_leaves_the_side_as_it_was_with_time_to_answer(proposed):
    before = proposed.sides.get(side=Side.OFFER).answer_due_on
    says(proposed, Side.OFFER, NOT_RELEVANT, reason="Not our mandate.")
    late = before + dt.timedelta(days=3)
    with time_machine.travel(dt.datetime.combine(late, dt.time(12), tzinfo=dt.UTC), tick=False):
        row = takes_back(proposed, Side.OFFER)
        assert row.answer_due_on == last_day_of_term(late, LEAST_NOTICE_DAYS, "THA")
        assert (row.answer, row.refusal_reason, row.answer_reason, row.answered_at) == ("", "", "", None)
        with pytest.raises(ReviewRefused, match="taken its answer back already"):
            takes_back(proposed, Side.OFFER)
        assert shown_state(again(proposed), speaker_for(proposed.offer), Side.OFFER).code == "asked"
        assert refusing.pass_on_due(dt.date(2030, 1, 1)) == 0
    says(proposed, Side.OFFER, INTERESTED)
    kinds = MatchEvent.objects.filter(match=proposed, side=Side.OFFER).order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["answered", "answer_taken_back", "answered"]


def test_interest_can_be_taken_back_until_the_introduction_whatever_the_other_side_says(proposed, reviewer):
    """Were it closed once the other side has answered, whoever tries would learn that it has."""
    says(proposed, Side.NEED, INTERESTED)
    says(proposed, Side.OFFER, INTERESTED)
    takes_back(proposed, Side.NEED)
    with pytest.raises(ReviewRefused, match="once both have said"):
        introducing.introduce(match=proposed, by=reviewer)
    says(proposed, Side.NEED, INTERESTED)
    introducing.introduce(match=proposed, by=reviewer)
    with pytest.raises(ReviewRefused, match="cannot be taken back any more"):
        takes_back(proposed, Side.NEED)


def test_only_who_speaks_for_the_side_takes_its_answer_back(proposed, reviewer, manager, partner):
    says(proposed, Side.OFFER, NOT_NOW)
    for by in (reviewer, manager, partner, speaker_for(proposed.need), UserFactory()):
        with pytest.raises(ReviewRefused, match="Only those who speak for this side"):
            answering.take_back_answer(match=proposed, side=Side.OFFER, by=by)
    assert refusing.is_held(again(proposed))


def test_what_came_by_letter_a_manager_takes_back(proposed, manager, reviewer):
    answering.record_answer(match=proposed, side=Side.NEED, by=manager, answer=NOT_NOW, given=LETTER)
    for by in (speaker_for(proposed.need), reviewer):
        with pytest.raises(ReviewRefused, match="came by letter"):
            answering.take_back_answer(match=proposed, side=Side.NEED, by=by)
    answering.take_back_answer(match=proposed, side=Side.NEED, by=manager)
    # What the side then answers itself is its own to take back.
    says(proposed, Side.NEED, INTERESTED)
    with pytest.raises(ReviewRefused, match="Only those who speak"):
        answering.take_back_answer(match=proposed, side=Side.NEED, by=manager)
    takes_back(proposed, Side.NEED)


# --- Passed on


def test_a_reviewer_passes_it_on_once_and_the_other_side_learns_only_that_it_ends(proposed, reviewer, partner):
    says(proposed, Side.OFFER, NOT_NOW, reason="SECRET")
    for by in (partner, speaker_for(proposed.need), speaker_for(proposed.offer)):
        with pytest.raises(ReviewRefused, match="Only reviewers and managers"):
            refusing.pass_on(match=proposed, by=by)
    refusing.pass_on(match=proposed, by=reviewer, note="Told by telephone.")
    with pytest.raises(ReviewRefused, match="passed on already"):
        refusing.pass_on(match=proposed, by=reviewer)
    with pytest.raises(ReviewRefused, match="cannot be taken back any more"):
        takes_back(proposed, Side.OFFER)
    now, other = again(proposed), speaker_for(proposed.need)
    assert now.status == MatchStatus.NOT_TAKEN_FORWARD
    assert [mail.to_user for mail in Mail.objects.filter(kind="not_taken_forward")] == [other]
    assert not events_for(now, other).filter(note__contains="telephone").exists()
    event = MatchEvent.objects.get(match=now, kind=EventKind.NOT_TAKEN_FORWARD)
    assert (event.by, event.note, event.audience) == (reviewer, "Told by telephone.", "internal")


def test_there_is_nothing_to_pass_on_of_an_answer_that_waits_or_wants_to(proposed, reviewer):
    with pytest.raises(ReviewRefused, match="No side refuses"):
        refusing.pass_on(match=proposed, by=reviewer)
    says(proposed, Side.NEED, INTERESTED)
    with pytest.raises(ReviewRefused, match="No side refuses"):
        refusing.pass_on(match=proposed, by=reviewer)


def test_the_daily_work_passes_on_what_nobody_did_on_the_day_after_the_term(proposed):
    row = says(proposed, Side.OFFER, NOT_NOW)
    assert row.take_back_until == last_day_of_term(NOW.date(), HELD_DAYS, "THA")
    assert refusing.pass_on_due(row.take_back_until) == 0
    after = row.take_back_until + dt.timedelta(days=1)
    assert [refusing.pass_on_due(after), refusing.pass_on_due(after)] == [1, 0]
    assert again(proposed).status == MatchStatus.NOT_TAKEN_FORWARD


def test_its_term_waits_for_a_hold_and_for_a_clock_that_stands_still(proposed, reviewer):
    row = says(proposed, Side.OFFER, NOT_NOW)
    told = row.take_back_until
    window = CountryWindow.objects.create(country_id="THA")
    ClockStop.objects.create(window=window, first_day=NOW.date(), last_day=told + dt.timedelta(days=1))
    silence.bring_terms_up_to_date(told)
    row.refresh_from_db()
    moved = row.take_back_until
    assert moved > told + dt.timedelta(days=1)
    review.check(match=proposed, by=reviewer, kind=CheckKind.MANDATE, result=CheckResult.ON_HOLD)
    assert refusing.pass_on_due(dt.date(2030, 1, 1)) == 0
    for refused in (
        lambda: refusing.pass_on(match=proposed, by=reviewer),
        lambda: takes_back(proposed, Side.OFFER),
    ):
        with pytest.raises(ReviewRefused, match=r"on hold|any more"):
            refused()
    later = moved + dt.timedelta(days=30)
    silence.bring_terms_up_to_date(later)
    row.refresh_from_db()
    assert row.take_back_until == last_day_of_term(later, HELD_DAYS, "THA")


@pytest.mark.parametrize("first", [NOT_NOW, NOT_RELEVANT])
def test_where_both_decline_the_longer_term_counts_and_nobody_is_written_to(proposed, reviewer, first):
    second = NOT_RELEVANT if first == NOT_NOW else NOT_NOW
    says(proposed, Side.OFFER, first)
    says(proposed, Side.NEED, second)
    refusing.pass_on(match=proposed, by=reviewer)
    assert again(proposed).refused_until is None
    assert not Mail.objects.filter(kind="not_taken_forward").exists()


def test_where_the_other_side_stays_silent_a_refusal_for_good_is_not_forgotten(proposed):
    says(proposed, Side.OFFER, NOT_RELEVANT)
    proposed.sides.filter(side=Side.NEED).update(reminded_on=NOW.date(), answer_due_on=NOW.date())
    assert silence.close(NOW.date() + dt.timedelta(days=1)) == 1
    assert again(proposed).refused_until is None


def test_a_posting_that_closes_ends_it_as_any_other_proposal(proposed):
    says(proposed, Side.OFFER, NOT_NOW)
    type(proposed.need).objects.filter(pk=proposed.need_id).update(closes_on=dt.date(2026, 1, 1))
    lapsing.lapse_expired()
    assert again(proposed).status == MatchStatus.LAPSED
    assert refusing.pass_on_due(dt.date(2030, 1, 1)) == 0


# --- The desk


def test_the_desk_shows_it_with_why_and_passes_it_on(proposed, reviewer, client):
    page = f"/admin/matching/match/{proposed.pk}/change/"
    client.force_login(reviewer)
    assert "does not want to" not in Page(client.get(page)).text
    assert "pass it on" not in Page(client.get("/admin/")).text
    says(proposed, Side.OFFER, NOT_NOW, why="other_partner", reason="With Laos.")
    told = Page(client.get(page)).text
    wanted = "One side, or its country, does not want to"
    for words in ("We work on this with another partner", "With Laos.", "Not passed on yet", wanted):
        assert words in told
    assert "1 match that one side declined: pass it on" in Page(client.get("/admin/")).text
    assert proposed.need.title in Page(client.get("/admin/matching/match/?todo=pass_on")).text
    sent = {"life": "pass_on", "as_of": ShownEvents(proposed).mark(), "pass_on-note": "Told."}
    client.post(page, sent)
    assert again(proposed).status == MatchStatus.NOT_TAKEN_FORWARD
    told = Page(client.post(page, sent)).text
    assert "Nothing was done." in told
    assert MatchEvent.objects.filter(kind=EventKind.NOT_TAKEN_FORWARD).count() == 1


def test_a_letter_s_reason_and_its_taking_back_at_the_desk(proposed, manager, reviewer, client):
    page = f"/admin/matching/match/{proposed.pk}/change/"
    client.force_login(manager)
    letter = {
        "paper_answer-side": "need", "paper_answer-answer": "not_now", "paper_answer-reference": "NV/1",
        "paper_answer-dated_on": "2026-11-20", "paper_answer-why": "capacity", "paper_answer-reason": "",
    }  # fmt: skip
    client.post(page, {"life": "paper_answer", "as_of": ShownEvents(proposed).mark(), **letter})
    assert proposed.sides.get(side=Side.NEED).refusal_reason == RefusalReason.CAPACITY
    taken = {"life": "paper_taken_back", "paper_taken_back-side": "need"}
    assert "was entered here by mistake" in Page(client.get(page)).text
    client.force_login(reviewer)
    assert "was entered here by mistake" not in Page(client.get(page)).text
    client.post(page, {**taken, "as_of": ShownEvents(proposed).mark()})
    assert proposed.sides.get(side=Side.NEED).answer == NOT_NOW
    client.force_login(manager)
    client.post(page, {**taken, "as_of": ShownEvents(proposed).mark()})
    assert proposed.sides.get(side=Side.NEED).answer == ""


# --- An objection of the country is held in the same way


@pytest.fixture
def objected(reviewer: User, coordinator: User) -> Match:
    """Thailand's coordinator objects for its offer, before its agency is asked; the need's side was asked at once."""
    CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.NO_OBJECTION)
    with time_machine.travel(NOW, tick=False):
        match = suggested_match()
        review.propose(match=match, by=reviewer)
        answering.object_to(match=match, side=Side.OFFER, by=coordinator, note="Not now.")
    return match


def offer_side(match: Match) -> MatchSide:
    return match.sides.get(side=Side.OFFER)


def test_an_objection_is_held_for_the_working_days_of_its_country(objected):
    assert again(objected).status == MatchStatus.PROPOSED
    until = last_day_of_term(NOW.date(), HELD_DAYS, "THA", stopped=())
    assert offer_side(objected).take_back_until == until
    assert refusing.is_held(again(objected))
    assert refusing.pass_on_due(until) == 0
    assert refusing.pass_on_due(until + dt.timedelta(days=1)) == 1
    assert again(objected).status == MatchStatus.NOT_TAKEN_FORWARD
    assert again(objected).refused_until is None
    assert {mail.to_user for mail in Mail.objects.filter(kind="not_taken_forward")} == {speaker_for(objected.need)}


def test_who_objected_takes_it_back_and_its_term_runs_again(objected, coordinator, reviewer):
    due_on = offer_side(objected).clearance_due_on
    late = dt.datetime.combine(due_on, dt.time(12), tzinfo=dt.UTC)
    MatchSide.objects.filter(pk=offer_side(objected).pk).update(take_back_until=due_on)
    with time_machine.travel(late, tick=False):
        row = answering.take_back_objection(match=objected, side=Side.OFFER, by=coordinator)
        assert (row.clearance, row.cleared_by, row.cleared_at, row.clearance_note, row.take_back_until) == (
            Clearance.NO_OBJECTION, None, None, "", None,
        )  # fmt: skip
        assert row.clearance_due_on >= last_day_of_term(late.date(), LEAST_NOTICE_DAYS, "THA", stopped=())
        assert not refusing.is_held(again(objected))
        with pytest.raises(ReviewRefused, match="taken its objection back"):
            answering.take_back_objection(match=objected, side=Side.OFFER, by=coordinator)
        assert answering.clear(match=objected, side=Side.OFFER, by=coordinator).asked_at is not None


def test_what_waited_for_an_approval_waits_for_it_again(reviewer, coordinator):
    CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.EXPLICIT)
    match = suggested_match()
    review.propose(match=match, by=reviewer)
    answering.object_to(match=match, side=Side.OFFER, by=coordinator, note="Not now.")
    row = answering.take_back_objection(match=match, side=Side.OFFER, by=coordinator)
    assert (row.clearance, row.clearance_due_on) == (Clearance.EXPLICIT, None)


def test_others_do_not_take_back_what_a_country_objected(objected, reviewer, manager):
    for by in (reviewer, speaker_for(objected.need), speaker_for(objected.offer), UserFactory(role="focal_point")):
        with pytest.raises(ReviewRefused, match="Only the country's coordinator"):
            answering.take_back_objection(match=objected, side=Side.OFFER, by=by)
    with pytest.raises(ReviewRefused, match="objected itself"):
        answering.take_back_objection(match=objected, side=Side.OFFER, by=manager)
    assert offer_side(objected).is_objected


@pytest.mark.parametrize("is_on_paper", [True, False])
def test_what_a_manager_entered_for_a_country_a_manager_takes_back(
    client, reviewer, coordinator, manager, is_on_paper: bool
):
    CountryWindow.objects.create(country_id="THA", clearance=ClearanceRule.EXPLICIT)
    match = suggested_match()
    review.propose(match=match, by=reviewer)
    if is_on_paper:
        answering.record_clearance(match=match, side=Side.OFFER, by=manager, clears=False, given=LETTER)
        with pytest.raises(ReviewRefused, match="came by letter"):
            answering.take_back_objection(match=match, side=Side.OFFER, by=coordinator)
        client.force_login(coordinator)
        page = Page(client.get(f"/workspace/matches/{match.public_id}/")).text
        assert "This objection came by letter" in page
        assert "Take the objection back" not in page
    else:
        answering.object_to(match=match, side=Side.OFFER, by=manager, note="The mission wrote.")
    answering.take_back_objection(match=match, side=Side.OFFER, by=UserFactory(role="manager"))
    assert not offer_side(match).is_objected


def test_an_objection_passed_on_or_on_hold_is_not_taken_back(objected, coordinator, reviewer):
    review.check(match=objected, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.ON_HOLD)
    assert refusing.pass_on_due(dt.date(2030, 1, 1)) == 0
    with pytest.raises(ReviewRefused, match="any more"):
        answering.take_back_objection(match=objected, side=Side.OFFER, by=coordinator)
    # While it is on hold its term goes on growing: nobody sees it who could take it back.
    silence.bring_terms_up_to_date(dt.date(2027, 3, 1))
    assert offer_side(objected).take_back_until > dt.date(2027, 3, 1)
    review.check(match=objected, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.CLEARED)
    refusing.pass_on(match=objected, by=reviewer)
    with pytest.raises(ReviewRefused, match="any more"):
        answering.take_back_objection(match=objected, side=Side.OFFER, by=coordinator)


def test_the_other_side_goes_on_and_may_answer_while_an_objection_is_held(objected, reviewer):
    before = again(objected).updated_at
    says(objected, Side.NEED, INTERESTED)
    assert again(objected).updated_at == before
    with pytest.raises(ReviewRefused):
        introducing.introduce(match=objected, by=reviewer)
    refusing.pass_on(match=objected, by=reviewer)
    assert shown_state(again(objected), speaker_for(objected.need), Side.NEED).code == "not_taken_forward"


def test_a_held_objection_stands_in_the_queue_to_be_passed_on(objected):
    assert Match.objects.filter(todo.condition("pass_on")).get() == objected
    assert not Match.objects.filter(todo.condition("clearance")).exists()


def test_a_new_round_forgets_the_objection(objected, reviewer):
    refusing.pass_on(match=objected, by=reviewer)
    review.take_back(match=objected, by=reviewer, note="They have talked.")
    review.propose(match=again(objected), by=reviewer)
    row = offer_side(objected)
    assert (row.clearance, row.take_back_until) == (Clearance.NO_OBJECTION, None)
