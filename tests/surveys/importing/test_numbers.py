"""How numbers are read: by themselves where they can be read in one way, else as the column or a person says."""

import pytest

from surveys.reading.amounts import AmountError, digits_of, parse_number, parse_printed
from surveys.reading.numbers import (
    CELLS,
    CHOSEN,
    COMMA,
    LANGUAGE,
    POINT,
    SEMICOLONS,
    CellsOfNumbers,
    NumberUndecided,
    NumberWay,
    mark_of_language,
)
from surveys.reading.values import ValueUnreadable, parse_decimal, parse_whole

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", "1234"), ("1.234,50", "1234.5"), ("1,234.50", "1234.5"), ("12.000.000", "12000000"),
        ("1,00,000", "100000"), ("12,34,567.50", "1234567.5"), ("1 234 567,5", "1234567.5"),
        ("1\u202f234", "1234"), ("1\u00a0234\u00a0567", "1234567"), ("1'234.5", "1234.5"), ("1’234’567", "1234567"),
        ("١٢٣٤", "1234"), ("١٬٢٣٤٫٥", "1234.5"), ("۱۲۳۴", "1234"), ("۱٬۲۳۴", "1234"), ("१,२३,४५६", "123456"),
        ("１２，３４５．５", "12345.5"), ("0.500", "0.5"), ("0,500", "0.5"), ("1234.567", "1234.567"),
        ("0.1234", "0.1234"), ("-5", "-5"), ("−1.234,5", "-1234.5"), ("\u200f-٥", "-5"), ("-0", "0"),
        ("13,75", "13.75"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_one_way_needs_no_word(text: str, value: str):
    assert parse_decimal(text, decimal=None) == value
    assert parse_decimal(text, decimal=POINT) == parse_decimal(text, decimal=COMMA) == value


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [("2.000", "2", "2000"), ("250.000", "250", "250000"), ("1,375", "1375", "1.375"), ("-1.234", "-1.234", "-1234"),
     ("١،٢٣٤", "1234", "1.234")],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_asked(text: str, point: str, comma: str):
    with pytest.raises(NumberUndecided) as asked:
        parse_decimal(text, decimal=None)
    assert point.lstrip("-") in str(asked.value)
    assert comma.lstrip("-") in str(asked.value)
    assert parse_decimal(text, decimal=POINT) == point
    assert parse_decimal(text, decimal=COMMA) == comma


@pytest.mark.parametrize(
    "text",
    ["", "1 00", "1 234'567", "1,2,3", "1.234.56", "1,234.567,8", "٣3", "1.", ".5", "--5", "1e5", "1_000", "5 people",
     "(1.234)", "1234-", "1٬234.5", "000,123", "1" * 17, "0.12345678901", "1" * 61, "½", "²"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str):
    for decimal in (None, POINT, COMMA):
        with pytest.raises(ValueUnreadable):
            parse_decimal(text, decimal=decimal)


def test_a_number_is_no_amount_of_cents():
    with pytest.raises(ValueUnreadable) as refused:
        parse_whole("1.234", decimal=POINT)
    assert "1.234 is not a whole number" in str(refused.value)
    assert "cent" not in str(refused.value)
    assert parse_whole("1,234", decimal=POINT) == parse_whole("1.234", decimal=COMMA) == 1234
    assert parse_whole("12.0", decimal=None) == 12


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("US$ 10.500", "10500.00", "USD"), ("10.500 EUR", "10500.00", "EUR"), ("€10.500,50", "10500.50", "EUR"),
        ("5 000 €", "5000.00", "EUR"), ("INR 1,00,000", "100000.00", "INR"), ("₹ 1,00,000.00", "100000.00", "INR"),
        ("thb 500", "500.00", "THB"), ("US$ 5 USD", "5.00", "USD"), ("1.549.800,00 (LDCs) ¹⁰", "1549800.00", ""),
        ("$ 500", "500.00", "SGD"), ("$5,000.00 USD", "5000.00", "USD"), ("Rp5.000,-", "5000.00", "IDR"),
        ("CHF 1'234.–", "1234.00", "CHF"), ("100.000đ", "100000.00", "VND"),
        ("USD ١٬٢٣٤", "1234.00", "USD"),
    ],
)  # fmt: skip
def test_a_currency_stands_before_or_behind(text: str, value: str, currency: str):
    amount = parse_printed(text, decimal=COMMA, currency="SGD")
    assert (str(amount.value), amount.currency) == (value, currency)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$ 500", "several countries"), ("Rs. 500", "several countries"),
        ("¥ 5 USD", "several countries"), ("XQZ 500", "no currency"),
        ("EUR 5 USD", "Two currencies"), ("500k", "in full"), ("1,5 million", "in full"), ("2.5 lakh", "in full"),
        ("5万元", "in full"), ("-5", "not negative"),
        ("(500)", "not negative"), ("US$ -5", "Not an amount"), ("about 5", "Not an amount"),
    ],
)  # fmt: skip
def test_what_is_wrong_at_an_amount_is_said(text: str, said: str):
    with pytest.raises(AmountError, match=said):
        parse_printed(text, decimal=COMMA)


