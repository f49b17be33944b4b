"""The life of a match in the core: countries heard, answers, terms, holds, lapsing, outcomes, and a random walk."""

import datetime as dt
import random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from directory.choices import Digest, MailState, Role
from directory.mail import sending
from directory.models import Designation, Mail, User
from matching.choices import (
    CONTACTS_SHOWN,
    COOPERATION,
    REFUSALS,
    Audience,
    CheckKind,
    CheckResult,
    Clearance,
    EventKind,
    MatchStatus,
    NeedMet,
    RefusalReason,
    SideAnswer,
)
from matching.life import following, introducing, lapsing, outcomes, review
from matching.life.answers import answering, clearing, refusing
from matching.life.seen.sides import events_for
from matching.life.steps import MATCH_STEPS, ReviewRefused
from matching.life.telling import digests
from matching.life.telling.contacts import contacts_for
from matching.models import Match, MatchEvent, MatchSide
from matching.runs.rematch import rematch
from matching.runs.running import run_matching
from surveys.choices import ClearanceRule, Side
from surveys.models import CountryWindow, Need, Offer
from surveys.postings import states
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    DesignationFactory,
    MatchFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
    UserFactory,
    put_in,
    speaker_for,
    suggested_match,
)
from tests.marked import of_any_database
from web.calendar.working_days import last_day_of_term

pytestmark = pytest.mark.django_db

INTERESTED, NOT_NOW, NOT_RELEVANT = SideAnswer.INTERESTED, SideAnswer.NOT_NOW, SideAnswer.NOT_RELEVANT


@pytest.fixture
def match(db: None) -> Match:
    return suggested_match()


@pytest.fixture
def proposed(match: Match, reviewer: User) -> Match:
    review.propose(match=match, by=reviewer)
    return again(match)


def again(match: Match) -> Match:
    return Match.objects.get(pk=match.pk)


def says(match: Match, side: Side, answer: SideAnswer, reason: str = "") -> MatchSide:
    posting = match.need if side == Side.NEED else match.offer
    why = RefusalReason.TIME if answer in REFUSALS else ""
    return answering.answer(match=match, side=side, by=speaker_for(posting), answer=answer, why=why, reason=reason)


def introduced(match: Match, reviewer: User) -> Match:
    for side in Side:
        says(match, side, INTERESTED)
    introducing.introduce(match=match, by=reviewer, message="Please meet.")
    return again(match)


def agreed(match: Match, reviewer: User, **values: object) -> Match:
    match = introduced(match, reviewer)
    outcomes.agree(match=match, by=reviewer, values={"agreed_on": dt.date(2026, 11, 1), **values})
    return again(match)


def window(country_id: str, **values: object) -> None:
    CountryWindow.objects.update_or_create(country_id=country_id, defaults=values)


# --- Terms in working days


@pytest.mark.any_database
def test_a_term_counts_the_working_days_of_the_country():
    # Thailand, December 2026: the 7th (for the 5th, a Saturday) and the 10th are public holidays.
    begin = dt.date(2026, 12, 3)
    assert last_day_of_term(begin, 15, "THA") == dt.date(2026, 12, 28)
    assert last_day_of_term(begin, 15, None) == dt.date(2026, 12, 24)


@pytest.mark.any_database
def test_a_term_knows_where_friday_is_no_working_day():
    thursday = dt.date(2026, 11, 26)
    assert last_day_of_term(thursday, 1, "BGD") == dt.date(2026, 11, 29)  # a Sunday
    assert last_day_of_term(thursday, 1, "THA") == dt.date(2026, 11, 27)


@pytest.mark.any_database
def test_no_days_end_on_the_day_itself():
    assert last_day_of_term(dt.date(2026, 11, 28), 0, "THA") == dt.date(2026, 11, 28)


# --- Hearing the country first


