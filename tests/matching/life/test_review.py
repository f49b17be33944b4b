"""Each step of a review: what it changes, what it freezes, whom it refuses, and that twice is once."""

import pytest

from matching.choices import EventKind, MatchStatus
from matching.life import review
from matching.life.review import ReviewRefused
from matching.models import Match, MatchEvent
from matching.runs.running import run_matching
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    TargetFactory,
    speaker_for,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


@pytest.fixture
def match() -> Match:
    """A suggested match of two confirmed public postings: the offer names the need's country."""
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    ConfirmedNeedFactory(country=cambodia, title="Seed potatoes")
    TargetFactory(offer=ConfirmedOfferFactory(country=thailand), country=cambodia)
    run_matching()
    match = Match.objects.get()
    speaker_for(match.need)
    speaker_for(match.offer)
    return match


def test_release_freezes_what_the_public_sees(match, reviewer, visitor):
    event = review.release(match=match, by=reviewer, note=" Good example. ")
    assert (event.kind, event.from_status, event.to_status) == (
        EventKind.RELEASED, MatchStatus.SUGGESTED, MatchStatus.SUGGESTED,
    )  # fmt: skip
    assert (event.by, event.note) == (reviewer, "Good example.")
    match.refresh_from_db()
    assert match.status == MatchStatus.SUGGESTED
    assert match.released_score == match.released_as["score"] == match.score == 1_000_000
    assert list(Match.objects.visible_to(visitor)) == [match]


@pytest.mark.parametrize("model", [Need, Offer])
def test_a_fit_with_a_side_that_nobody_confirmed_is_released_to_nobody(match, reviewer, visitor, model):
    model.objects.update(confirmed_on=None)
    assert "is not confirmed yet" in review.obstacle(step="release", match=Match.objects.for_lists().get())
    with pytest.raises(ReviewRefused, match="two confirmed postings"):
        review.release(match=match, by=reviewer)
    outcome = review.each(step=review.release, matches=Match.objects.for_lists(), by=reviewer)
    assert (outcome.done, len(outcome.refused)) == ([], 1)
    assert not Match.objects.visible_to(visitor)


def test_a_released_fit_is_not_changed_by_later_steps_or_runs(match, reviewer, visitor):
    review.release(match=match, by=reviewer)
    seen = Match.objects.visible_to(visitor).as_seen().values("seen_score", "released_as", "seen_since").get()
    Need.objects.get().areas.set(ConfirmedNeedFactory(areas=["energy", "trade"]).areas.all())
    run_matching()
    review.set_aside(match=match, by=reviewer, withholds_too=False)
    assert Match.objects.visible_to(visitor).as_seen().values("seen_score", "released_as", "seen_since").get() == seen


def test_a_released_fit_is_set_aside_only_where_it_is_said_whether_everyone_still_sees_it(match, reviewer, visitor):
    review.release(match=match, by=reviewer)
    with pytest.raises(ReviewRefused, match="whether it is to be withheld too"):
        review.set_aside(match=match, by=reviewer)
    assert Match.objects.visible_to(visitor)
    review.set_aside(match=match, by=reviewer, note="Known.", withholds_too=True)
    assert not Match.objects.visible_to(visitor)
    kinds = match.events.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [EventKind.RELEASED, EventKind.WITHHELD, EventKind.SET_ASIDE]


def test_a_release_is_gone_with_either_posting_and_back_with_it(match, reviewer, visitor):
    review.release(match=match, by=reviewer)
    Offer.objects.update(visibility=Visibility.FOCAL_POINTS)
    assert not Match.objects.visible_to(visitor)
    Offer.objects.update(visibility=Visibility.PUBLIC)
    Need.objects.update(status=PostingStatus.WITHDRAWN)
    assert not Match.objects.visible_to(visitor)
    Need.objects.update(status=PostingStatus.PUBLISHED)
    assert Match.objects.visible_to(visitor)


def test_withhold_takes_it_off_the_public_pages(match, reviewer, visitor):
    review.release(match=match, by=reviewer)
    review.withhold(match=match, by=reviewer)
    assert not Match.objects.visible_to(visitor)
    with pytest.raises(ReviewRefused, match="not released"):
        review.withhold(match=match, by=reviewer)
    assert MatchEvent.objects.count() == 2


