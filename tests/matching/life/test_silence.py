"""A side that does not answer: its term, one reminder, and the quiet end."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.mail.sending import send_due
from directory.models import Country, Mail, User
from matching.choices import EventKind, MatchStatus, SideAnswer
from matching.life import review, silence
from matching.life.answers import answering, clearing
from matching.life.seen.sides import shown_state
from matching.life.terms import ANSWER_DAYS, LEAST_NOTICE_DAYS, REMINDER_DAYS
from matching.models import Match, MatchEvent, MatchSide
from ssc_portal.running.daily import run_daily
from surveys.choices import ClearanceRule, Side
from surveys.models import ClockStop, CountryWindow
from tests.factories import CountryFactory, TargetFactory, speaker_for, suggested_match
from tests.marked import of_any_database
from web.calendar.working_days import last_day_of_term

pytestmark = pytest.mark.django_db

ASKED = dt.date(2026, 12, 1)
NOON = dt.time(12, tzinfo=dt.UTC)
COUNTRIES = ("BGD", "FJI", "NPL")
"""Weekends on Friday and Saturday, on Saturday and Sunday, and on Saturday alone."""


def days(begin: dt.date, number: int) -> list[dt.date]:
    return [begin + dt.timedelta(days=later) for later in range(number)]


def at(day: dt.date) -> time_machine.travel:
    return time_machine.travel(dt.datetime.combine(day, NOON), tick=False)


def match_of(country: Country) -> Match:
    """A match of a need of this country."""
    match = suggested_match()
    match.need.country, match.need.agency = country, None
    match.need.save()
    TargetFactory(offer=match.offer, country=country)
    speaker_for(match.need)
    return Match.objects.for_lists().get(pk=match.pk)


@pytest.fixture
def proposed(reviewer: User) -> Match:
    with at(ASKED):
        match = suggested_match()
        review.propose(match=match, by=reviewer)
    return match


def answered(match: Match, *sides: Side) -> None:
    for side in sides:
        posting = match.need if side == Side.NEED else match.offer
        answering.answer(match=match, side=side, by=speaker_for(posting), answer=SideAnswer.INTERESTED)


def side(match: Match, which: Side = Side.NEED) -> MatchSide:
    return match.sides.get(side=which)


def one_day(on: dt.date) -> None:
    with at(on):
        silence.bring_terms_up_to_date(on)
        silence.remind(on)
        silence.close(on)


def lived(match: Match, begin: dt.date, number: int) -> tuple[dict[str, dt.date], dt.date | None]:
    """Return on which day each side was reminded, and on which the proposal closed."""
    reminded: dict[str, dt.date] = {}
    for day in days(begin, number):
        one_day(day)
        for row in match.sides.filter(reminded_on=day):
            reminded[row.side] = day
        if Match.objects.get(pk=match.pk).status == MatchStatus.NOT_TAKEN_FORWARD:
            return reminded, day
    return reminded, None


@pytest.mark.parametrize("country", [COUNTRIES[0], *of_any_database(*COUNTRIES[1:])])
@pytest.mark.parametrize("asked", [dt.date(2026, month, 3) for month in (4, 12)])
def test_day_by_day_in_three_countries(country, asked, reviewer):
    """The reminder and the end come on the day after their terms, whatever the week and the feasts of the country."""
    with at(asked):
        match = match_of(CountryFactory(iso3=country))
        review.propose(match=match, by=reviewer)
        answered(match, Side.OFFER)
    due = last_day_of_term(asked, ANSWER_DAYS, country)
    assert side(match).answer_due_on == due
    reminded, closed = lived(match, asked, 366)
    assert reminded == {"need": last_day_of_term(asked, REMINDER_DAYS, country) + dt.timedelta(days=1)}
    assert closed == due + dt.timedelta(days=1)
    assert Counter(Mail.objects.filter(kind="unanswered").values_list("about__side", flat=True)) == {
        "need": Mail.objects.filter(kind="unanswered").values("to_user").distinct().count()
    }


@pytest.mark.any_database
def test_the_day_itself_is_still_the_reader_s(proposed):
    due = side(proposed).answer_due_on
    _reminded, closed = lived(proposed, ASKED, (due - ASKED).days + 1)
    assert closed is None
    with at(due):
        answered(proposed, *Side)
    one_day(due + dt.timedelta(days=1))
    assert Match.objects.get(pk=proposed.pk).status == MatchStatus.PROPOSED


@pytest.mark.any_database
def test_it_ends_as_not_at_this_time_ends_it_and_the_other_side_learns_no_more(proposed):
    with at(ASKED):
        answered(proposed, Side.OFFER)
    _reminded, closed = lived(proposed, ASKED, 200)
    match = Match.objects.for_lists().prefetch_related("sides").get(pk=proposed.pk)
    assert closed is not None
    assert (closed - match.refused_until).days in range(-185, -180)
    event = MatchEvent.objects.get(match=match, kind=EventKind.NOT_TAKEN_FORWARD)
    assert (event.by, event.side) == (None, Side.NEED)
    with at(closed):
        silent = shown_state(match, speaker_for(match.need), Side.NEED)
        other = shown_state(match, speaker_for(match.offer), Side.OFFER)
    assert "Your posting stays" in silent.next
    assert (other.code, other.words) == ("not_taken_forward", silent.words)
    assert "reply" not in other.next
    assert {mail.about["side"] for mail in Mail.objects.filter(kind="not_taken_forward")} == {"offer"}
    assert {match.need.status, match.offer.status} == {"published"}


@pytest.mark.parametrize("stopped_first", [True, False])
def test_where_the_clock_stands_still_the_last_day_moves_and_never_nearer(proposed, stopped_first):
    told = side(proposed).answer_due_on
    window = CountryWindow.objects.create(country=proposed.need.posting_country)
    first = ASKED if stopped_first else told - dt.timedelta(days=3)
    stop = ClockStop.objects.create(window=window, first_day=first, last_day=told + dt.timedelta(days=20))
    one_day(told - dt.timedelta(days=3))
    moved = side(proposed).answer_due_on
    assert moved > stop.last_day
    assert side(proposed, Side.OFFER).answer_due_on <= moved
    stop.delete()
    one_day(told - dt.timedelta(days=2))
    assert side(proposed).answer_due_on == moved


def test_the_term_of_a_country_that_is_heard_stands_still_too(reviewer):
    with at(ASKED):
        match = suggested_match()
        window = CountryWindow.objects.create(
            country=match.need.posting_country, clearance=ClearanceRule.NO_OBJECTION, clearance_days=5
        )
        review.propose(match=match, by=reviewer)
    told = side(match).clearance_due_on
    ClockStop.objects.create(window=window, first_day=ASKED, last_day=told + dt.timedelta(days=10))
    one_day(told)
    assert side(match).clearance_due_on > told + dt.timedelta(days=10)
    assert clearing.pass_on_due(told + dt.timedelta(days=1)) == 0


def test_one_reminder_however_long_the_clock_of_the_portal_stood_still(proposed):
    """After a quarter of a year without the daily work: a reminder first, and time to answer it."""
    late = ASKED + dt.timedelta(days=150)
    one_day(late)
    row = side(proposed)
    assert (row.reminded_on, Match.objects.get(pk=proposed.pk).status) == (late, MatchStatus.PROPOSED)
    country = proposed.need.posting_country
    assert row.answer_due_on >= last_day_of_term(late, LEAST_NOTICE_DAYS, country.pk if country else None)
    before = Mail.objects.filter(kind="unanswered").count()
    for day in days(late, 5):
        one_day(day)
    assert Mail.objects.filter(kind="unanswered").count() == before


@pytest.mark.any_database
def test_who_was_asked_before_there_was_a_term_has_a_whole_one(proposed):
    proposed.sides.update(answer_due_on=None)
    later = ASKED + dt.timedelta(days=300)
    one_day(later)
    country = proposed.need.posting_country
    assert side(proposed).answer_due_on == last_day_of_term(later, ANSWER_DAYS, country.pk if country else None)


@pytest.mark.any_database
def test_a_proposal_on_hold_is_left_alone(proposed):
    Match.objects.filter(pk=proposed.pk).update(on_hold_at=dt.datetime.combine(ASKED, NOON))
    assert lived(proposed, ASKED, 120) == ({}, None)


def test_after_a_hold_there_is_time_to_answer(proposed):
    """It hid the proposal from the side while its term ran out; the side had been reminded before."""
    reminded = ASKED + dt.timedelta(days=60)
    one_day(reminded)
    assert side(proposed).reminded_on == reminded
    held = side(proposed).answer_due_on - dt.timedelta(days=1)
    Match.objects.filter(pk=proposed.pk).update(on_hold_at=dt.datetime.combine(held, NOON))
    for day in days(held, 30):
        one_day(day)
    Match.objects.filter(pk=proposed.pk).update(on_hold_at=None)
    after = held + dt.timedelta(days=30)
    one_day(after)
    assert Match.objects.get(pk=proposed.pk).status == MatchStatus.PROPOSED
    assert side(proposed).answer_due_on >= after + dt.timedelta(days=LEAST_NOTICE_DAYS)


@pytest.mark.any_database
def test_the_mails_say_by_when_and_what_happens_then(proposed, mailoutbox):
    with at(ASKED):
        send_due()
    asking = [mail for mail in mailoutbox if "waits for your answer" in mail.subject]
    assert asking
    for mail in asking:
        which = Side.NEED if f"about “{proposed.need.title}”" in mail.body else Side.OFFER
        due = side(proposed, which).answer_due_on
        assert f"Please answer by the end of {due:%-d %B %Y}. Without a reply it closes quietly then" in mail.body
        other = proposed.offer if which == Side.NEED else proposed.need
        assert f"The partner: {other.party}, “{other.title}”." in mail.body
    mailoutbox.clear()
    reminded = last_day_of_term(ASKED, REMINDER_DAYS, None) + dt.timedelta(days=10)
    with at(reminded):
        run_daily(reminded)
    bodies = [mail.body for mail in mailoutbox if "closes quietly on" in mail.body]
    assert len(bodies) == Mail.objects.filter(kind="unanswered").count() > 0
    assert all("“Not at this time” is an answer too" in body for body in bodies)


@pytest.mark.any_database
def test_who_has_answered_meanwhile_is_not_reminded(proposed, mailoutbox):
    reminded = ASKED + dt.timedelta(days=60)
    with at(reminded):
        silence.remind(reminded)
        answered(proposed, *Side)
        send_due()
    assert not [mail for mail in mailoutbox if "closes quietly on" in mail.body]


def test_the_daily_look_asks_as_much_of_many_proposals_as_of_one(reviewer):
    def asked_of(work) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert work(ASKED) == 0
        return len(queries)

    with at(ASKED):
        review.propose(match=match_of(CountryFactory(iso3="BGD")), by=reviewer)
    alone = [asked_of(work) for work in (silence.bring_terms_up_to_date, silence.remind, silence.close)]
    for iso3 in ("FJI", "NPL"):
        with at(ASKED):
            review.propose(match=match_of(CountryFactory(iso3=iso3)), by=reviewer)
    many = [asked_of(work) for work in (silence.bring_terms_up_to_date, silence.remind, silence.close)]
    assert many == alone