@pytest.mark.any_database
def test_the_no_objection_clock_passes_the_proposal_on_and_nothing_more(match, reviewer):
    window("THA", clearance=ClearanceRule.NO_OBJECTION, clearance_days=15)
    review.propose(match=match, by=reviewer)
    side = match.sides.get(side=Side.OFFER)
    assert (side.clearance, side.asked_at) == (Clearance.NO_OBJECTION, None)
    assert side.clearance_due_on == last_day_of_term(timezone.now().date(), 15, "THA")
    with pytest.raises(ReviewRefused, match="does not wait for an answer"):
        says(match, Side.OFFER, INTERESTED)

    assert clearing.pass_on_due(side.clearance_due_on) == 0  # the last day still belongs to the term
    the_day_after = side.clearance_due_on + dt.timedelta(days=1)
    assert clearing.pass_on_due(the_day_after) == 1
    assert clearing.pass_on_due(the_day_after) == 0
    side.refresh_from_db()
    assert (side.clearance, side.answer) == (Clearance.CLEARED, "")
    assert side.asked_at is not None
    assert again(match).status == MatchStatus.PROPOSED
    assert Mail.objects.filter(kind="proposed").count() == 2


@pytest.mark.any_database
def test_a_country_that_wants_to_approve_is_never_passed_over(match, reviewer, coordinator):
    window("THA", clearance=ClearanceRule.EXPLICIT)
    review.propose(match=match, by=reviewer)
    assert clearing.pass_on_due(dt.date(2030, 1, 1)) == 0
    answering.clear(match=match, side=Side.OFFER, by=coordinator, note="Cleared by the ministry.")
    assert match.sides.get(side=Side.OFFER).asked_at is not None
    with pytest.raises(ReviewRefused, match="does not wait for the country any more"):
        answering.clear(match=match, side=Side.OFFER, by=coordinator)


@pytest.mark.any_database
def test_an_objection_ends_it_once_it_is_passed_on_and_the_other_side_learns_only_that(match, reviewer, coordinator):
    window("THA", clearance=ClearanceRule.NO_OBJECTION)
    review.propose(match=match, by=reviewer)
    with pytest.raises(ReviewRefused, match="note"):
        answering.object_to(match=match, side=Side.OFFER, by=coordinator, note=" ")
    answering.object_to(match=match, side=Side.OFFER, by=coordinator, note="Sensitive words.")
    assert not Mail.objects.filter(kind="not_taken_forward").exists()
    refusing.pass_on(match=match, by=reviewer)
    match = again(match)
    assert match.status == MatchStatus.NOT_TAKEN_FORWARD
    other = speaker_for(match.need)
    assert not events_for(match, other).filter(note__contains="Sensitive").exists()
    assert {mail.to_user for mail in Mail.objects.filter(kind="not_taken_forward")} == {other}


@pytest.mark.any_database
def test_one_country_does_not_clear_for_the_other(match, reviewer, manager, coordinator):
    window("KHM", clearance=ClearanceRule.EXPLICIT)
    review.propose(match=match, by=reviewer)
    for other in (coordinator, reviewer, speaker_for(match.need)):
        with pytest.raises(ReviewRefused, match="Only the country's coordinator"):
            answering.clear(match=match, side=Side.NEED, by=other)
    answering.clear(match=match, side=Side.NEED, by=manager, note="The mission wrote, note 12/2026.")
    assert match.sides.get(side=Side.NEED).cleared_by == manager


@pytest.mark.any_database
def test_what_is_on_hold_is_not_passed_on(match, reviewer):
    window("THA", clearance=ClearanceRule.NO_OBJECTION)
    review.propose(match=match, by=reviewer)
    review.check(match=match, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.ON_HOLD)
    assert clearing.pass_on_due(dt.date(2030, 1, 1)) == 0


