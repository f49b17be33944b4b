"""One step on many matches: the page that asks, and the one that says what was done."""

import pytest

from desk.queue import bulk
from directory.choices import MailState
from directory.mail.sending import send_due
from directory.models import Mail
from matching.choices import EventKind, MatchStatus, SideAnswer
from matching.life import review
from matching.life.answers import answering
from matching.models import Match, MatchEvent
from surveys.choices import Side
from surveys.models import Need
from tests.factories import MatchFactory, PublishedNeedFactory, PublishedOfferFactory, speaker_for

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

QUEUE = "/admin/matching/match/"
BULK = "/admin/matching/match/bulk/"


def choose(desk, step, matches, *, query="", across=0):
    return desk.post(
        QUEUE + query,
        {"step": step, "chosen": [match.pk for match in matches], **({"everything": "1"} if across else {})},
    )


def go(desk, step, matches, note="", query=""):
    return desk.post(BULK + query, {"step": step, "ids": ",".join(str(match.pk) for match in matches), "note": note})


def test_choosing_asks_and_changes_nothing(desk, match):
    page = choose(desk, "set_aside", [match]).content.decode()
    assert "1 match is selected." in page
    assert "Seed potatoes" in page
    assert f'name="ids" value="{match.pk}"' in page
    assert not MatchEvent.objects.exists()


@pytest.mark.parametrize(("step", "chooses"), [("", True), ("add_note", True), ("set_aside", False)])
def test_without_a_step_or_a_match_it_asks_again_and_keeps_what_is_ticked(desk, match, step, chooses):
    other = MatchFactory()
    response = choose(desk, step, [match] if chooses else [], query="?status=all")
    assert response.status_code == 400
    page = response.content.decode()
    assert "Nothing is chosen yet" in page
    assert (f'name="chosen" value="{match.pk}" checked' in page) is chooses
    assert f'name="chosen" value="{other.pk}" checked' not in page


def test_nothing_is_chosen_from_a_list_that_cannot_be_made(desk, match):
    response = choose(desk, "set_aside", [match], query="?status=nonsense", across=1)
    assert (response.status_code, len(response.context["refusals"])) == (400, 1)


def test_it_says_beforehand_what_is_not_open(desk, match):
    unconfirmed = MatchFactory()
    response = choose(desk, "propose", [match, unconfirmed])
    assert [bool(candidate.obstacle) for candidate in response.context["candidates"]] == [True, False]
    assert response.context["hindered"] == 1


def test_each_is_decided_by_itself_and_all_is_said(desk, match, reviewer):
    unconfirmed = MatchFactory(need=PublishedNeedFactory(title="Not vouched for"))
    response = go(desk, "propose", [match, unconfirmed], note="To both.")
    page = response.content.decode()
    assert "Done for 1 match." in page
    assert "1 was refused." in page
    assert "“Not vouched for” is not confirmed yet" in page
    event = MatchEvent.objects.get(kind=EventKind.PROPOSED)
    assert (event.match, event.kind, event.by, event.note) == (match, EventKind.PROPOSED, reviewer, "To both.")


@pytest.mark.parametrize("step", bulk.BULK_STEPS)
def test_every_step_works_in_bulk(desk, match, reviewer, step):
    if step == "withhold":
        review.release(match=match, by=reviewer)
    if step == "take_back":
        review.set_aside(match=match, by=reviewer)
    query = "?status=set_aside" if step == "take_back" else ""
    assert choose(desk, step, [match], query=query).status_code == 200
    response = go(desk, step, [match], note="Reason.")
    assert [event.match for event in response.context["outcome"].done] == [match]


def test_sending_it_twice_is_once(desk, match):
    go(desk, "set_aside", [match])
    response = go(desk, "set_aside", [match])
    assert [refused for refused, _why in response.context["outcome"].refused] == [match]
    assert MatchEvent.objects.count() == 1


def test_taking_back_asks_for_a_note_and_keeps_the_selection(desk, match, reviewer):
    review.set_aside(match=match, by=reviewer)
    response = go(desk, "take_back", [match], note="  ")
    page = response.content.decode()
    assert "Say why the matches are taken back." in page
    assert f'name="ids" value="{match.pk}"' in page
    assert MatchEvent.objects.count() == 1


def test_a_long_note_is_refused_and_kept(desk, match):
    response = go(desk, "set_aside", [match], note="x" * 100_000)
    page = response.content.decode()
    assert "at most 5000 fit" in page
    assert "x" * 100_000 in page
    assert not MatchEvent.objects.exists()


def test_all_across_pages_takes_the_first_of_the_queue_and_says_so(desk, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 60)
    offer = PublishedOfferFactory()
    matches = [MatchFactory(offer=offer) for _number in range(70)]
    response = choose(desk, "set_aside", matches[:1], across=1)
    assert response.context["left_out"] == 10
    assert "At most 60 matches are taken at once." in response.content.decode()
    assert response.context["form"]["ids"].value().split(",") == [str(match.pk) for match in matches[:60]]


