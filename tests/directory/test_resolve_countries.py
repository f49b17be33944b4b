import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from directory.models import CountryAlias
from directory.name_index import load_name_index
from tests.factories import CountryFactory

pytestmark = pytest.mark.any_database

HEADER = ["text", "result", "iso3", "suggestions"]


def _resolve(file: Path | str, *options: str) -> list[list[str]]:
    out = io.StringIO()
    call_command("resolve_countries", str(file), *options, stdout=out)
    return list(csv.reader(io.StringIO(out.getvalue(), newline="")))


def _write(folder: Path, content: bytes) -> Path:
    file = folder / "names.csv"
    file.write_bytes(content)
    return file


def test_each_row_comes_back_with_what_it_names(reference: None, tmp_path: Path) -> None:
    file = _write(tmp_path, b"no,text\n1,Lao PDR\n2,LDCs\n3,Korea\n4,Thialand\n5,no\n6,Taiwan*\n7,\n")
    assert _resolve(file) == [
        HEADER,
        ["Lao PDR", "country", "LAO", ""],
        ["LDCs", "group", "", ""],
        ["Korea", "ambiguous", "", "KOR PRK"],
        ["Thialand", "unknown", "", "THA"],
        ["no", "unknown", "", ""],
        ["Taiwan*", "country", "TWN", ""],
        ["", "unknown", "", ""],
    ]


@pytest.mark.parametrize(
    "text",
    [
        " Lao PDR\t",
        "Lao\rPDR",
        "Lao\r\nPDR",
        "Lao\nPDR",
        'the "Lao" PDR',
        "=cmd|' /C calc'!A0",
        "@SUM(1)",
        "-",
        "a,b;c",
        "Vie\u0302\u0323t Nam",
        "\ufeffFiji",
        "\u202eijiF\u202c",
        "x\x00y",
        "🇫🇯",
        "Z" * 100_000,
    ],
)
@pytest.mark.django_db
def test_the_text_comes_back_as_it_was_given(tmp_path: Path, text: str) -> None:
    CountryFactory(iso3="FJI")
    given = io.StringIO(newline="")
    csv.writer(given, quoting=csv.QUOTE_ALL).writerows([["text"], [text], ["Fiji"]])
    rows = _resolve(_write(tmp_path, given.getvalue().encode()))
    assert [row[0] for row in rows] == ["text", text, "Fiji"]


@pytest.mark.django_db
def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    CountryFactory(iso3="NPL")
    assert _resolve(_write(tmp_path, "\ufefftext\r\nNepal\r\n".encode()))[1] == ["Nepal", "country", "NPL", ""]


@pytest.mark.django_db
def test_codes_count_where_they_are_declared(tmp_path: Path) -> None:
    CountryFactory(iso3="IND")
    CountryFactory(iso3="FJI")
    file = _write(tmp_path, b"text\nIN\nFJ\n")
    assert [row[2] for row in _resolve(file)[1:]] == ["", ""]
    assert [row[2] for row in _resolve(file, "--codes")[1:]] == ["IND", "FJI"]


@pytest.mark.django_db
def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    CountryFactory(iso3="TUR")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("text\nTürkiye\n".encode())))
    assert _resolve("-")[1] == ["Türkiye", "country", "TUR", ""]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "one column named 'text'; it has: nothing"),
        (b"name,iso\nFiji,FJI\n", "one column named 'text'; it has: name, iso"),
        (b"text,text\na,b\n", "one column named 'text'; it has: text, text"),
        (b"text\nFiji\nT\xfcrkiye\n", "Line 3 is not UTF-8: byte 0xfc at position 11"),
        ("text\nFiji\n".encode("utf-16"), "Line 1 is not UTF-8: byte 0xff at position 0"),
        (b'text\nFiji\n"Nepal\n', "Line 3 is not valid CSV"),
        (b"text\n" + b"x" * 200_000, "Line 2 is not valid CSV: field larger"),
    ],
)
@pytest.mark.django_db
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        _resolve(_write(tmp_path, content))


@pytest.mark.parametrize("file", ["absent.csv", ".", "a\0b"])
@pytest.mark.django_db
def test_a_missing_file_says_what_to_name(file: str) -> None:
    with pytest.raises(CommandError, match="Name a CSV file, or - for standard input"):
        _resolve(file)


@pytest.mark.django_db
def test_without_reference_data_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="load_reference"):
        _resolve(_write(tmp_path, b"text\nFiji\n"))


def test_the_index_is_three_queries_and_sees_a_new_alias(reference: None, django_assert_num_queries) -> None:
    CountryAlias.objects.create(text="Landof Smiles", country_id="THA")
    CountryAlias.objects.filter(text="Burma").update(is_active=False)
    with django_assert_num_queries(3):  # countries, aliases, groups
        index = load_name_index()
    assert index.resolve("landof smiles").iso3 == "THA"
    assert index.resolve("Burma").iso3 is None