@pytest.mark.any_database
@pytest.mark.parametrize("rule", [ClearanceRule.NO_OBJECTION, ClearanceRule.EXPLICIT])
def test_what_is_on_hold_is_not_cleared_by_a_person_either(match, reviewer, manager, coordinator, rule):
    """The side would be asked by a mail that it may not read while the hold lasts, and that nobody sends again."""
    window("THA", clearance=rule)
    review.propose(match=match, by=reviewer)
    review.check(match=match, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.ON_HOLD)
    for by in (manager, coordinator):
        with pytest.raises(ReviewRefused, match="on hold"):
            answering.clear(match=match, side=Side.OFFER, by=by)
        with pytest.raises(ReviewRefused, match="on hold"):
            answering.object_to(match=match, side=Side.OFFER, by=by, note="We object.")
    assert match.sides.get(side=Side.OFFER).asked_at is None
    review.check(match=match, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.CLEARED)
    answering.clear(match=match, side=Side.OFFER, by=coordinator)
    assert match.sides.get(side=Side.OFFER).asked_at is not None


# --- Answers


@pytest.mark.parametrize(("answer", "has_term"), [(NOT_NOW, True), (NOT_RELEVANT, False)])
def test_a_refusal_is_remembered_for_its_term(proposed, reviewer, answer, has_term):
    says(proposed, Side.OFFER, answer, "No money this year.")
    match = refusing.pass_on(match=proposed, by=reviewer)
    assert match.status == MatchStatus.NOT_TAKEN_FORWARD
    assert (match.refused_until is not None) == has_term
    run_matching()
    assert again(proposed).status == MatchStatus.NOT_TAKEN_FORWARD
    rematch(posting=match.need)
    assert again(proposed).status == MatchStatus.NOT_TAKEN_FORWARD

    Match.objects.filter(pk=match.pk, refused_until__isnull=False).update(refused_until=timezone.now().date())
    run_matching()
    assert again(proposed).status == (MatchStatus.SUGGESTED if has_term else MatchStatus.NOT_TAKEN_FORWARD)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("today", "until"),
    [
        (dt.date(2026, 8, 31), dt.date(2027, 2, 28)),
        (dt.date(2027, 8, 31), dt.date(2028, 2, 29)),
        (dt.date(2026, 11, 28), dt.date(2027, 5, 28)),
    ],
)
def test_not_now_is_six_months(proposed, reviewer, today, until):
    """From the day of the answer, however long it waits to be passed on."""
    says(proposed, Side.NEED, NOT_NOW)
    proposed.sides.filter(side=Side.NEED).update(answered_at=dt.datetime.combine(today, dt.time(12), tzinfo=dt.UTC))
    refusing.pass_on(match=proposed, by=reviewer)
    assert again(proposed).refused_until == until


@pytest.mark.any_database
def test_once_a_refusal_is_passed_on_the_other_side_has_nothing_to_answer(proposed, reviewer):
    says(proposed, Side.OFFER, NOT_RELEVANT)
    refusing.pass_on(match=proposed, by=reviewer)
    with pytest.raises(ReviewRefused, match="any more"):
        says(proposed, Side.NEED, INTERESTED)


@pytest.mark.any_database
def test_nobody_else_answers(proposed, reviewer, manager, partner, coordinator):
    for user in (reviewer, manager, partner, UserFactory(role=Role.FOCAL_POINT), speaker_for(proposed.need)):
        with pytest.raises(ReviewRefused, match="Only those who speak for this side"):
            answering.answer(match=proposed, side=Side.OFFER, by=user, answer=INTERESTED)
    assert not proposed.sides.exclude(answer="").exists()
    answering.answer(match=proposed, side=Side.OFFER, by=coordinator, answer=INTERESTED)


@pytest.mark.any_database
def test_a_refused_match_proposed_again_begins_anew(proposed, reviewer):
    says(proposed, Side.OFFER, NOT_RELEVANT)
    refusing.pass_on(match=proposed, by=reviewer)
    review.take_back(match=proposed, by=reviewer, note="They changed their mind.")
    review.propose(match=proposed, by=reviewer)
    assert set(proposed.sides.values_list("answer", flat=True)) == {""}
    assert Mail.objects.filter(kind="proposed").count() == 4


