"""Which word applies."""

import pytest

from matching.coverage.counts.words import MANY_FROM, CellWord, UnitState, state_of, word_of

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("direct", "word"),
    [
        ([], None),
        ([0, 0], None),
        ([9, 9], None),
        ([0, 0, 9], CellWord.GAP),
        ([0, 0, 9, 9], CellWord.GAP),
        ([0, 1, 9, 9], CellWord.THIN),
        ([1, 1, 2], CellWord.THIN),
        ([0, 9, 9], CellWord.MANY),
        ([2, 2, 5, 5], CellWord.MANY),
        ([2, 4, 4], CellWord.SEVERAL),
        ([1, 4, 5], CellWord.SEVERAL),
    ],
)
def test_the_first_that_applies_is_said(direct: list[int], word: CellWord | None) -> None:
    said = word_of(
        seeking=len(direct),
        without=direct.count(0),
        at_most_one=direct.count(0) + direct.count(1),
        many=sum(number >= MANY_FROM for number in direct),
    )
    assert said == word


@pytest.mark.parametrize(
    ("direct", "general", "is_met", "state"),
    [
        (0, 0, False, UnitState.NO_OFFER),
        (0, 3, False, UnitState.GENERAL_ONLY),
        (1, 9, False, UnitState.ONE_PARTNER),
        (2, 0, False, UnitState.SEVERAL),
        (4, 0, False, UnitState.SEVERAL),
        (5, 0, False, UnitState.MANY),
        (0, 0, True, UnitState.MET),
    ],
)
def test_the_state_of_a_country(direct: int, general: int, is_met: bool, state: UnitState) -> None:
    assert state_of(direct=direct, general=general, is_met=is_met) == state
