"""Two sets of scored pairs side by side."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.runs.comparing import ChangeCounts, compare
from matching.runs.reconciling import ROW

pytestmark = pytest.mark.any_database


def rows_of(scores):
    """Rows of {(need, offer): score}."""
    rows = np.zeros(len(scores), dtype=ROW)
    for row, ((need, offer), score) in zip(rows, scores.items(), strict=True):
        row["need"], row["offer"], row["score"], row["part_areas"] = need, offer, score, score
    return rows


def pairs_of(comparison, positions):
    return [(int(row["need"]), int(row["offer"])) for row in comparison.before[positions]]


BEFORE = {(2, 1): 500_000, (1, 9): 400_000, (1, 2): 700_000, (3, 3): 300_000}
AFTER = {(3, 3): 350_000, (1, 2): 600_000, (2, 1): 500_000, (7, 1): 90_000}


def test_each_pair_comes_goes_moves_or_stays():
    comparison = compare(rows_of(BEFORE), rows_of(AFTER))
    assert pairs_of(comparison, comparison.came) == [(7, 1)]
    assert pairs_of(comparison, comparison.gone) == [(1, 9)]
    assert pairs_of(comparison, comparison.moved) == [(1, 2), (3, 3)]
    assert pairs_of(comparison, comparison.same) == [(2, 1)]
    counts = ChangeCounts.of(comparison)
    assert counts == ChangeCounts(came=1, gone=1, moved=2, same=1)
    assert (counts.before, counts.after, counts.changed) == (4, 4, 4)


def test_the_largest_moves_come_first_up_or_down():
    comparison = compare(rows_of(BEFORE), rows_of(AFTER))
    # by 400,000 (gone), 100,000 (down), 90,000 (came), 50,000 (up); the one that stays is none
    assert pairs_of(comparison, comparison.largest_moves(20)) == [(1, 9), (1, 2), (7, 1), (3, 3)]
    assert pairs_of(comparison, comparison.largest_moves(2)) == [(1, 9), (1, 2)]


def test_equal_moves_stand_by_need_and_offer():
    pairs = [(2, 1), (10, 1), (1, 10), (1, 9)]
    comparison = compare(
        rows_of(dict.fromkeys(pairs, 500_000)),
        rows_of({pair: 500_000 + (10 if number % 2 else -10) for number, pair in enumerate(pairs)}),
    )
    assert pairs_of(comparison, comparison.largest_moves(20)) == [(1, 9), (1, 10), (2, 1), (10, 1)]


def test_a_pair_in_no_list_can_be_given_the_score_that_it_has_there():
    comparison = compare(rows_of(BEFORE), rows_of(AFTER))
    filled = comparison.with_scores(before=rows_of({(7, 1): 95_000}), after=rows_of({(1, 9): 100_000}))
    assert pairs_of(filled, filled.largest_moves(20)) == [(1, 9), (1, 2), (3, 3), (7, 1)]
    assert filled.change[filled.came].tolist() == [-5_000]
    assert ChangeCounts.of(filled) == ChangeCounts.of(comparison)
    assert comparison.change[comparison.came].tolist() == [90_000]


def test_a_place_alone_is_no_move():
    before, after = rows_of(BEFORE), rows_of(BEFORE)
    after["rank_for_need"] = 7
    assert ChangeCounts.of(compare(before, after)) == ChangeCounts(came=0, gone=0, moved=0, same=4)


@pytest.mark.parametrize(("before", "after"), [({}, {}), ({}, BEFORE), (BEFORE, {})])
def test_either_set_can_be_empty(before, after):
    counts = ChangeCounts.of(compare(rows_of(before), rows_of(after)))
    assert (counts.gone, counts.came, counts.moved, counts.same) == (len(before), len(after), 0, 0)


PAIRS = st.tuples(st.integers(1, 4), st.sampled_from([1, 2, 2**31 - 1]))
SETS = st.dictionaries(PAIRS, st.integers(0, 3))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SETS, SETS)
def test_it_says_what_dictionaries_say(before, after):
    comparison = compare(rows_of(before), rows_of(after))
    both = before.keys() & after.keys()
    assert ChangeCounts.of(comparison) == ChangeCounts(
        came=len(after.keys() - before.keys()),
        gone=len(before.keys() - after.keys()),
        moved=sum(before[pair] != after[pair] for pair in both),
        same=sum(before[pair] == after[pair] for pair in both),
    )
    moves = {
        pair: abs(after.get(pair, 0) - before.get(pair, 0))
        for pair in before.keys() | after.keys()
        if (pair in before) != (pair in after) or before[pair] != after[pair]
    }
    assert pairs_of(comparison, comparison.largest_moves(99)) == sorted(moves, key=lambda pair: (-moves[pair], pair))