# --- Introductions and contacts


@pytest.mark.any_database
def test_an_introduction_needs_both_and_a_reviewer(proposed, reviewer, partner):
    says(proposed, Side.NEED, INTERESTED)
    with pytest.raises(ReviewRefused, match="once both have said"):
        introducing.introduce(match=proposed, by=reviewer)
    says(proposed, Side.OFFER, INTERESTED)
    with pytest.raises(ReviewRefused, match="Only reviewers and managers"):
        introducing.introduce(match=proposed, by=partner)
    assert contacts_for(again(proposed), speaker_for(proposed.need)) == {}
    introducing.introduce(match=proposed, by=reviewer)
    shown = contacts_for(again(proposed), speaker_for(proposed.need))
    assert [one.email for one in shown[Side.OFFER]] == [speaker_for(proposed.offer).email]
    assert contacts_for(again(proposed), UserFactory(role=Role.FOCAL_POINT)) == {}
    with pytest.raises(ReviewRefused, match="once both have said"):
        introducing.introduce(match=proposed, by=reviewer)
    assert Mail.objects.filter(kind="introduced").count() == 2


@pytest.mark.any_database
def test_a_person_who_has_left_is_no_contact(proposed, reviewer):
    match = introduced(proposed, reviewer)
    leaver = speaker_for(match.offer)
    leaver.affiliations.update(valid_until=timezone.now().date() - dt.timedelta(days=1))
    assert contacts_for(match, speaker_for(match.need))[Side.OFFER] == []


def test_on_hold_stops_every_step_to_the_outside(proposed, reviewer):
    for side in Side:
        says(proposed, side, INTERESTED)
    review.check(match=proposed, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.ON_HOLD)
    with pytest.raises(ReviewRefused, match="on hold"):
        introducing.introduce(match=proposed, by=reviewer)
    for user in (speaker_for(proposed.need), speaker_for(proposed.offer)):
        assert not Match.objects.visible_to(user).exists()
    review.check(match=proposed, by=reviewer, kind=CheckKind.MANDATE, result=CheckResult.CLEARED)
    assert again(proposed).on_hold_at is not None, "another check does not end the hold"
    review.check(match=proposed, by=reviewer, kind=CheckKind.SECURITY_COUNCIL, result=CheckResult.REFERRED)
    introducing.introduce(match=proposed, by=reviewer)


@pytest.mark.any_database
def test_a_note_to_one_side_is_not_read_by_the_other(proposed, reviewer):
    review.add_note(match=proposed, by=reviewer, note="For the need.", audience=Audience.SIDE, side=Side.NEED)
    review.add_note(match=proposed, by=reviewer, note="Internal.")
    review.add_note(match=proposed, by=reviewer, note="For both.", audience=Audience.SHARED)
    read = {
        side: set(events_for(proposed, speaker_for(posting)).exclude(note="").values_list("note", flat=True))
        for side, posting in ((Side.NEED, proposed.need), (Side.OFFER, proposed.offer))
    }
    assert read == {Side.NEED: {"For the need.", "For both."}, Side.OFFER: {"For both."}}


@pytest.mark.any_database
def test_a_side_not_asked_yet_is_not_written_to(match, reviewer):
    with pytest.raises(ReviewRefused, match="once it was asked"):
        review.add_note(match=match, by=reviewer, note="Hello.", audience=Audience.SHARED)


# --- Lapsing


def withdraw(posting: Need | Offer, by: User) -> None:
    states.withdraw(posting=posting, by=by)


def test_a_withdrawal_lapses_up_to_the_introduction(proposed, reviewer, manager):
    match = introduced(proposed, reviewer)
    withdraw(match.offer, manager)
    assert again(match).status == MatchStatus.LAPSED
    assert MatchEvent.objects.filter(kind=EventKind.LAPSED).count() == 1


