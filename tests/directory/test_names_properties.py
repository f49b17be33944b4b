import csv
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.name_index import read_hints
from directory.names import CountryRow, NameIndex, Resolution, normalise
from tests.directory.spellings import ALIASES_FILE

pytestmark = pytest.mark.any_database

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
PIECES = st.sampled_from(
    [
        "Korea",
        "Guinea",
        "South",
        "the",
        "(",
        ")",
        ",",
        "/",
        " ",
        "Rep.",
        "of",
        "China",
        "Niger",
        "Is.",
        "U.",
        "S.",
        "\0",
    ]
)
DECORATIONS = st.sampled_from(
    [
        lambda text: text,
        str.upper,
        str.casefold,
        lambda text: f"  {text}\t",
        lambda text: f"The {text}",
        lambda text: f"{text} (the)",
        lambda text: f"{text}.",
        lambda text: f"{text}*",
        lambda text: f"{text}, ",
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: unicodedata.normalize("NFKC", text),
        lambda text: "\u200b".join(text),
        lambda text: f"\u202e{text}",
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("'", "’"),
        lambda text: text.replace(" and ", " & "),
    ]
)


def _aliases() -> dict[str, set[str]]:
    countries: dict[str, set[str]] = {}
    with ALIASES_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            countries.setdefault(normalise(row["text"]), set()).add(row["iso3"])
    return countries


def _alias_texts() -> list[str]:
    with ALIASES_FILE.open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines)]


ALIASES = _aliases()


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(PIECES).map("".join))
def test_normalising_twice_changes_nothing_of_names(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(text=st.one_of(ANY_TEXT, st.lists(PIECES).map("".join)), codes=st.booleans())
def test_resolving_never_raises_and_is_consistent(name_index: NameIndex, text: str, codes: bool) -> None:
    found = name_index.resolve(text, codes=codes)
    assert (found.iso3 is not None) == (found.kind == "country") == (found.is_listed is not None)
    assert (found.group_code is not None) == (found.kind == "group")
    assert len(set(found.suggestions)) == len(found.suggestions) <= 5
    assert not found.suggestions or found.kind in {"ambiguous", "unknown"}
    assert found == name_index.resolve(text, codes=codes)


@settings(max_examples=400)
@given(text=st.sampled_from(_alias_texts()), decorate=DECORATIONS)
def test_an_alias_never_reads_as_another_country(name_index: NameIndex, text: str, decorate) -> None:
    countries = ALIASES[normalise(text)]
    found = name_index.resolve(decorate(text))
    if len(countries) == 1:
        assert found == Resolution("country", iso3=next(iter(countries)), is_listed=found.is_listed)
    else:
        assert found.kind == "ambiguous"
        assert set(found.suggestions) == countries


def test_no_hint_decides(name_index: NameIndex) -> None:
    assert [hint.text for hint in read_hints() if name_index.resolve(hint.text).kind == "country"] == []


@given(st.permutations([CountryRow("NER", "NE", ("Niger",)), CountryRow("NGA", "NG", ("Nigeria",))]))
def test_the_order_of_rows_decides_nothing(countries: list[CountryRow]) -> None:
    index = NameIndex.build(countries=countries)
    assert index.resolve("Niger").iso3 == "NER"
    assert index.resolve("Nigeria").iso3 == "NGA"
