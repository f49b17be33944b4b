"""A score as people type it: a decimal from 0 to 1, exactly, and nothing else."""

import pytest
from django.forms import ValidationError

from web.filters import ScoreField

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    "value",
    [
        "NaN", "nan", "Infinity", "-Infinity", "inf", "1e400", "1e-400", "1e0", "0,5", "-0.1", "-0", "+0.5",
        "1.1", "2", ".5", "0.", "0.1234567", "0x1", "٠.٥", "50%", "0.5 0.6", "0.5 ", "abc",
    ],
)  # fmt: skip
def test_a_score_that_is_no_decimal_from_0_to_1_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="Give a number from 0 to 1"):
        ScoreField().clean(value)


def test_a_score_is_read_to_the_millionth() -> None:
    assert [ScoreField().clean(value) for value in ("0", "0.5", "0.820001", "1.000000")] == [0, 500_000, 820_001, 10**6]