def test_what_is_agreed_never_lapses(proposed, reviewer, manager):
    match = agreed(proposed, reviewer)
    withdraw(match.offer, manager)
    Need.objects.filter(pk=match.need_id).update(closes_on=dt.date(2026, 1, 1))
    lapsing.lapse_expired()
    run_matching()
    assert again(match).status == MatchStatus.AGREED


def test_expiry_ends_a_proposal_and_leaves_an_introduction(proposed, reviewer):
    other = MatchFactory(need=proposed.need, offer=ConfirmedOfferFactory(country=CountryFactory(iso3="THA")))
    put_in(MatchStatus.INTRODUCED, other)
    Need.objects.filter(pk=proposed.need_id).update(closes_on=dt.date(2026, 1, 1))
    assert lapsing.lapse_expired() == 1
    assert (again(proposed).status, again(other).status) == (MatchStatus.LAPSED, MatchStatus.INTRODUCED)
    assert lapsing.lapse_expired() == 0


def test_places_used_up_lapse_what_is_open_with_the_offer(match, reviewer):
    Offer.objects.filter(pk=match.offer_id).update(places=10)
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    other = MatchFactory(need=need, offer=match.offer, profile=match.profile)
    elsewhere = MatchFactory(need=need)
    review.propose(match=match, by=reviewer)
    agreed(match, reviewer, places=4)
    assert again(other).status == MatchStatus.SUGGESTED
    outcomes.record(match=match, by=reviewer, values={"places": 10})
    assert (again(other).status, again(elsewhere).status) == (MatchStatus.LAPSED, MatchStatus.SUGGESTED)
    run_matching()
    assert again(other).status == MatchStatus.LAPSED
    rematch(posting=need)
    assert again(other).status == MatchStatus.LAPSED


# --- Outcomes


@pytest.mark.any_database
def test_an_outcome_counts_once_both_have_confirmed_it_as_it_stands(proposed, reviewer):
    match = agreed(proposed, reviewer)
    outcomes.complete(match=match, by=speaker_for(match.need), values={"women_trained": 12, "men_trained": 8})
    for posting, side in ((match.need, Side.NEED), (match.offer, Side.OFFER)):
        assert not is_confirmed(match)
        outcomes.confirm_outcome(match=match, side=side, by=speaker_for(posting))
    assert is_confirmed(match)
    outcomes.record(match=match, by=speaker_for(match.offer), values={"women_trained": 12})
    assert is_confirmed(match), "nothing has changed"
    outcomes.record(match=match, by=speaker_for(match.offer), values={"women_trained": 13})
    assert not is_confirmed(match)


def is_confirmed(match: Match) -> bool:
    return match.sides.filter(outcome_confirmed_at__isnull=False).count() == 2


