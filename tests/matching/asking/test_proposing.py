"""Proposing a pair that no run suggests: through the one door, whole or not at all."""

import pytest

from directory.models import User
from matching.asking.proposing import propose_pair
from matching.choices import EventKind, MatchStatus
from matching.life import review
from matching.life.steps import LONGEST_NOTE, ReviewRefused
from matching.models import Match, MatchEvent, MatchSide, ScoringProfile
from matching.runs.running import run_matching
from surveys.models import Need, Offer
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    TargetFactory,
    put_in,
    speaker_for,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


@pytest.fixture
def need() -> Need:
    return ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))


@pytest.fixture
def offer(need: Need) -> Offer:
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="THA"))
    TargetFactory(offer=offer, country=need.country)
    speaker_for(need)
    speaker_for(offer)
    return offer


def test_a_pair_that_is_no_match_becomes_one_and_is_put_to_both_sides(need, offer, reviewer):
    event = propose_pair(need=need, offer=offer, by=reviewer, note="Asked on the phone.")
    match = Match.objects.get()
    assert (match.need, match.offer, match.status) == (need, offer, MatchStatus.PROPOSED)
    assert (event.kind, event.by, event.note) == (EventKind.PROPOSED, reviewer, "Asked on the phone.")
    assert match.sides.filter(asked_at__isnull=False).count() == 2
    # Scored, and frozen, as a run would have scored it.
    assert match.score == match.decided_on["score"] == match.decided_on["stored"]["score"] == 1_000_000
    assert (match.rank_for_need, match.rank_for_offer, match.run) == (None, None, None)
    # Whoever is not told sees no match.
    assert not match.is_shown
    run_matching()
    after = Match.objects.get()
    assert (after.status, after.score) == (MatchStatus.PROPOSED, match.score)


def test_a_run_shows_others_what_it_would_without_the_proposal(need, offer, reviewer):
    propose_pair(need=need, offer=offer, by=reviewer)
    run_matching()
    match = Match.objects.get()
    assert (match.is_shown, match.shown_rank_for_need, match.shown_score) == (True, 1, 1_000_000)


def test_before_the_first_run_it_saves_the_profile_that_the_run_will_use(need, offer, reviewer):
    ScoringProfile.objects.all().delete()
    propose_pair(need=need, offer=offer, by=reviewer)
    assert Match.objects.get().profile == ScoringProfile.objects.get(is_default=True)


def test_one_that_has_lapsed_returns_as_the_same_row_scored_anew(need, offer, reviewer):
    run_matching()
    match = Match.objects.get()
    put_in(MatchStatus.LAPSED, match, score=1, part_areas=1, part_modalities=0, part_region=0, part_topic=0)
    propose_pair(need=need, offer=offer, by=reviewer)
    again = Match.objects.get()
    assert (again.pk, again.status, again.score) == (match.pk, MatchStatus.PROPOSED, 1_000_000)
    assert list(again.events.order_by("pk").values_list("kind", "by", "from_status")) == [
        (EventKind.RETURNED, reviewer.pk, MatchStatus.LAPSED),
        (EventKind.PROPOSED, reviewer.pk, MatchStatus.SUGGESTED),
        *again.events.order_by("pk").values_list("kind", "by", "from_status")[2:],
    ]


def test_one_that_a_run_suggested_meanwhile_is_proposed(need, offer, reviewer):
    run_matching()
    propose_pair(need=need, offer=offer, by=reviewer)
    assert Match.objects.get().status == MatchStatus.PROPOSED


def test_one_that_a_colleague_decided_meanwhile_is_left_as_it_is(need, offer, reviewer, manager):
    run_matching()
    review.set_aside(match=Match.objects.get(), by=manager)
    with pytest.raises(ReviewRefused, match="Set aside"):
        propose_pair(need=need, offer=offer, by=reviewer)
    assert Match.objects.get().status == MatchStatus.SET_ASIDE


def unconfirmed_offer(_need: Need, offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(confirmed_on=None)


def unconfirmed_need(need: Need, _offer: Offer) -> None:
    Need.objects.filter(pk=need.pk).update(confirmed_on=None)


def closed_gate(_need: Need, offer: Offer) -> None:
    offer.targets.all().delete()
    TargetFactory(offer=offer, country=CountryFactory(iso3="VNM"))


def nobody_speaks(_need: Need, _offer: Offer) -> None:
    User.objects.filter(email__startswith="speaker-").update(is_active=False)


@pytest.mark.parametrize("obstacle", [unconfirmed_offer, unconfirmed_need, closed_gate, nobody_speaks])
def test_what_the_step_refuses_leaves_no_match(need, offer, reviewer, obstacle):
    obstacle(need, offer)
    with pytest.raises(ReviewRefused):
        propose_pair(need=Need.objects.get(), offer=Offer.objects.get(), by=reviewer)
    assert [model.objects.count() for model in (Match, MatchEvent, MatchSide)] == [0, 0, 0]


@pytest.mark.any_database
@pytest.mark.parametrize("who", ["focal_point", "coordinator", "partner"])
def test_none_but_reviewers_propose(need, offer, who, request):
    with pytest.raises(ReviewRefused, match="Only reviewers"):
        propose_pair(need=need, offer=offer, by=request.getfixturevalue(who))
    assert not Match.objects.exists()


@pytest.mark.any_database
def test_a_note_that_is_too_long_is_refused(need, offer, reviewer):
    with pytest.raises(ReviewRefused, match="at most"):
        propose_pair(need=need, offer=offer, by=reviewer, note="x" * (LONGEST_NOTE + 1))
    assert not Match.objects.exists()