def test_a_sign_of_several_countries_is_told_by_what_stands_beside_it():
    assert parse_printed("Rs. 5,000/-", decimal=None, currency="NPR").value == 5000
    with pytest.raises(AmountError, match="several countries"):
        parse_printed("¥ 500", decimal=None, currency="USD")


def test_an_amount_that_could_be_two_is_asked():
    with pytest.raises(NumberUndecided):
        parse_number("10.500", decimal=None)
    with pytest.raises(NumberUndecided):
        parse_printed("US$ 10.500", decimal=None)


def seen(*texts: str) -> CellsOfNumbers:
    cells = CellsOfNumbers()
    for row, text in enumerate(texts, start=2):
        cells.note(digits_of(text), f"row {row}".strip)
    return cells


def test_the_cells_of_a_column_decide():
    assert seen("2.000", "12.000.000").way() == NumberWay(COMMA, CELLS)
    assert seen("US$ 10.500", "12.5 (LDCs)").way(has_semicolons=True) == NumberWay(POINT, CELLS)
    assert seen("1,375", "-1,234.5").way() == NumberWay(POINT, CELLS)
    assert seen("2.000").doubts == {POINT}
    assert not seen("1234", "1 234", "12,5", "n/a").doubts


def test_cells_against_each_other_decide_nothing():
    way = seen("2.000", "1.234,50", "1,234.50").way(has_semicolons=True, language="de")
    assert way == NumberWay(against=("row 4", "row 3"))
    assert way.decimal("2.000") is None
    assert seen("1.234,50", "1,234.50").way(chosen=POINT) == NumberWay(POINT, CHOSEN)


def test_the_habit_of_a_file_tells_of_thousands_alone():
    by_file = seen("2.000").way(has_semicolons=True, language="en")
    assert by_file == NumberWay(COMMA, SEMICOLONS)
    assert by_file.decimal("2.000") == COMMA
    assert by_file.decimal("1,375") is None
    assert seen("2.000").way(language="id") == NumberWay(COMMA, LANGUAGE)
    english = seen("2.000").way(language="en")
    assert english.decimal("1,375") == POINT
    assert english.decimal("2.000") is None
    assert seen("2.000").way().decimal("2.000") is None


def test_languages_have_their_marks():
    assert [mark_of_language(code) for code in ("en", "fr", "zh-hans", "xx", "")] == [POINT, COMMA, POINT, "", ""]


def test_what_is_asked_can_be_answered_in_the_cell():
    with pytest.raises(NumberUndecided, match=r"can be 1234 or 1\.2340,"):
        parse_decimal("1.234", decimal=None)
    assert parse_decimal("1.2340", decimal=None) == "1.234"