@pytest.mark.any_database
def test_a_side_confirms_for_itself_alone(proposed, reviewer):
    match = agreed(proposed, reviewer)
    outcomes.complete(match=match, by=reviewer, values={})
    for user in (reviewer, speaker_for(match.offer), UserFactory(role=Role.FOCAL_POINT)):
        with pytest.raises(ReviewRefused, match="Only those who speak for this side"):
            outcomes.confirm_outcome(match=match, side=Side.NEED, by=user)
    assert not match.sides.filter(outcome_confirmed_at__isnull=False).exists()


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"agreed_on": None}, "agreed_on"),
        ({"starts_on": dt.date(2026, 5, 1), "ends_on": dt.date(2026, 4, 1)}, "ends_on"),
        ({"value": "5.00"}, "value_currency"),
        ({"links": "javascript:alert(1)"}, "links"),
        ({"match": 3}, "match"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_by_field(proposed, reviewer, values, field):
    match = introduced(proposed, reviewer)
    with pytest.raises(ValidationError) as refused:
        outcomes.agree(match=match, by=reviewer, values={"agreed_on": dt.date(2026, 11, 1), **values})
    assert field in refused.value.message_dict
    assert again(match).status == MatchStatus.INTRODUCED


def test_publication_takes_the_consent_of_both_and_ends_with_one(proposed, reviewer, visitor):
    match = agreed(proposed, reviewer)
    answering.consent(match=match, side=Side.NEED, by=speaker_for(match.need))
    assert not Match.objects.cooperation().exists()
    answering.consent(match=match, side=Side.OFFER, by=speaker_for(match.offer))
    assert Match.objects.cooperation().get() == match
    with pytest.raises(ReviewRefused, match="Only those who speak for this side"):
        answering.withdraw_consent(match=match, side=Side.OFFER, by=reviewer)
    assert Match.objects.cooperation().get() == match
    answering.withdraw_consent(match=match, side=Side.OFFER, by=speaker_for(match.offer))
    assert not Match.objects.cooperation().exists()


def test_a_paused_country_s_cooperation_is_not_shown(proposed, reviewer):
    match = agreed(proposed, reviewer)
    for side, posting in ((Side.NEED, match.need), (Side.OFFER, match.offer)):
        answering.consent(match=match, side=side, by=speaker_for(posting))
    window("THA", paused_at=timezone.now())
    assert not Match.objects.cooperation().exists()


# --- Following up


@pytest.mark.any_database
def test_a_year_after_the_agreement_the_side_of_the_need_is_asked(proposed, reviewer):
    match = agreed(proposed, reviewer)
    assert following.write_reminders(dt.date(2027, 10, 31)) == 0
    assert following.write_reminders(dt.date(2027, 11, 1)) == 1
    mail = Mail.objects.get(kind="follow_up")
    assert mail.to_user == speaker_for(match.need)
    outcomes.follow_up(match=match, by=speaker_for(match.need), need_met=NeedMet.PARTLY, note="Half of it.")
    assert following.write_reminders(dt.date(2027, 12, 1)) == 0


# --- New matches


def test_at_once_goes_to_who_wants_it_and_not_to_who_is_looking(match):
    publisher, other = speaker_for(match.need), speaker_for(match.offer)
    User.objects.filter(pk__in=[publisher.pk, other.pk]).update(digest=Digest.AT_ONCE)
    Match.objects.all().delete()
    rematch(posting=match.need, by=publisher)
    assert [mail.to_user for mail in Mail.objects.filter(kind="new_matches")] == [other]
    rematch(posting=match.need, by=publisher)
    assert Mail.objects.filter(kind="new_matches").count() == 1, "nothing new"


def test_a_run_tells_at_once_too(match):
    User.objects.filter(pk=speaker_for(match.need).pk).update(digest=Digest.AT_ONCE)
    run_matching()
    assert not Mail.objects.exists()
    TargetFactory(
        offer=ConfirmedOfferFactory(country=CountryFactory(iso3="THA"), title="Another"), country=match.need.country
    )
    run_matching()
    assert Mail.objects.get().to_user == speaker_for(match.need)


@pytest.mark.any_database
def test_digests_come_once_a_day_or_on_the_first_working_day_of_the_week(match):
    daily, weekly = speaker_for(match.need), speaker_for(match.offer)
    tuesday, next_monday = dt.date(2026, 12, 1), dt.date(2026, 12, 7)
    User.objects.filter(pk=daily.pk).update(digest=Digest.DAILY)
    User.objects.filter(pk=weekly.pk).update(digest=Digest.WEEKLY, wants_weekly=False, weekly_on=tuesday)
    Match.objects.update(shown_since=dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC))
    assert digests.write_digests(dt.date(2026, 12, 2)) == 1
    assert digests.write_digests(dt.date(2026, 12, 2)) == 0
    # The match's offer is Thai: that Monday is a holiday there.
    assert digests.write_digests(next_monday) == 0
    assert digests.write_digests(next_monday + dt.timedelta(days=1)) == 1
    assert [mail.to_user for mail in Mail.objects.order_by("pk")] == [daily, weekly]


