"""What comes in is checked: a clear ValueError, never a wrong score."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matching.engine import Excluded, Postings, Preference, Profile, Reach, Weights, explain, suggest
from tests.matching.engine.arrays_of import Tables, tables
from tests.matching.engine.reference import Need, Offer, Rules

pytestmark = pytest.mark.any_database


def good() -> Tables:
    needs = [Need(1, "KHM", 1, {0}, {0}, 0, True), Need(2, "LAO", None, {1}, set(), 0, True, {"THA": 100})]
    return tables(needs, [Offer(1, "THA", 2, {0}, {0}, 0, True, {"KHM": 100})], Rules())


def int64(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def int32(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def uint64(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ids": [1, 2]}, "ids must be a NumPy array of int64"),
        ({"ids": int32(1, 2)}, "ids must be a NumPy array of int64 .* not int32"),
        ({"ids": int64(1, 1)}, "ids must be unique"),
        ({"ids": int64(1, 2).reshape(2, 1)}, "with 1 dimension"),
        ({"country": int32(0)}, "country must have 2 entries, not 1"),
        ({"country": int32(0, -2)}, "country must be at least -1"),
        ({"agency": int64(-1, -2)}, "agency must be at least -1"),
        ({"agency": np.array([1.0, np.nan])}, "agency must be a NumPy array of int64 .* not float64"),
        ({"areas": int64(1, 1)}, "areas must be a NumPy array of uint64"),
        ({"modalities": uint64(1)}, "modalities must have 2 entries"),
        ({"recency": int32(-1, 0)}, "recency must be at least 0"),
        ({"is_open": int64(1, 1)}, "is_open must be a NumPy array of bool"),
    ],
)
def test_postings_are_checked(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        replace(good().needs, **changes)


def test_rows_are_found_by_id_in_any_order():
    three = tables([Need(pk, "KHM", None, {0}, {0}, 0, True) for pk in (7, 2, 5)], [], Rules())[0]
    assert three.rows_of(int64(5, 9, 7, 1)).tolist() == [2, -1, 0, -1]
    assert three.take(np.zeros(0, dtype=np.intp)).rows_of(int64(5)).tolist() == [-1]


@pytest.mark.parametrize("kind", [Reach, Preference])
@pytest.mark.parametrize(
    ("rows", "row_of", "message"),
    [
        (np.array([[101]], dtype=np.uint8), int32(0), "rows must be between 0 and 100"),
        (np.array([[1.0]]), int32(0), "rows must be a NumPy array of uint8"),
        (np.array([1], dtype=np.uint8), int32(0), "with 2 dimension"),
        (np.array([[1]], dtype=np.uint8), int32(1), "row_of must be between"),
        (np.array([[1]], dtype=np.uint8), int32(-2), "row_of must be between"),
        (np.array([[1]], dtype=np.uint8), int64(0), "row_of must be a NumPy array of int32"),
    ],
)
def test_levels_are_checked(kind: type, rows: np.ndarray, row_of: np.ndarray, message: str):
    with pytest.raises(ValueError, match=message):
        kind(rows, row_of)


def test_an_offer_cannot_be_without_reach():
    with pytest.raises(ValueError, match=r"reach\.row_of must be between 0 and 0"):
        Reach(np.array([[1]], dtype=np.uint8), int32(-1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"related": np.zeros(65, dtype=np.uint64)}, "at most 64 areas"),
        ({"related": np.zeros(3)}, "related must be a NumPy array of uint64"),
        ({"related": uint64(0b10, 0b00)}, "mutual"),
        ({"related": uint64(0b01, 0b00)}, "area to itself"),
        ({"related": uint64(0b100, 0b00)}, "beyond the 2"),
        ({"preferred_share": 101}, "preferred_share must be a whole number between 0 and 100"),
        ({"min_score": -1}, "min_score must be a whole number"),
        ({"min_score": 1_000_001}, "min_score must be a whole number"),
        ({"min_score": 0.35}, "min_score must be a whole number, not 0.35"),
        ({"top_k": 0}, "top_k must be a whole number at least 1"),
        ({"top_k": True}, "top_k must be a whole number"),
    ],
)
def test_the_profile_is_checked(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        replace(Profile(uint64(0, 0)), **changes)


@pytest.mark.parametrize("weights", [{"areas": -1}, {"areas": 101}, {"areas": 45.0}])
def test_weights_are_whole_percents(weights: dict[str, Any]):
    with pytest.raises(ValueError, match="weight of areas must be a whole number"):
        Weights(**weights)


def test_at_least_one_weight_is_on():
    with pytest.raises(ValueError, match="at least one weight"):
        Weights(areas=0, modalities=0, region=0)


@pytest.mark.parametrize(
    ("need_index", "offer_index", "message"),
    [
        (int64(0, 1), int64(0), "offer_index must have 2 entries"),
        (int64(-1), int64(0), "need_index must be at least 0"),
        (int32(0), int64(0), "need_index must be a NumPy array of int64"),
    ],
)
def test_excluded_pairs_are_checked(need_index: np.ndarray, offer_index: np.ndarray, message: str):
    with pytest.raises(ValueError, match=message):
        Excluded(need_index, offer_index)


def test_excluded_pairs_must_exist():
    with pytest.raises(ValueError, match=r"excluded\.need_index must be between 0 and 1"):
        suggest(*good(), Excluded(int64(2), int64(0)))
    with pytest.raises(ValueError, match=r"excluded\.offer_index must be between 0 and 0"):
        suggest(*good(), Excluded(int64(0), int64(1)))


def misfits() -> list[tuple[Tables, str]]:
    tabled = good()
    postings: Postings = tabled.needs
    return [
        (tabled._replace(needs=replace(postings, country=int32(0, 4))), "needs.country must be between -1 and 3"),
        (tabled._replace(needs=replace(postings, areas=uint64(1, 2**7))), "needs.areas has an area beyond the 7"),
        (
            tabled._replace(reach=Reach(np.zeros((1, 3), dtype=np.uint8), int32(0))),
            "reach knows 3 countries, preference 4",
        ),
        (tabled._replace(reach=replace(tabled.reach, row_of=int32(0, 0))), "reach.row_of must have 1 entries"),
        (
            tabled._replace(preference=replace(tabled.preference, row_of=int32(0))),
            "preference.row_of must have 2 entries",
        ),
    ]


@pytest.mark.parametrize(("tabled", "message"), misfits())
def test_tables_must_fit_each_other(tabled: Tables, message: str):
    with pytest.raises(ValueError, match=message):
        suggest(*tabled, Excluded.none())


@pytest.mark.parametrize("how", [{"block_bytes": 0}, {"workers": 0}])
def test_means_are_checked(how: dict[str, Any]):
    with pytest.raises(ValueError, match="must be a whole number at least 1"):
        suggest(*good(), Excluded.none(), **how)


@pytest.mark.parametrize(("need_index", "offer_index"), [(2, 0), (-1, 0), (0, 1)])
def test_only_pairs_that_exist_are_explained(need_index: int, offer_index: int):
    with pytest.raises(IndexError, match="at row"):
        explain(*good(), need_index=need_index, offer_index=offer_index)
