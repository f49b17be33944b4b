"""The rule of "Whom to ask", in whole numbers: five distinct offers, sixth powers, and ties."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.asking.ranking import ScoredOffer, best_of_each, ranked, weight_of

pytestmark = pytest.mark.any_database

MILLION = 1_000_000


def offer(party: str, score: int, offer_id: int, *, alike: object = None, recency: int = 0) -> ScoredOffer:
    return ScoredOffer(party, offer_id if alike is None else alike, score, recency, offer_id)


def order_of(offers: list[ScoredOffer]) -> list[object]:
    return [best[0].party for _weight, best in ranked(offers)]


def test_the_sum_is_exact_where_a_float_or_a_machine_word_would_not_be():
    scores = [MILLION, 999_999, 1]
    assert weight_of(scores) == 10**36 + 999_999**6 + 1
    assert weight_of(np.array(scores, dtype=np.int32)) == weight_of(scores)
    assert weight_of([MILLION, 1]) > weight_of([MILLION])


def test_several_close_offers_outweigh_one_that_is_a_little_closer():
    several = [offer("several", 700_000, number) for number in range(1, 4)]
    one = [offer("one", 800_000, 10)]
    # 3 × 0.7⁶ = 0.353, 0.8⁶ = 0.262.
    assert order_of(one + several) == ["several", "one"]
    # Many loose ones do not: 5 × 0.5⁶ = 0.078.
    loose = [offer("loose", 500_000, number) for number in range(20, 30)]
    assert order_of(one + loose) == ["one", "loose"]


def test_a_sixth_offer_adds_nothing_and_the_best_five_count():
    scores = [300_000, 900_000, 400_000, 800_000, 500_000, 600_000, 700_000]
    (weight, best), = ranked(offer("a", score, number) for number, score in enumerate(scores))  # fmt: skip
    assert [one.score for one in best] == [900_000, 800_000, 700_000, 600_000, 500_000]
    assert weight == weight_of(scores) == sum(one.score**6 for one in best)


def test_offers_that_are_alike_count_once_and_those_of_another_party_do_not_matter():
    twice = [offer("a", 600_000, 1, alike="course"), offer("a", 600_000, 2, alike="course")]
    assert ranked(twice) == ranked(twice[:1])
    # The best of those that are alike stands for them.
    assert best_of_each([twice[0], offer("a", 700_000, 3, alike="course")])["a"][0].offer_id == 3
    assert len(ranked([*twice, offer("b", 600_000, 4, alike="course")])) == 2


def test_parties_of_one_sum_stand_by_the_best_offer_of_each():
    older, newer = offer("older", 500_000, 1, recency=1), offer("newer", 500_000, 2, recency=2)
    same_day = offer("same day", 500_000, 3, recency=2)
    for offers in permutations([older, newer, same_day]):
        assert order_of(list(offers)) == ["newer", "same day", "older"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, MILLION), st.integers(0, 3)), max_size=24))
def test_it_is_what_fractions_say_and_the_order_of_offers_changes_nothing(rows):
    offers = [ScoredOffer(party, alike, score, 0, number) for number, (party, score, alike) in enumerate(rows)]
    found = ranked(offers)
    assert found == ranked(offers[::-1])
    expected = {}
    for party in {one.party for one in offers}:
        best = {}
        for one in offers:
            if one.party == party:
                best[one.alike] = max(best.get(one.alike, 0), one.score)
        expected[party] = sum(Fraction(score, MILLION) ** 6 for score in sorted(best.values())[-5:])
    assert {best[0].party: Fraction(weight, MILLION**6) for weight, best in found} == expected
    assert [weight for weight, _best in found] == sorted((weight for weight, _best in found), reverse=True)
