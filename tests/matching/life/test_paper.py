"""What governments answer by note verbale: recorded from its reference and date, and as good as the side's own."""

import datetime as dt

import pytest

from directory.models import User
from matching.choices import EventKind, MatchStatus, SideAnswer
from matching.life import answering, refusing, review
from matching.life.seen.shown import ShownEvents
from matching.life.steps import ReviewRefused
from matching.models import Match, MatchEvent, MatchSide
from surveys.choices import Side
from tests.factories import speaker_for, suggested_match
from tests.pages import Page
from web.days import last_day_begun, today

pytestmark = pytest.mark.django_db

REFERENCE, DATED = "NV/2026/114", dt.date(2026, 11, 20)


@pytest.fixture
def proposed(reviewer: User) -> Match:
    match = suggested_match()
    review.propose(match=match, by=reviewer)
    return match


def recorded(
    match: Match,
    by: User,
    *,
    answer: SideAnswer = SideAnswer.INTERESTED,
    reference: str = REFERENCE,
    dated_on: dt.date = DATED,
    reason: str = "",
) -> MatchSide:
    return answering.record_answer(
        match=match, side=Side.NEED, by=by, answer=answer, reference=reference, dated_on=dated_on, reason=reason
    )


def test_it_counts_as_the_side_s_own_answer(proposed, manager):
    row = recorded(proposed, manager)
    assert (row.answer, row.answered_by) == (SideAnswer.INTERESTED, manager)
    event = MatchEvent.objects.get(match=proposed, kind=EventKind.ANSWERED)
    assert event.details == {"answer": "interested", "reference": "NV/2026/114", "dated_on": "2026-11-20"}
    with pytest.raises(ReviewRefused, match="answered already"):
        answering.answer(match=proposed, side=Side.NEED, by=speaker_for(proposed.need), answer=SideAnswer.NOT_NOW)


def test_a_refusal_on_paper_ends_it_as_any_other(proposed, manager):
    recorded(proposed, manager, answer=SideAnswer.NOT_NOW, reason="Budget closed.")
    match = refusing.pass_on(match=proposed, by=manager)
    assert match.status == MatchStatus.NOT_TAKEN_FORWARD
    assert match.refused_until > today()


def test_only_managers_record_it_and_only_from_a_letter_that_is_there(proposed, manager, reviewer):
    for by in (reviewer, speaker_for(proposed.offer)):
        with pytest.raises(ReviewRefused, match="Only managers"):
            recorded(proposed, by)
    with pytest.raises(ReviewRefused, match="its reference"):
        recorded(proposed, manager, reference="  ")
    with pytest.raises(ReviewRefused, match="in the future"):
        recorded(proposed, manager, dated_on=last_day_begun() + dt.timedelta(days=1))
    assert not MatchSide.objects.filter(match=proposed).exclude(answer="").exists()


def test_the_side_reads_from_what_it_was_taken_and_the_other_side_nothing(proposed, manager, client):
    recorded(proposed, manager)
    address = f"/workspace/matches/{proposed.need_id}-{proposed.offer_id}/"
    told = {}
    for side, posting in ((Side.NEED, proposed.need), (Side.OFFER, proposed.offer)):
        client.force_login(speaker_for(posting))
        told[side] = Page(client.get(address)).text
    assert "NV/2026/114 , dated 20 November 2026" in told[Side.NEED]
    assert "by the secretariat" in told[Side.NEED]
    assert "NV/2026/114" not in told[Side.OFFER]


def test_the_desk_offers_it_to_managers_for_the_sides_that_have_not_answered(proposed, manager, reviewer, client):
    page = f"/admin/matching/match/{proposed.pk}/change/"
    client.force_login(reviewer)
    assert "note verbale or letter" not in Page(client.get(page)).text
    client.force_login(manager)
    assert "Answer by note verbale or letter" in Page(client.get(page)).text
    answer = {
        "paper_answer-side": "need",
        "paper_answer-answer": "interested",
        "paper_answer-reference": "NV/2026/114",
        "paper_answer-dated_on": "2026-11-20",
        "paper_answer-reason": "",
    }
    given = {"life": "paper_answer", "as_of": ShownEvents(proposed).mark(), **answer}
    # What is wrong is said at its field, and what was typed stays.
    wrong = client.post(page, {**given, "paper_answer-dated_on": "31 February"})
    assert "NV/2026/114" in wrong.content.decode()
    assert not MatchEvent.objects.filter(match=proposed, kind=EventKind.ANSWERED).exists()
    told = Page(client.post(page, given, follow=True)).text
    assert "NV/2026/114 , dated 20 November 2026" in told
    assert MatchSide.objects.get(match=proposed, side="need").answer == SideAnswer.INTERESTED
