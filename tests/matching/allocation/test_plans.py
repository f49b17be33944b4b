"""Plans: whom the weights serve, what they give up, and what a reviewer does with them."""

import pytest
from django.db import IntegrityError, transaction

from matching.allocation import plans, solving
from matching.choices import AllocationState, LeftOut, MatchStatus
from matching.life import review
from matching.life.steps import ReviewRefused
from matching.models import Allocation, AllocationPick, Match, MatchEvent
from surveys.models import Need, Offer
from tests.factories import PublishedNeedFactory, put_in
from tests.matching.allocation.conftest import need_of, offer_of, picked, settings, suggest
from web.jobs.doing import do

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("south", "known_profile")]


@pytest.fixture
def contested():
    """One place, wanted by Viet Nam with the better score and by Cambodia, an LDC."""
    offer = offer_of(places=1, title="One seat")
    viet_nam, cambodia = need_of("VNM", title="Need of Viet Nam"), need_of("KHM", title="Need of Cambodia")
    return suggest(viet_nam, offer, 900_000), suggest(cambodia, offer, 500_000)


@pytest.mark.any_database
def test_the_weights_change_who_is_served(contested, make):
    of_viet_nam, of_cambodia = contested
    assert picked(make()) == [of_cambodia]
    assert picked(make(weight_ldc=0)) == [of_viet_nam]


@pytest.mark.any_database
def test_what_the_weights_cost_is_told(contested, make):
    of_viet_nam, of_cambodia = contested
    told = make().gives_up
    for name in ("without_weights", "best_scores"):
        assert told[name]["lost"] == {"number": 1, "needs": [of_viet_nam.need_id]}
        assert told[name]["gained"] == {"number": 1, "needs": [of_cambodia.need_id]}
        assert told[name]["score"] == 900_000
    assert make().totals["score"] == 500_000
    # Group, at choice, by this plan, were all alike, by the best scores alone.
    assert told["groups"] == [["LDC", 1, 1, 0, 0], ["LLDC", 0, 0, 0, 0], ["SIDS", 0, 0, 0, 0], ["others", 1, 0, 1, 1]]


@pytest.mark.any_database
def test_without_weights_nothing_is_given_up_for_them(contested, make):
    told = make(weight_ldc=0, weight_lldc=0, weight_sids=0).gives_up
    assert told["without_weights"]["lost"]["number"] == told["without_weights"]["gained"]["number"] == 0


def test_a_need_that_gets_nothing_is_told_why(contested, make):
    of_viet_nam, of_cambodia = contested
    unconfirmed = PublishedNeedFactory()
    alone = need_of("IDN")
    held = suggest(need_of("MYS"), offer_of())
    Match.objects.filter(pk=held.pk).update(on_hold_at="2026-01-01T00:00:00Z")
    in_hand = suggest(need_of("PHL"), offer_of(), status=MatchStatus.PROPOSED)
    told = make().gives_up
    reasons = {reason: found["needs"] for reason, found in told["nothing"].items()}
    assert reasons == {
        "unconfirmed": [unconfirmed.pk],
        "no_suggestion": [alone.pk],
        "not_proposable": [held.need_id],
        "no_place": [of_viet_nam.need_id],
        "most_in_all": [],
    }
    assert in_hand.need_id not in {pk for needs in reasons.values() for pk in needs}
    offer = of_viet_nam.offer_id
    assert told["offers_that_fit"] == {str(of_viet_nam.need_id): [offer]}
    assert told["taken_by"] == {str(offer): [of_cambodia.need_id]}


@pytest.mark.any_database
def test_places_that_others_hold_are_told_too(make):
    offer = offer_of(places=1)
    holder = suggest(need_of("VNM"), offer, status=MatchStatus.PROPOSED)
    late = suggest(need_of("KHM"), offer)
    made = make()
    assert picked(made) == []
    assert made.gives_up["nothing"]["no_place"]["needs"] == [late.need_id]
    assert made.gives_up["taken_by"] == {str(offer.pk): [holder.need_id]}