def test_all_across_pages_keeps_to_the_filters(desk, match):
    MatchFactory()
    response = choose(desk, "set_aside", [match], query="?confirmed=both", across=1)
    assert [candidate.match for candidate in response.context["candidates"]] == [match]
    assert response.context["queue_address"] == f"{QUEUE}?confirmed=both"


def test_a_match_decided_meanwhile_is_named_with_the_reason(desk, match, manager):
    choose(desk, "set_aside", [match])
    review.propose(match=match, by=manager)
    response = go(desk, "set_aside", [match])
    assert "Proposed to both sides" in response.context["outcome"].refused[0][1]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"step": "set_aside", "ids": ""},
        {"step": "set_aside", "ids": "1,x"},
        {"step": "set_aside", "ids": "1;2"},
        {"step": "set_aside", "ids": ",".join(map(str, range(bulk.MOST_AT_ONCE + 1)))},
        {"step": "set_aside", "ids": "9" * 400},
        {"step": "add_note", "ids": "1"},
        {"step": "run", "ids": "1"},
    ],
)
def test_nonsense_is_refused(desk, match, data):
    assert desk.post(BULK, {**data, "note": "x"}).status_code == 400
    assert not MatchEvent.objects.exists()


def test_a_get_is_not_answered(desk, match):
    assert desk.get(BULK, {"step": "set_aside", "ids": match.pk}).status_code == 405
    assert Match.objects.get().status == MatchStatus.SUGGESTED


def test_hostile_words_are_inert(desk, match):
    Need.objects.update(title="<script>alert(1)</script>", confirmed_on=None)
    for response in (choose(desk, "propose", [match]), go(desk, "propose", [match], note="<script>alert(2)</script>")):
        assert b"<script>alert" not in response.content


@pytest.mark.parametrize("number", [2, 60])
def test_asking_does_not_run_a_query_a_row(desk, number, django_assert_num_queries):
    offer = PublishedOfferFactory()
    matches = [MatchFactory(offer=offer) for _number in range(number)]
    # session, user, affiliations, filters 4, count, rows of the list, profile in use, tables 17, labels 3, ids, rows
    ids = {"step": "take_back", "ids": ",".join(str(match.pk) for match in matches), "note": ""}
    with django_assert_num_queries(4):  # session, user, affiliations, matches
        desk.post(BULK, ids)


def undo(response):
    """Fill in the form of the page that says what was done."""
    form = response.context["undo"]
    return {"step": form["step"].value(), "ids": form["ids"].value()}


@pytest.mark.parametrize("step", ["propose", "set_aside"])
def test_what_was_done_is_undone_from_the_page_that_says_so(desk, match, step):
    fields = undo(go(desk, step, [match]))
    asked_again = desk.post(BULK, {**fields, "note": ""})
    assert "Say why the matches are taken back." in asked_again.content.decode()
    assert "Done for 1 match." in desk.post(BULK, {**fields, "note": "The wrong ones."}).content.decode()
    match.refresh_from_db()
    assert match.status == MatchStatus.SUGGESTED
    assert not match.sides.exists()


def test_a_release_is_undone_without_a_note(desk, match):
    done = go(desk, "release", [match])
    assert "Done for 1 match." in desk.post(BULK, {**undo(done), "note": ""}).content.decode()
    match.refresh_from_db()
    assert match.released_at is None


def test_nothing_done_is_nothing_to_undo(desk, match):
    go(desk, "set_aside", [match])
    assert go(desk, "set_aside", [match]).context["undo"] is None


def test_a_proposal_that_was_answered_is_not_taken_back(desk, match):
    done = go(desk, "propose", [match])
    answering.answer(match=match, side=Side.OFFER, by=speaker_for(match.offer), answer=SideAnswer.INTERESTED)
    page = desk.post(BULK, {**undo(done), "note": "Too late."}).content.decode()
    assert "Someone has answered this proposal already" in page
    match.refresh_from_db()
    assert match.status == MatchStatus.PROPOSED
    assert match.sides.filter(answer=SideAnswer.INTERESTED).count() == 1


def test_the_mails_of_a_proposal_taken_back_are_not_sent(desk, match):
    done = go(desk, "propose", [match])
    desk.post(BULK, {**undo(done), "note": "The wrong one."})
    waiting = Mail.objects.filter(kind="proposed")
    assert waiting.count() == 2
    send_due()
    assert {mail.state for mail in waiting.all()} == {MailState.DROPPED}


def test_where_some_are_released_it_asks_whether_to_withhold_them_too(desk, match, reviewer):
    other = MatchFactory()
    assert not choose(desk, "set_aside", [match, other]).context["asks_to_withhold"]
    review.release(match=match, by=reviewer)
    page = choose(desk, "set_aside", [match, other])
    assert page.context["asks_to_withhold"]
    assert "Leave it released" in page.content.decode()
    outcome = go(desk, "set_aside", [match, other]).context["outcome"]
    assert [event.match for event in outcome.done] == [other]
    assert [(one, "withheld too" in why) for one, why in outcome.refused] == [(match, True)]
    desk.post(BULK, {"step": "set_aside", "ids": match.pk, "note": "", "withholds_too": "yes"})
    match.refresh_from_db()
    assert (match.status, match.released_at) == (MatchStatus.SET_ASIDE, None)