@pytest.mark.any_database
def test_releasing_twice_is_once(match, reviewer):
    review.release(match=match, by=reviewer)
    with pytest.raises(ReviewRefused, match="already released"):
        review.release(match=match, by=reviewer)
    assert MatchEvent.objects.count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    "change", [{"visibility": Visibility.MATCHED}, {"status": PostingStatus.WITHDRAWN}, {"status": PostingStatus.DRAFT}]
)
def test_only_a_fit_of_two_public_postings_is_released(match, reviewer, change):
    Offer.objects.update(**change)
    with pytest.raises(ReviewRefused, match="not public"):
        review.release(match=match, by=reviewer)
    assert not MatchEvent.objects.exists()


@pytest.mark.any_database
def test_what_does_not_fit_today_is_not_released(match, reviewer):
    Offer.objects.get().targets.all().delete()
    with pytest.raises(ReviewRefused, match="does not reach the country"):
        review.release(match=match, by=reviewer)


@pytest.mark.any_database
def test_set_aside_keeps_what_it_was_decided_on(match, reviewer):
    review.set_aside(match=match, by=reviewer, note="Known to both.")
    match.refresh_from_db()
    assert match.status == MatchStatus.SET_ASIDE
    assert match.decided_on["score"] == match.decided_on["stored"]["score"] == match.score
    assert match.decided_on["profile"] == {"code": "default", "version": 1}


def test_the_second_of_two_reviewers_is_told(match, reviewer, manager):
    held_by_the_second = Match.objects.get()
    review.set_aside(match=match, by=reviewer)
    with pytest.raises(ReviewRefused, match="Set aside"):
        review.propose(match=held_by_the_second, by=manager)
    assert list(MatchEvent.objects.values_list("kind", flat=True)) == [EventKind.SET_ASIDE]


@pytest.mark.any_database
@pytest.mark.parametrize("model", [Need, Offer])
def test_only_confirmed_postings_are_proposed(match, reviewer, model):
    model.objects.update(confirmed_on=None)
    with pytest.raises(ReviewRefused, match="not confirmed"):
        review.propose(match=match, by=reviewer)
    match.refresh_from_db()
    assert match.status == MatchStatus.SUGGESTED


@pytest.mark.any_database
def test_a_closed_posting_is_not_proposed(match, reviewer):
    Offer.objects.update(status=PostingStatus.WITHDRAWN)
    with pytest.raises(ReviewRefused, match="not published"):
        review.propose(match=match, by=reviewer)


@pytest.mark.any_database
def test_propose_puts_it_to_both_sides(match, reviewer):
    event = review.propose(match=match, by=reviewer)
    match.refresh_from_db()
    assert (match.status, event.to_status) == (MatchStatus.PROPOSED, MatchStatus.PROPOSED)
    assert match.decided_on["gates"] == []


def test_take_back_needs_a_note_and_scores_as_of_today(match, reviewer):
    review.set_aside(match=match, by=reviewer)
    with pytest.raises(ReviewRefused, match="note"):
        review.take_back(match=match, by=reviewer, note="  ")
    Need.objects.get().areas.set(ConfirmedNeedFactory(areas=["energy", "trade"]).areas.all())
    review.take_back(match=match, by=reviewer, note="A second look.")
    match.refresh_from_db()
    assert (match.status, match.decided_on) == (MatchStatus.SUGGESTED, None)
    assert match.part_areas == 225_000
    assert match.score == 775_000


@pytest.mark.any_database
def test_a_suggestion_cannot_be_taken_back(match, reviewer):
    with pytest.raises(ReviewRefused, match="Suggested"):
        review.take_back(match=match, by=reviewer, note="Why not.")


@pytest.mark.any_database
def test_a_note_changes_nothing_else(match, reviewer):
    before = Match.objects.values().get()
    review.add_note(match=match, by=reviewer, note="Call the ministry.")
    assert Match.objects.values().get() == before
    assert match.events.get().note == "Call the ministry."
    with pytest.raises(ReviewRefused, match="empty"):
        review.add_note(match=match, by=reviewer, note="")


@pytest.mark.any_database
@pytest.mark.parametrize("step", review.REVIEW_STEPS)
@pytest.mark.parametrize("who", ["focal_point", "coordinator", "partner", "visitor"])
def test_nobody_but_the_secretariat_decides(match, step, who, request):
    with pytest.raises(ReviewRefused, match="secretariat"):
        review.REVIEW_STEPS[step](match=match, by=request.getfixturevalue(who), note="Mine.")
    assert not MatchEvent.objects.exists()


def test_in_bulk_one_refusal_does_not_hold_back_the_others(match, reviewer):
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    Need.objects.filter(pk=need.pk).update(confirmed_on=None)
    run_matching()
    outcome = review.each(step=review.propose, matches=Match.objects.all(), by=reviewer, note="To both.")
    assert [event.match for event in outcome.done] == [match]
    assert [refused.need for refused, _why in outcome.refused] == [need]
