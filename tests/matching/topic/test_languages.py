"""Languages as equals: what can be compared with what, and that the measured table holds on matters of cooperation.

`parallel_texts.json` was written for these tests, and no table was made from it.
"""

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.languages import Measurement, Pairs, halves, points_between
from matching.engine import BY_MEANING, BY_WORDS, MEANING_UNIT, NOT_COMPARABLE, WHOLE
from matching.engine.inputs.languages import BY_WORDS_AND_MEANING
from matching.engine.rules.topic import closeness
from matching.topic.languages import comparisons, read_measured, table_through
from matching.topic.vectors import texts_of, vectors_of
from surveys.postings.languages import CODES

pytestmark = pytest.mark.any_database

MATTERS = json.loads(Path(__file__).with_name("parallel_texts.json").read_text(encoding="utf-8"))["matters"]
COMPARED = ("en", "fr", "es", "ru", "zh", "ar", "th", "id")
RELATED = 2_000


def arrays_of(languages: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    found = comparisons(languages)
    return found.comparison, found.across


def test_every_pair_of_languages_is_compared_in_one_way_alike_from_both_sides() -> None:
    comparison, across = arrays_of(CODES)
    assert comparison.shape == (len(CODES) + 1, len(CODES) + 1)
    assert comparison.dtype == np.uint8
    assert np.array_equal(comparison, comparison.T)
    assert across.dtype == np.int32
    assert comparison.max() < BY_MEANING + len(across)


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("en", "en", BY_WORDS_AND_MEANING),
        ("km", "km", BY_WORDS),
        ("en", "fr", BY_MEANING),
        ("ar", "th", BY_MEANING),
        ("en", "km", NOT_COMPARABLE),
        ("km", "lo", NOT_COMPARABLE),
        ("en", "vi", NOT_COMPARABLE),
        ("en", "id", BY_MEANING),
        ("", "", BY_WORDS_AND_MEANING),
        ("", "fr", BY_WORDS_AND_MEANING),
        ("", "bn", BY_WORDS),
    ],
)
def test_how_two_languages_are_compared(one: str, other: str, how: int) -> None:
    number = {code: at for at, code in enumerate(("", *CODES))}
    comparison, _across = arrays_of(CODES)
    assert comparison[number[one], number[other]] == how


def test_the_numbers_follow_the_order_that_is_given() -> None:
    forth, _across = arrays_of(("en", "fr", "km"))
    back, _across = arrays_of(("km", "fr", "en"))
    turned = [0, 3, 2, 1]
    assert np.array_equal(forth, back[np.ix_(turned, turned)])


def test_no_language_is_compared_that_the_encoder_does_not_know() -> None:
    measured = read_measured()
    assert {code for pair in measured.table_of for code in pair} == measured.known <= set(CODES)


def test_tables_never_fall_and_reach_from_nothing_to_the_whole() -> None:
    _comparison, across = arrays_of(CODES)
    assert across.shape[1] == WHOLE + 1
    for table in across:
        assert (table[0], table[WHOLE]) == (0, WHOLE)
        assert np.all(np.diff(table) >= 0)


@pytest.mark.parametrize(
    "points",
    [
        [(0, 0), (5_000, 6_000), (WHOLE, 5_000)],
        [(0, 0), (WHOLE, WHOLE + 1)],
        [(0, -1), (WHOLE, WHOLE)],
        [(1, 0), (WHOLE, WHOLE)],
        [(0, 0), (5_000, 1), (5_000, 2), (WHOLE, WHOLE)],
        [(0, 0)],
    ],
)
def test_a_table_that_falls_or_has_gaps_is_refused(points: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="table"):
        table_through(points)


def test_a_table_is_straight_between_its_points_and_rounds_half_up() -> None:
    table = table_through([(0, 0), (4, 2), (WHOLE, WHOLE)])
    assert table[:5].tolist() == [0, 1, 1, 2, 2]


def test_a_table_brings_cosines_to_what_is_as_rare_in_english() -> None:
    generator = np.random.default_rng(7)
    english = generator.integers(0, 4_000, 90_000)
    cosines = np.full((300, 300), 0)
    cosines[~np.eye(300, dtype=bool)] = 1_000 + generator.permutation(english)[: 300 * 299] // 2
    np.fill_diagonal(cosines, 6_000)
    true = np.full(300, 9_000)
    measured = Measurement(
        languages=("en", "fr"),
        n=300,
        halves=Pairs(true=np.full(300, 6_000), random=english),
        in_english=Pairs(true=true, random=english),
        whole=cosines,
        whole_in_english=Pairs(true=true, random=english),
    )
    table = table_through(points_between([measured]))
    # What lies in the middle of random pairs across lies in the middle of random pairs in English.
    assert table[2_000] == pytest.approx(2_000, abs=60)
    assert table[1_000] <= 60
    assert table[6_000] == WHOLE


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One sentence. Another one.", "One sentence."),
        ("without an end in it", "without an"),
        ("第一句话。第二句话。", "第一句话。"),
    ],
)
def test_a_text_is_cut_where_something_ends(text: str, first: str) -> None:
    assert halves(text)[0] == first


def test_the_same_matter_in_two_languages_is_close_and_random_ones_no_more_than_in_english() -> None:
    said = {code: [matter[code] for matter in MATTERS] for code in COMPARED}
    vectors = {code: vectors_of(texts) for code, texts in said.items()}
    meaning = {code: np.stack([one.meaning for one in some]).astype(np.int64) for code, some in vectors.items()}
    same = np.eye(len(MATTERS), dtype=np.bool_)
    _comparison, across = arrays_of(COMPARED)
    random_raw, random_across = [], []
    for one, other in combinations(COMPARED, 2):
        cosine = np.clip(np.rint(meaning[one] @ meaning[other].T * WHOLE / MEANING_UNIT**2), 0, WHOLE).astype(np.int64)
        close = across[0][cosine]
        assert np.array_equal(cosine.argmax(axis=1), np.arange(len(MATTERS))), (one, other)
        assert close[same].min() >= RELATED, (one, other)
        assert np.median(close[same]) == WHOLE, (one, other)
        random_raw.append(cosine[~same])
        random_across.append(close[~same])
    texts = texts_of(vectors["en"], [0] * len(MATTERS))
    dense = np.zeros((len(MATTERS), int(texts.term.max()) + 1), dtype=np.int64)
    dense[np.repeat(np.arange(len(MATTERS)), np.diff(texts.start)), texts.term] = texts.weight
    within = np.full(same.shape, BY_WORDS_AND_MEANING, dtype=np.uint8)
    english = closeness(dense @ dense.T, meaning["en"] @ meaning["en"].T, within, across)[~same]
    figures = [float(np.mean(np.concatenate(some) >= RELATED)) for some in (random_raw, random_across, [english])]
    assert figures[1] <= max(figures[2], 0.05) < figures[0]
