"""How figures are rounded for people: half up, never by a binary fraction, and with their sign."""

import pytest

from matching.templatetags.matches import hundredths, millionths, share, signed_thousandths, tenths, thousandths
from surveys.results.rate import Rate

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0.00"), (4_999, "0.00"), (5_000, "0.01"), (814_999, "0.81"), (815_000, "0.82"), (1_000_000, "1.00")],
)
def test_a_score_has_two_places(value: int, shown: str) -> None:
    assert hundredths(value) == shown


@pytest.mark.parametrize(
    ("value", "shown", "signed"),
    [
        (0, "0.000", "0.000"), (499, "0.000", "+0.000"), (500, "0.001", "+0.001"), (-500, "-0.001", "−0.001"),
        (-1_499, "-0.001", "−0.001"), (12_345, "0.012", "+0.012"),
    ],
)  # fmt: skip
def test_a_difference_has_three_places_and_a_sign(value: int, shown: str, signed: str) -> None:
    assert (thousandths(value), signed_thousandths(value)) == (shown, signed)


def test_what_is_exact_is_not_rounded_and_what_is_not_known_is_a_dash() -> None:
    assert millionths(262_136) == "0.262136"
    assert (tenths(None), tenths(0), tenths(125)) == ("–", "0.0", "12.5")


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(1, 3, "33.3"), (2, 3, "66.7"), (1, 8, "12.5"), (1, 2, "50"), (1, 2_000, "0.1"), (1, 2_001, "0"), (0, 0, "0")],
)
def test_a_share_has_at_most_one_decimal(numerator: int, denominator: int, shown: str) -> None:
    assert share({"numerator": numerator, "denominator": denominator}) == shown


@pytest.mark.parametrize(
    ("asked", "answered", "percent"),
    [(8, 1, 13), (200, 1, 1), (201, 1, 0), (3, 2, 67), (3, 1, 33), (5, 5, 100), (5, 0, 0), (0, 0, None)],
)
def test_a_response_rate_is_a_whole_percent(asked: int, answered: int, percent: int | None) -> None:
    assert Rate("All", asked, answered).percent == percent
