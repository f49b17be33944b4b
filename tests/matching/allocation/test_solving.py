"""The choice of pairs, against trying every choice there is."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.allocation.solving import NO_LIMIT, AllocationProblem, Unsolved, best_first, solve

pytestmark = pytest.mark.any_database


def problem(pairs, *, places, weight, most=None, most_in_all=None) -> AllocationProblem:
    """Pairs of (need, offer, score)."""
    need, offer, score = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    return AllocationProblem(
        need=need,
        offer=offer,
        score=score,
        places=np.array(places, dtype=np.int64),
        weight=np.array(weight, dtype=np.int64),
        most=np.array(most if most is not None else [3] * len(weight), dtype=np.int64),
        most_in_all=most_in_all,
    )


def worth(of: AllocationProblem, chosen) -> tuple[int, int, int]:
    """What a plan is worth, level by level: the greater, the better."""
    return (
        int(of.weight[of.served(chosen)].sum()),
        int(of.score[chosen].sum()),
        -int(np.flatnonzero(chosen).sum()),
    )


def best_of_all(of: AllocationProblem) -> tuple[int, int, int]:
    """Try every choice of pairs that keeps to the limits."""
    choices = (np.array(bits, dtype=np.bool_) for bits in product((False, True), repeat=of.n_pairs))
    return max(worth(of, chosen) for chosen in choices if of.keeps_limits(chosen))


@st.composite
def problems(draw):
    n_needs, n_offers = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    every = [(need, offer) for need in range(n_needs) for offer in range(n_offers)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=9))
    # Few different scores make ties; the greatest ones try the arithmetic.
    scores = st.sampled_from([0, 200_000, 200_001, 400_000, 999_999, 1_000_000])
    return problem(
        [(need, offer, draw(scores)) for need, offer in pairs],
        places=[draw(st.sampled_from([NO_LIMIT, 0, 1, 2])) for _offer in range(n_offers)],
        weight=[draw(st.integers(0, 5)) for _need in range(n_needs)],
        most=[draw(st.integers(0, 3)) for _need in range(n_needs)],
        most_in_all=draw(st.none() | st.integers(0, 5)),
    )


@settings(max_examples=300, deadline=None)
@given(problems())
def test_no_choice_is_better(of):
    chosen = solve(of)
    assert of.keeps_limits(chosen)
    assert worth(of, chosen) == best_of_all(of)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_best_first_plan_keeps_the_limits_and_no_pair_more_fits(of):
    chosen = best_first(of)
    assert of.keeps_limits(chosen)
    for pair in np.flatnonzero(~chosen):
        more = chosen.copy()
        more[pair] = True
        assert not of.keeps_limits(more)


def test_a_need_more_comes_before_a_better_score():
    of = problem([(0, 0, 1_000_000), (0, 1, 200_000), (1, 0, 300_000)], places=[1, 1], weight=[1, 1], most=[1, 1])
    assert solve(of).tolist() == [False, True, True]
    assert best_first(of).tolist() == [True, False, False]


def test_the_heavier_need_gets_the_only_place():
    pairs = [(0, 0, 900_000), (1, 0, 300_000)]
    assert solve(problem(pairs, places=[1], weight=[1, 3])).tolist() == [False, True]
    assert solve(problem(pairs, places=[1], weight=[1, 1])).tolist() == [True, False]


def test_one_heavy_need_may_outweigh_two_light_ones():
    pairs = [(0, 0, 500_000), (1, 0, 900_000), (2, 0, 900_000)]
    of = problem(pairs, places=[2], weight=[5, 1, 1], most_in_all=1)
    assert solve(of).tolist() == [True, False, False]


def test_a_need_that_counts_nothing_still_gets_what_is_left():
    of = problem([(0, 0, 900_000), (1, 0, 300_000)], places=[2], weight=[0, 1], most=[1, 1])
    assert solve(of).tolist() == [True, True]
    of = problem([(0, 0, 900_000), (1, 0, 300_000)], places=[1], weight=[0, 1], most=[1, 1])
    assert solve(of).tolist() == [False, True]


def test_nothing_to_choose_from():
    assert solve(problem([], places=[], weight=[])).tolist() == []
    assert solve(problem([], places=[1], weight=[1])).tolist() == []
    assert best_first(problem([], places=[], weight=[])).tolist() == []


def test_no_places_at_all():
    assert not solve(problem([(0, 0, 900_000), (1, 0, 900_000)], places=[0], weight=[1, 1])).any()


def test_one_offer_for_all_without_a_limit():
    of = problem([(need, 0, 500_000) for need in range(50)], places=[NO_LIMIT], weight=[1] * 50)
    assert solve(of).all()


def test_all_ties_go_to_those_that_stand_first():
    pairs = [(need, offer, 500_000) for need in range(6) for offer in range(2)]
    of = problem(pairs, places=[2, 1], weight=[1] * 6, most=[1] * 6)
    chosen = solve(of)
    assert of.need[chosen].tolist() == [0, 1, 2]
    assert worth(of, chosen) == best_of_all(of)
    assert solve(of).tolist() == chosen.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_needs_and_offers_changes_nothing(seed):
    random = np.random.default_rng(seed)
    pairs = [(need, offer, int(random.integers(2, 5)) * 100_000) for need in range(8) for offer in range(4)]
    of = problem(pairs, places=[1, 2, 3, 1], weight=random.integers(1, 4, 8), most=[2] * 8)
    needs, offers = random.permutation(8), random.permutation(4)
    renamed = AllocationProblem(
        need=needs[of.need],
        offer=offers[of.offer],
        score=of.score,
        places=of.places[np.argsort(offers)],
        weight=of.weight[np.argsort(needs)],
        most=of.most[np.argsort(needs)],
    )
    assert worth(of, solve(of)) == worth(renamed, solve(renamed))


def test_twenty_thousand_pairs_in_seconds():
    random = np.random.default_rng(1)
    drawn = random.choice(1_000 * 1_000, 20_000, replace=False)
    of = AllocationProblem(
        need=drawn // 1_000,
        offer=drawn % 1_000,
        score=random.integers(200_000, 1_000_000, 20_000),
        places=random.integers(-1, 6, 1_000),
        weight=random.choice([1, 2, 3, 5], 1_000),
        most=np.full(1_000, 3),
        most_in_all=1_500,
    )
    chosen = solve(of, seconds=60)
    assert of.keeps_limits(chosen)
    assert worth(of, chosen) > worth(of, best_first(of))


def test_no_time_is_said():
    with pytest.raises(Unsolved, match="time"):
        solve(problem([(0, 0, 1)], places=[1], weight=[1]), seconds=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"places": [-2]},
        {"weight": [-1]},
        {"most": [-1]},
        {"most_in_all": -1},
        {"pairs": [(0, 1, 5)]},
        {"pairs": [(1, 0, 5)]},
        {"pairs": [(0, 0, -1)]},
        {"pairs": [(0, 0, 1_000_001)]},
        {"pairs": [(0, 0, 5), (0, 0, 6)]},
        {"most": [1, 1]},
    ],
)
def test_what_cannot_be_is_refused(wrong):
    given = {"pairs": [(0, 0, 5)], "places": [1], "weight": [1], **wrong}
    with pytest.raises(ValueError, match=r"must|beyond|twice"):
        problem(given.pop("pairs"), **given)