@pytest.mark.any_database
def test_who_gets_the_weekly_summary_has_the_new_matches_of_the_week_in_it(match):
    weekly = speaker_for(match.offer)
    User.objects.filter(pk=weekly.pk).update(digest=Digest.WEEKLY, weekly_on=dt.date(2026, 12, 1))
    Match.objects.update(shown_since=dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC))
    assert digests.write_digests(dt.date(2026, 12, 8)) == 0


# --- A posting just published has the scores of a full run


def test_rematch_stores_what_a_run_would():
    ScoringProfileFactory()
    cambodia = CountryFactory(iso3="KHM")
    areas = (["energy"], ["health"], ["energy", "health"], ["agriculture"])
    for number in range(8):
        offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"), areas=areas[number % 4])
        if number % 2:
            TargetFactory(offer=offer, country=cambodia)
    need = ConfirmedNeedFactory(country=cambodia, areas=["energy", "health"])
    rematch(posting=need)
    values = ("offer", "score", "part_areas", "part_modalities", "part_region", "rank_for_need")
    own = Match.objects.filter(need=need, status=MatchStatus.SUGGESTED).order_by("offer")
    alone = list(own.values_list(*values))
    assert alone
    run_matching()
    assert list(own.exclude(rank_for_need=None).values_list(*values)) == alone
    before = list(Match.objects.order_by("pk").values_list("pk", "updated_at"))
    rematch(posting=need)
    assert list(Match.objects.order_by("pk").values_list("pk", "updated_at")) == before


# --- Whatever people do, in whatever order

READS = ("SELECT ", "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")


@pytest.mark.parametrize("seed", [*range(2), *of_any_database(*range(2, 10))])
def test_any_order_of_steps_leaves_one_consistent_line(match, reviewer, manager, seed):
    """Attempts by chance: none is an error of the program, and what they leave behind adds up."""
    chance = random.Random(seed)
    need_side, offer_side = speaker_for(match.need), speaker_for(match.offer)
    people = [reviewer, manager, need_side, offer_side, UserFactory(role=Role.FOCAL_POINT)]
    window("THA", clearance=chance.choice(list(ClearanceRule)))

    def attempt() -> None:
        by, side, now = chance.choice(people), chance.choice(list(Side)), again(match)
        refusal = chance.choice([NOT_NOW, NOT_RELEVANT])
        steps = {
            "propose": lambda: review.propose(match=now, by=by),
            "set_aside": lambda: review.set_aside(match=now, by=by),
            "take_back": lambda: review.take_back(match=now, by=by, note="Back."),
            "release": lambda: review.release(match=now, by=by),
            "withhold": lambda: review.withhold(match=now, by=by),
            "clear": lambda: answering.clear(match=now, side=side, by=by),
            "object": lambda: answering.object_to(match=now, side=side, by=by, note="No."),
            "object_back": lambda: answering.take_back_objection(match=now, side=side, by=by),
            "answer": lambda: answering.answer(match=now, side=side, by=by, answer=INTERESTED),
            "refuse": lambda: answering.answer(
                match=now, side=side, by=by, answer=refusal, why=chance.choice(list(RefusalReason)), reason="So."
            ),
            "answer_back": lambda: answering.take_back_answer(match=now, side=side, by=by),
            "pass_on": lambda: refusing.pass_on(match=now, by=by),
            "refusals_due": lambda: refusing.pass_on_due(dt.date(2030, 1, 1)),
            "introduce": lambda: introducing.introduce(match=now, by=by),
            "agree": lambda: outcomes.agree(match=now, by=by, values={"agreed_on": dt.date(2026, 11, 1)}),
            "complete": lambda: outcomes.complete(match=now, by=by, values={"places": 3}),
            "record": lambda: outcomes.record(match=now, by=by, values={"places": chance.randrange(9)}),
            "confirm": lambda: outcomes.confirm_outcome(match=now, side=side, by=by),
            "consent": lambda: answering.consent(match=now, side=side, by=by),
            "hold": lambda: review.check(
                match=now, by=by, kind=CheckKind.SECURITY_COUNCIL, result=chance.choice(list(CheckResult))
            ),
            "clock": lambda: clearing.pass_on_due(dt.date(2030, 1, 1)),
            "run": run_matching,
        }
        rare = ("refuse", "answer_back", "pass_on", "refusals_due", "object", "set_aside", "run")
        weights = [1 if name in rare else 4 for name in steps]
        name = chance.choices(list(steps), weights)[0]
        try:
            steps[name]()
        except ReviewRefused:
            return

    wrote: list[str] = []

    def note_writes(execute: Any, sql: str, *args: Any) -> Any:
        if not sql.startswith(READS):
            wrote.append(sql)
        return execute(sql, *args)

    check_it_adds_up(match)
    for _attempt in range(150):
        wrote.clear()
        with connection.execute_wrapper(note_writes):
            attempt()
        # What nothing was written to, not even to be undone, is as it was looked at before.
        if wrote:
            check_it_adds_up(match)


