"""Edges of a run: nothing to match, long lists, 64 areas, many countries, progress."""

from typing import Any

import numpy as np
import pytest

from matching.engine import (
    CRITERIA,
    ENGINE_VERSION,
    Excluded,
    Postings,
    Preference,
    Profile,
    Reach,
    Weights,
    explain,
    suggest,
)
from matching.engine.search import blocks
from tests.matching.engine.arrays_of import excluded, tables
from tests.matching.engine.reference import Need, Offer, Rules

pytestmark = pytest.mark.any_database

ALL = np.uint64(2**64 - 1)


OPEN: dict[str, Any] = {"agency": None, "areas": {0}, "modalities": {0}, "recency": 0, "is_open": True}


def need(number: int, **changes: Any) -> Need:
    return Need(**OPEN | {"id": number, "country": "KHM"} | changes)


def offer(number: int, **changes: Any) -> Offer:
    return Offer(**OPEN | {"id": number, "country": "THA", "reaches": {"KHM": 100}} | changes)


@pytest.mark.parametrize(("n_needs", "n_offers"), [(0, 0), (0, 2), (2, 0)])
def test_nothing_to_match_is_an_empty_result(n_needs: int, n_offers: int):
    needs, offers = [need(n) for n in range(n_needs)], [offer(n) for n in range(n_offers)]
    found = suggest(*tables(needs, offers, Rules()), excluded(needs, offers, set()))
    assert len(found) == 0
    assert found.parts.shape == (0, len(CRITERIA))
    assert found.counts.pairs == 0
    assert set(found.counts.closed.values()) == {0}


def test_equal_scores_stand_by_later_recency_then_lower_id():
    offers = [offer(9, recency=5), offer(4), offer(3), offer(8, recency=6), offer(7, recency=5)]
    found = suggest(*tables([need(1)], offers, Rules(top_k=4)), excluded([need(1)], offers, set()))
    by_rank = sorted((rank, offers[row].id) for rank, row in zip(found.rank_for_need, found.offer_index, strict=True))
    assert by_rank == [(0, 4), (1, 8), (2, 7), (3, 9), (4, 3)]
    assert found.rank_for_offer.tolist() == [1] * 5


def test_a_decided_pair_leaves_its_place_to_the_next():
    needs, offers = [need(1), need(2)], [offer(1), offer(2)]
    rules = Rules(top_k=1)
    found = suggest(*tables(needs, offers, rules), excluded(needs, offers, {(1, 1)}))
    places = list(zip(found.need_index, found.offer_index, found.rank_for_need, found.rank_for_offer, strict=True))
    assert places == [(0, 1, 1, 1), (1, 0, 1, 1)]
    assert found.counts.decided == 1


def test_a_pair_excluded_twice_counts_once():
    tabled = tables([need(1)], [offer(1)], Rules())
    twice = Excluded(np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64))
    found = suggest(*tabled, twice)
    assert len(found) == 0
    assert found.counts.decided == 1


def test_a_list_longer_than_the_other_side_takes_all():
    needs, offers = [need(n) for n in range(3)], [offer(n) for n in range(2)]
    found = suggest(*tables(needs, offers, Rules(top_k=10**6)), excluded(needs, offers, set()))
    assert len(found) == 6
    assert sorted(found.rank_for_need.tolist()) == [1, 1, 1, 2, 2, 2]
    assert sorted(found.rank_for_offer.tolist()) == [1, 1, 2, 2, 3, 3]


def full_tables(*, asked: int, offered: int) -> tuple[Postings, Postings, Reach, Preference, Profile]:
    """One need and one offer with masks as given; area 0 is the parent of all 63 others."""
    related = np.ones(64, dtype=np.uint64)
    related[0] = ALL ^ np.uint64(1)

    def posting(mask: int, country: int) -> Postings:
        return Postings(
            ids=np.array([2**62], dtype=np.int64),
            country=np.array([country], dtype=np.int32),
            agency=np.array([-1], dtype=np.int64),
            areas=np.array([mask], dtype=np.uint64),
            modalities=np.array([mask], dtype=np.uint64),
            recency=np.array([2**31 - 1], dtype=np.int32),
            is_open=np.array([True]),
        )

    reach = Reach(np.full((1, 250), 100, dtype=np.uint8), np.zeros(1, dtype=np.int32))
    preference = Preference(np.full((1, 250), 100, dtype=np.uint8), np.zeros(1, dtype=np.int32))
    return posting(asked, 248), posting(offered, 249), reach, preference, Profile(related)


def test_64_areas_and_modalities_all_shared_score_exactly_1():
    found = suggest(*full_tables(asked=2**64 - 1, offered=2**64 - 1), Excluded.none())
    assert found.score.tolist() == [1_000_000]
    assert found.parts.tolist() == [[450_000, 250_000, 300_000, 0]]


def test_the_largest_denominators_are_exact():
    found = explain(*full_tables(asked=2**63, offered=2**64 - 1), need_index=0, offer_index=0)
    areas, modalities, *_ = found.parts
    # Of 64 offered one is asked; its parent is related to it; 62 areas and 63 modalities are extra.
    assert (areas.numerator, areas.denominator) == (10, 10 + 62)
    assert (modalities.numerator, modalities.denominator) == (10, 10 + 63)
    assert areas.contribution == 62_500
    assert modalities.contribution == 34_247


def test_progress_reports_needs_done_and_what_it_raises_ends_the_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(blocks, "NEEDS_PER_STRIPE", 2)
    needs, offers = [need(n) for n in range(5)], [offer(1)]
    tabled = tables(needs, offers, Rules())
    seen: list[tuple[int, int]] = []
    suggest(*tabled, Excluded.none(), workers=2, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(2, 5), (4, 5), (5, 5)]

    def cancel(done: int, of: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        suggest(*tabled, Excluded.none(), progress=cancel)


def test_a_criterion_that_is_off_gives_0_and_leaves_the_denominator():
    rules = Rules(weights={"areas": 60, "modalities": 20, "region": 0, "topic": 0})
    found = suggest(*tables([need(1)], [offer(1)], rules), Excluded.none())
    assert found.parts.tolist() == [[750_000, 250_000, 0, 0]]


def test_a_score_of_0_is_listed_where_the_least_score_is_0():
    rules = Rules(weights={"areas": 0, "modalities": 100, "region": 0, "topic": 0}, min_score=0)
    found = suggest(*tables([need(1, modalities=set())], [offer(1)], rules), Excluded.none())
    assert found.score.tolist() == [0]
    assert found.rank_for_need.tolist() == found.rank_for_offer.tolist() == [1]


def test_weights_that_could_round_above_1_are_refused():
    with pytest.raises(ValueError, match="round to more than 1"):
        Weights(areas=10, modalities=10, region=40)
    assert Weights(areas=1, modalities=1, region=1).total == 3


def test_the_engine_says_its_version():
    assert ENGINE_VERSION == "3.0"
