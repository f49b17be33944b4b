"""How single cells are read: amounts, labels, places."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.names import AliasRow, CountryRow, GroupRow, NameIndex
from surveys.answering.edition import Edition
from surveys.answering.reading.places import read_places
from surveys.choices import Direction, PlaceKind
from surveys.importing.rows.choosing import ChoiceError, Choices
from surveys.questionnaires.lists import Choice
from surveys.reading.amounts import Amount, AmountError, parse_number, parse_printed
from surveys.reading.days import order_of_days, parse_day
from surveys.reading.values import ValueUnreadable

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3,588,249.00", "3588249.00"),
        ("3588249", "3588249.00"),
        ("1,375", "1375.00"),
        ("0.5", "0.50"),
        ("12.3400", "12.34"),
        ("9999999999999.99", "9999999999999.99"),
        ("13,75", "13.75"),
        ("1 200 000,50", "1200000.50"),
        ("1\u202f000", "1000.00"),
        ("1.549.800,00", "1549800.00"),
        ("1’000.5", "1000.50"),
        ("1.549.800", "1549800.00"),
        ("1,23,456", "123456.00"),
        ("10.500", "10.50"),
        ("٣", "3.00"),
        ("３", "3.00"),
    ],
)
def test_numbers_are_read_exactly(text: str, value: str):
    assert parse_number(text, decimal=".") == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "Infinity", "-Infinity", "1e400", "1e-400", "1.54.800,00", "1,2,3456", "12,345,6", "-1",
        "+1",
        "", "1 00", "1 0000,5", "1_000", "٣3", "0x10", "1.", ".5", "1.234.5", "12.345", "99999999999999", "5\n",
        "=5", "5 USD",
    ],
)  # fmt: skip
def test_what_is_no_number_or_could_be_two_is_refused(text: str):
    with pytest.raises(AmountError):
        parse_number(text, decimal=".")


@given(st.decimals(min_value=0, max_value=Decimal("9999999999999.99"), places=2))
def test_an_amount_comes_back_as_it_went_out(amount: Decimal):
    assert parse_number(f"{amount:,.2f}", decimal=None) == amount
    assert parse_number(f"{amount:f}", decimal=None) == amount


def test_a_printed_amount_says_what_it_covers():
    assert parse_printed("1,549,800.00 (LDCs) ¹⁰", decimal=".") == Amount(
        Decimal("1549800.00"), as_printed="1,549,800.00 (LDCs) ¹⁰", covers="LDCs"
    )
    assert parse_printed("US$ 5 (LDCs,  SIDS)", decimal=".").covers == "LDCs, SIDS"
    for text in ("5 (a) (b)", "5 or 6", "about 5", "(5)", "5 %"):
        with pytest.raises(AmountError):
            parse_printed(text, decimal=".")


def choices(*rows: tuple[str, ...], allows_other: bool = False, own: bool = False, spellings: str = "") -> Choices:
    """Choices of a question: (code, label, spelling, …)."""
    question: Any = SimpleNamespace(
        allows_other=allows_other,
        spellings=spellings,
        options=SimpleNamespace(all=lambda: [None] if own else []),
    )
    known = [Choice(code, label, tuple(others)) for code, label, *others in rows]
    return Choices(question, [*known, *([Choice("other", "Other")] if allows_other else [])], {})


AREAS = (
    ("agriculture", "Sustainable agriculture/food security", "Agriculture"),
    ("health", "Health, community development", "Health", "Well-being"),
    ("gender", "Gender and women's empowerment", "Well-being"),
)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Sustainable agriculture/ food security", ["agriculture"]),
        ("SUSTAINABLE AGRICULTURE / FOOD SECURITY;", ["agriculture"]),
        ("Health, community development; Gender and women’s empowerment", ["health", "gender"]),
        ("Gender & women's empowerment", ["gender"]),
        ("Agriculture; agriculture ; Sustainable agriculture/food security", ["agriculture"]),
        # As Google Forms joins them: commas between answers, and within them.
        (
            "Agriculture, Health, community development, Gender and women's empowerment",
            ["agriculture", "health", "gender"],
        ),
        ("agriculture\nhealth", ["agriculture", "health"]),
        ("", []),
    ],
)
def test_answers_are_read_as_surveys_write_them(cell: str, codes: list[str]):
    assert choices(*AREAS).read(cell) == (codes, "")


def test_names_of_answers_are_separated_by_spaces_where_a_tool_writes_names():
    assert choices(*AREAS).read("agriculture health", names=True)[0] == ["agriculture", "health"]
    with pytest.raises(ChoiceError):
        choices(*AREAS).read("agriculture health")


def test_a_spelling_of_two_entries_of_a_list_stands_for_neither_but_of_own_options_for_both():
    with pytest.raises(ChoiceError, match="“Well-being” is not known"):
        choices(*AREAS).read("Well-being")
    role = choices(("offering", "It offers", "both"), ("seeking", "It seeks", "both"), own=True)
    assert role.read("Both") == (["offering", "seeking"], "")


def test_other_is_taken_only_where_it_says_so():
    with_other = choices(*AREAS, allows_other=True)
    assert with_other.read("Agriculture;Other: coconut pests;") == (["agriculture", "other"], "coconut pests")
    with pytest.raises(ChoiceError) as error:
        with_other.read("Agricultur")
    assert error.value.entries == {"Agricultur": ("agriculture",)}
    with pytest.raises(ChoiceError):
        choices(*AREAS).read("Other: coconut pests")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-01-15", "2027-01-15"),
        ("2027-01-15 10:00:00", "2027-01-15"),
        ("2027-01-15T10:00:00+07:00", "2027-01-15"),
        ("46037", "2026-01-15"),
        ("46037.5", "2026-01-15"),
        ("15.01.2027", "2027-01-15"),
        ("04.03.2027", "2027-03-04"),
        ("15/01/2027", "2027-01-15"),
        ("01/15/2027", "2027-01-15"),
        ("15 January 2027", "2027-01-15"),
        ("Jan 15, 2027", "2027-01-15"),
        ("29.02.2028", "2028-02-29"),
    ],
)
def test_days_are_read_as_files_write_them(text: str, day: str):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text", ["04/03/2027", "30.02.2027", "2027-13-01", "soon", "15", "1/1/27", "Foo 15, 2027", "9" * 50]
)
def test_what_is_no_day_or_could_be_two_is_refused(text: str):
    with pytest.raises(ValueUnreadable):
        parse_day(text)


def test_a_column_tells_how_its_days_are_meant():
    assert order_of_days(["04/03/2027", "15/03/2027"]) is True
    assert order_of_days(["04/03/2027", "03/15/2027"]) is False
    assert order_of_days(["15/03/2027", "03/15/2027"]) is None
    assert parse_day("04/03/2027", day_first=True) == "2027-03-04"
    assert parse_day("04/03/2027", day_first=False) == "2027-04-03"


@pytest.fixture(scope="module")
def names() -> NameIndex:
    def country(iso3: str, iso2: str, name: str, *, is_listed: bool = True) -> CountryRow:
        return CountryRow(iso3=iso3, iso2=iso2, names=(name,), codes=(iso3,), is_listed=is_listed)

    return NameIndex.build(
        countries=[
            country("FJI", "FJ", "Fiji"),
            country("NPL", "NP", "Nepal"),
            country("MAR", "MA", "Morocco"),
            country("CHN", "CN", "China"),
            country("HKG", "HK", "Hong Kong, China"),
            country("KOR", "KR", "Republic of Korea"),
            country("PRK", "KP", "Democratic People's Republic of Korea"),
            country("TTO", "TT", "Trinidad and Tobago"),
            country("ATA", "AQ", "Antarctica", is_listed=False),
        ],
        aliases=[AliasRow("Korea", "KOR"), AliasRow("Korea", "PRK"), AliasRow("Hong Kong", "HKG")],
        groups=[GroupRow("AFRICA", "Africa"), GroupRow("SIDS", "Small island developing States", ("SIDS",))],
    )


def read(cell: str, names: NameIndex) -> list[tuple[Any, ...]]:
    places = read_places(cell, iso3="THA", edition=Edition(), names=names)
    return [(read.as_printed, read.code or read.kind.value, read.direction.value, read.is_ambiguous) for read in places]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Africa; SIDS, Fiji", [("Africa", "AFRICA", 0), ("SIDS", "SIDS", 0), ("Fiji", "FJI", 0)]),
        ("Morocco.; Nepal,", [("Morocco", "MAR", 0), ("Nepal", "NPL", 0)]),
        ("Korea", [("Korea", "unresolved", 1)]),
        ("Korea, Republic of", [("Korea, Republic of", "KOR", 0)]),
        ("Hong Kong, China", [("Hong Kong, China", "HKG", 1)]),
        ("Nepal, China", [("Nepal", "NPL", 0), ("China", "CHN", 0)]),
        ("Fiji and Nepal", [("Fiji", "FJI", 1), ("Nepal", "NPL", 1)]),
        ("Trinidad and Tobago", [("Trinidad and Tobago", "TTO", 0)]),
        ("Fiji Nepal", [("Fiji Nepal", "unresolved", 1)]),
        ("Antarctica", [("Antarctica", "unresolved", 1)]),
        ("Our neighbours", [("Our neighbours", "unresolved", 1)]),
        ("", []),
    ],
)
def test_places_are_read_and_never_guessed(names: NameIndex, cell: str, expected: list[tuple[str, str, int]]):
    assert read(cell, names) == [(printed, code, "priority", bool(doubt)) for printed, code, doubt in expected]


@pytest.mark.parametrize(
    ("prefix", "direction"),
    [
        ("Support received from:", Direction.EXISTING_PARTNER),
        ("Support to Lao PDR received from:", Direction.EXISTING_PARTNER),
        ("support from :", Direction.EXISTING_PARTNER),
        ("Support to:", Direction.PROVIDES_TO),
        ("Support given to:", Direction.PROVIDES_TO),
    ],
)
def test_a_prefix_gives_its_line_a_direction(names: NameIndex, prefix: str, direction: Direction):
    found = read(f"Africa; {prefix} Fiji, Nepal; SIDS", names)
    assert [one[2] for one in found] == ["priority", direction.value, direction.value, "priority"]


def test_no_support_received_is_a_statement_of_its_own(names: NameIndex):
    (place,) = read_places("Support received from: n/a", iso3="THA", edition=Edition(), names=names)
    assert (place.kind, place.direction) == (PlaceKind.NONE, Direction.EXISTING_PARTNER)


@given(st.text(max_size=150))
def test_any_text_is_read_without_an_error(text: str):
    names = SimpleNamespace(resolve=lambda text, codes=False: SimpleNamespace(
        kind="unknown", iso3=None, group_code=None, suggestions=(), group_suggestions=(), is_listed=None
    ))  # fmt: skip
    for reading in read_places(text, iso3="THA", edition=Edition(), names=names):
        assert reading.kind in (PlaceKind.UNRESOLVED, PlaceKind.NONE)