def check_it_adds_up(match: Match) -> None:
    """The events are one line from the first status to the present one, and nothing was skipped."""
    now, status = again(match), MatchStatus.SUGGESTED
    for event in MatchEvent.objects.filter(match=match).order_by("pk"):
        assert event.from_status == status
        step = MATCH_STEPS[EventKind(event.kind)]
        assert event.from_status in step.open_from
        assert event.to_status == (step.leads_to or event.from_status)
        status = MatchStatus(event.to_status)
    # A refusal whose term is over is suggested again by a run, and nobody took a step then.
    assert now.status == status
    answers = set(now.sides.values_list("answer", flat=True))
    if now.status in CONTACTS_SHOWN:
        assert answers == {INTERESTED}
    if now.status not in (MatchStatus.PROPOSED, MatchStatus.NOT_TAKEN_FORWARD, MatchStatus.LAPSED):
        # Whoever refused is neither introduced nor suggested anew with what it said.
        assert now.status in (MatchStatus.SUGGESTED, MatchStatus.SET_ASIDE) or not answers & REFUSALS
    for row in now.sides.all():
        assert (row.take_back_until is not None) == (row.answer in REFUSALS)
        assert (row.refusal_reason != "") == (row.answer in REFUSALS)
    if now.status in COOPERATION:
        assert now.outcome.agreed_on is not None
    if now.status != MatchStatus.COMPLETED:
        assert not now.sides.filter(outcome_confirmed_at__isnull=False).exists()
    if now.status in (MatchStatus.SUGGESTED, MatchStatus.SET_ASIDE):
        assert now.decided_on is None or now.status == MatchStatus.SET_ASIDE


# --- Who receives copies


@pytest.mark.any_database
def test_an_alternate_receives_copies_of_what_it_may_see_and_does_not_act(match, reviewer):
    speaker = speaker_for(match.offer)
    agency = speaker.affiliations.get().agency
    alternate = UserFactory(role=Role.FOCAL_POINT, role__agency=agency, role__designated=False)
    stranger = UserFactory(email="stranger@example.org")
    Designation.objects.filter(affiliation__user=speaker).update(alternate=alternate)
    DesignationFactory(affiliation=speaker.affiliations.get(), alternate=stranger)
    review.propose(match=match, by=reviewer)
    sending.send_due()
    states = dict(Mail.objects.filter(kind="proposed").values_list("to_address", "state"))
    assert states[alternate.email] == MailState.SENT
    assert states[stranger.email] == MailState.DROPPED
    with pytest.raises(ReviewRefused, match="Only those who speak for this side"):
        answering.answer(match=match, side=Side.OFFER, by=alternate, answer=INTERESTED)