@pytest.mark.any_database
def test_a_limit_in_all_is_a_reason(make):
    first, second = suggest(need_of("KHM"), offer_of()), suggest(need_of("VNM"), offer_of())
    made = make(most_in_all=1)
    assert picked(made) == [first]
    assert made.gives_up["nothing"]["most_in_all"]["needs"] == [second.need_id]


@pytest.mark.any_database
def test_a_need_gets_no_more_than_it_may(make):
    need = need_of("KHM")
    matches = [suggest(need, offer_of(), score) for score in (500_000, 700_000, 600_000)]
    assert picked(make(most_per_need=2)) == [matches[1], matches[2]]


@pytest.mark.any_database
def test_best_scores_alone_serve_fewer(make):
    shared, other = offer_of(places=1), offer_of(places=1)
    strong, weak = need_of("VNM"), need_of("IDN")
    suggest(strong, shared, 900_000)
    both = [suggest(strong, other, 400_000), suggest(weak, shared, 300_000)]
    made = make()
    assert picked(made) == both
    told = made.gives_up["best_scores"]
    assert (made.totals["served"], told["served"]) == (2, 1)
    assert told["score"] - made.totals["score"] == 600_000
    assert told["gained"] == {"number": 1, "needs": [weak.pk]}


@pytest.mark.any_database
def test_only_who_decides_on_matches_makes_and_decides(contested, make, focal_point, coordinator, partner, reviewer):
    made = make()
    for person in (focal_point, coordinator, partner):
        for act in (
            lambda by: plans.begin(by=by, settings=settings()),
            lambda by: plans.apply(allocation=made, by=by),
            lambda by: plans.discard(allocation=made, by=by),
        ):
            with pytest.raises(ReviewRefused, match="Only reviewers"):
                act(person)
    assert Allocation.objects.get().state == AllocationState.PROPOSED


def test_making_a_plan_touches_no_match(contested, make):
    before = list(Match.objects.order_by("pk").values())
    make()
    assert list(Match.objects.order_by("pk").values()) == before
    assert not MatchEvent.objects.exists()


@pytest.mark.any_database
def test_the_same_question_has_the_same_answer(make):
    offers = [offer_of(places=1) for _number in range(3)]
    for _number in range(6):
        need = need_of("VNM")
        for offer in offers:
            suggest(need, offer)
    assert picked(make()) == picked(make())


@pytest.mark.any_database
def test_a_plan_that_takes_too_long_is_not_made_and_says_so(contested, make, reviewer, monkeypatch):
    def late(*_given, **_how):
        raise solving.Unsolved("Time limit reached.")

    monkeypatch.setattr(plans, "solve", late)
    made = make()
    assert (made.state, made.totals, made.picks.count()) == (AllocationState.FAILED, {}, 0)
    for decide in (plans.apply, plans.discard):
        with pytest.raises(ReviewRefused, match="This plan is not made"):
            decide(allocation=made, by=reviewer)


@pytest.mark.any_database
def test_whatever_stands_in_the_way_is_raised_and_its_state_says_that_it_failed(contested, reviewer, monkeypatch):
    def broken(*_given, **_how):
        raise OSError("No space left.")

    asked = plans.begin(by=reviewer, settings=settings())
    monkeypatch.setattr(plans, "solve", broken)
    with pytest.raises(OSError, match="No space"):
        do("matching.tasks.make_plan", asked.pk)
    failed = Allocation.objects.get()
    assert (failed.state, failed.error) == (AllocationState.FAILED, "OSError: No space left.")


def test_worked_out_twice_it_is_one_plan(contested, make):
    made = make()
    assert not do("matching.tasks.make_plan", made.pk)
    assert made.picks.count() == 1
    assert Allocation.objects.get().totals == made.totals


def test_applying_proposes_nothing_and_puts_the_picks_into_the_queue(contested, make, reviewer):
    made = make()
    assert not AllocationPick.objects.in_the_queue().exists()
    assert plans.apply(allocation=made, by=reviewer) == []
    made.refresh_from_db()
    assert (made.state, made.decided_by) == (AllocationState.APPLIED, reviewer)
    assert [pick.match for pick in AllocationPick.objects.in_the_queue()] == [contested[1]]
    assert not Match.objects.exclude(status=MatchStatus.SUGGESTED).exists()


def test_the_plan_applied_last_counts(make, reviewer):
    first, second = suggest(need_of("KHM"), offer_of()), suggest(need_of("VNM"), offer_of())
    one, both = make(most_in_all=1), make()
    plans.apply(allocation=both, by=reviewer)
    assert {pick.match for pick in AllocationPick.objects.in_the_queue()} == {first, second}
    plans.apply(allocation=one, by=reviewer)
    assert [pick.match for pick in AllocationPick.objects.in_the_queue()] == [first]


@pytest.mark.parametrize("second", [plans.apply, plans.discard])
@pytest.mark.parametrize("first", [plans.apply, plans.discard])
def test_the_second_of_two_is_told(contested, make, reviewer, manager, first, second):
    made = make()
    first(allocation=made, by=reviewer)
    decided = Allocation.objects.values().get()
    with pytest.raises(ReviewRefused, match=f"was decided on .* by {reviewer}"):
        second(allocation=made, by=manager)
    assert Allocation.objects.values().get() == decided


def test_what_happened_meanwhile_is_left_out_and_named(make, reviewer):
    crowded, shared = offer_of(places=2), offer_of()
    names = ("decided", "lapsed", "held", "kept", "gone", "enough")
    needs = {name: need_of("KHM", title=name) for name in names}
    matches = {name: suggest(needs[name], crowded if name in ("kept", "gone") else shared) for name in names}
    made = make(most_per_need=1)
    assert made.picks.count() == 6
    put_in(MatchStatus.LAPSED, matches["lapsed"])
    review.set_aside(match=matches["decided"], by=reviewer)
    Need.objects.filter(pk=needs["held"].pk).update(confirmed_on=None)
    Offer.objects.filter(pk=crowded.pk).update(places=1)
    suggest(needs["enough"], offer_of(), status=MatchStatus.PROPOSED)
    left_out = {pick.match.need.title: pick.left_out for pick in plans.apply(allocation=made, by=reviewer)}
    assert left_out == {
        "decided": LeftOut.DECIDED,
        "lapsed": LeftOut.NOT_OPEN,
        "held": LeftOut.NOT_OPEN,
        "gone": LeftOut.NO_PLACE,
        "enough": LeftOut.ENOUGH,
    }
    assert [pick.match for pick in AllocationPick.objects.in_the_queue()] == [matches["kept"]]


@pytest.mark.any_database
def test_a_plan_without_picks_cannot_be_applied(make, reviewer):
    made = make()
    with pytest.raises(ReviewRefused, match="no matches to apply"):
        plans.apply(allocation=made, by=reviewer)
    plans.discard(allocation=made, by=reviewer)
    assert made.gives_up["nothing"]["no_place"]["number"] == 0


@pytest.mark.parametrize(
    "wrong",
    [{"state": "applied"}, {"decided_at": "2026-01-01T00:00:00Z"}, {"most_per_need": 0}, {"most_in_all": 0}],
)
def test_the_database_refuses_what_cannot_be(reviewer, wrong):
    made = Allocation.objects.create(by=reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=made.pk).update(**wrong)


def test_a_match_is_picked_once_and_a_position_filled_once(contested, make):
    made = make()
    for values in ({"match": contested[1], "position": 9}, {"match": contested[0], "position": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AllocationPick.objects.create(allocation=made, **values)
