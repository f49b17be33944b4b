"""Which files are read, and how; hostile ones are refused, quickly and in little memory."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from surveys.reading.cells import MAX_CELL_CHARACTERS, MAX_FILE_BYTES, FileRefused
from surveys.reading.child.hidden import hidden_in
from surveys.reading.source_file import open_file, read_sheets
from tests.project.subprocesses import PRODUCTION, run_python
from tests.surveys.importing.conftest import TABLE, as_csv, as_xlsx, table_rows
from tests.surveys.workbooks import workbook as sheets_of

pytestmark = pytest.mark.any_database

XFORM = (
    b'<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>'
    b"<h:title>Needs</h:title><model/></h:head><h:body/></h:html>"
)
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cells(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    (sheet,) = read_sheets(data)
    return [(row.number, row.cells) for row in sheet.rows]


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """A workbook with one of its parts changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            content = before.read(part)
            after.writestr(part, change(content.decode()) if part == name else content)
    return written.getvalue()


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_reads_as_the_csv_of_the_same_table():
    assert cells(as_xlsx(table_rows())) == [
        (number, tuple(_without_empty_tail(row))) for number, row in cells(TABLE.read_bytes())
    ]


def _without_empty_tail(row: tuple[str, ...]) -> list[str]:
    kept = list(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_or_without_a_mark_by_any_delimiter(mark: bytes, delimiter: str):
    data = mark + as_csv(table_rows(), delimiter=delimiter)
    assert cells(data) == cells(TABLE.read_bytes())


def test_blank_rows_are_left_out_and_row_numbers_stay():
    assert cells(b"a,b\n\n ,\n1,2\n,,\n") == [(1, ("a", "b")), (4, ("1", "2"))]
    assert cells(b"sep=;\na;b\n1;2\n") == [(2, ("a", "b")), (3, ("1", "2"))]
    assert cells(b'a,b\n"x\ny",2\n3,4\n') == [(1, ("a", "b")), (2, ("x\ny", "2")), (3, ("3", "4"))]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\xff\xfea", "damaged UTF-16"),
        (bytes(range(1, 32)) * 20, "no text file"),
        (b'<?xml version="1.0"?><a/>', "XML or HTML"),
        (b"<data><row/></data>\n", "XML or HTML"),
        (b'<data id="x" xmlns:jr="http://openrosa.org/javarosa"><a/>', "XML or HTML"),
        (b"<k:kml><k:a/></k:kml>", "XML or HTML"),
        (b"<!-- made by hand --><rows/>", "XML or HTML"),
        ("<table><tr/></table>".encode("utf-16"), "XML or HTML"),
        ("<rows><row>é</row></rows>".encode("utf-16"), "XML or HTML"),
        (XFORM, "form in XML (XForm)"),
        (b'<?xml version="1.0"?>' + XFORM, "form in XML (XForm)"),
        (b'{"a": 1}', "JSON"),
        (b"a,b\n\0,1\n", "NUL"),
        (b'a,b\n"x,1\n', "not well-formed CSV"),
        (b'a,b\n"x"y,1\n', "not well-formed CSV after row 1"),
        (
            b'a,b\n"say \\"yes\\" to it",1\n',
            "After row 1, quotation marks or commas within cells are marked by a backslash",
        ),
        (
            b"a,b\n1,2\nFiji\\, Nepal,1\n",
            "After row 2, quotation marks or commas within cells are marked by a backslash",
        ),
        (b"a," + b"x" * (MAX_CELL_CHARACTERS + 1), "Cell B1 has more than"),
        (b"a" + b",b" * 2_000, "more than 2000 columns"),
        (b"a\n" * 50_001, "more than 50000 rows"),
        (b"%PDF-1.7", "PDF"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100, "old Excel file"),
        (b"PK\x03\x04 not an archive", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, said: str):
    with pytest.raises(FileRefused) as refused:
        read_sheets(data)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        b"<p>Country</p>,<b>Topic</b>\nFiji,Rice\n",
        b"<p>Country</p>\n<p>Fiji</p>\n",
        b"<country>,topic\nFiji,<5 km\n",
        b"path,topic\nC:\\data\\,Rice\n",
    ],
)
def test_markup_in_headings_and_backslashes_that_part_nothing_are_text(data: bytes):
    assert [row for row, _cells in cells(data)] == [1, 2]


def archive(parts: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, ".ods"),
        ({"xl/workbook.bin": "", "[Content_Types].xml": ""}, ".xlsb"),
        ({"word/document.xml": "", "[Content_Types].xml": ""}, "not a workbook"),
        ({"xl/workbook.xml": "<x", "[Content_Types].xml": "<x"}, "cannot be read"),
        ({"xl/vbaProject.bin": "", "[Content_Types].xml": ""}, "macros"),
        (
            {
                "xl/workbook.xml": "",
                "xl/other.bin": "",
                "[Content_Types].xml": '<Override PartName="/xl/other.bin" ContentType="x/vnd.ms-office.vbaProject"/>',
            },
            "macros",
        ),
    ],
)
def test_other_archives_are_refused_with_what_to_do(parts: dict[str, str], said: str):
    with pytest.raises(FileRefused) as refused:
        read_sheets(archive(parts))
    assert said in str(refused.value)


def test_a_type_that_only_mentions_macros_is_none():
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    data = with_part(
        workbook(["a"]),
        "[Content_Types].xml",
        lambda xml: xml.replace(plain, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    )
    assert cells(data) == [(1, ("a",))]


def test_rows_that_are_formatted_and_empty_do_not_count():
    data = with_part(
        workbook(["a"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("</sheetData>", '<row r="60000"><c r="A60000" s="0"/></row></sheetData>'),
    )
    assert cells(data) == [(1, ("a",))]


def test_the_last_row_of_a_sheet_may_hold_text():
    assert cells(_far("A1048576", 2**20)) == [(1, ("a",)), (2**20, ("x",))]


def test_a_sheet_that_announces_no_size_is_read():
    data = with_part(
        workbook(["a", "b"], ["1", "2"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace('<dimension ref="A1:B2"/>', ""),
    )
    assert cells(data) == [(1, ("a", "b")), (2, ("1", "2"))]


def test_numbers_read_as_a_person_sees_them_and_formulas_stay_text():
    book = load_workbook(io.BytesIO(workbook([3588249, 12345.0, 0.1 + 0.2, True, "=1+1", "@x", 1e20, 3588249.5])))
    page = book.active
    assert page is not None
    page["A1"].number_format = "#,##0.00"
    page["H1"].number_format = "#,##0"
    written = io.BytesIO()
    book.save(written)
    assert cells(written.getvalue()) == [
        (1, ("3,588,249.00", "12345", "0.3", "TRUE", "=1+1", "@x", "100000000000000000000", "3588249.5"))
    ]


def test_a_shared_formula_stays_text():
    data = with_part(
        workbook(["a"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("</row>", '<c r="B1"><f t="shared" si="0" ref="B1">1+A1</f><v>9</v></c></row>'),
    )
    assert cells(data) == [(1, ("a", "=1+A1"))]


def test_the_announced_size_of_a_sheet_is_not_believed():
    for announced in ("A1:XFD1048576", "A1"):

        def announce(xml: str, announced: str = announced) -> str:
            return xml.replace('ref="A1:B2"', f'ref="{announced}"')

        data = with_part(
            workbook(["a", "b"], ["1", "2"]),
            "xl/worksheets/sheet1.xml",
            announce,
        )
        assert cells(data) == [(1, ("a", "b")), (2, ("1", "2"))]


def _far(cell: str, row: int) -> bytes:
    return with_part(
        workbook(["a"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(
            "</sheetData>",
            f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
        ),
    )


def _bomb() -> bytes:
    written = io.BytesIO(workbook(["a"]))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as out, out.open("xl/media/bomb.xml", "w") as part:
        for _megabyte in range(300):
            part.write(b"0" * 1_000_000)
    return written.getvalue()


def _with_strings(strings: str, declared: str = "") -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    data = with_part(
        workbook(["a"]),
        "[Content_Types].xml",
        lambda xml: xml.replace(
            "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
        ),
    )
    written = io.BytesIO(data)
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/sharedStrings.xml", f'{declared}<sst xmlns="{SPREADSHEET}">{strings}</sst>')
    return written.getvalue()


def _many_strings() -> bytes:
    return _with_strings("<si><t>x</t></si>" * 4_000_000)


def _formulas_that_grow() -> bytes:
    formula = "+".join(["A1"] * 8_000)
    followers = "".join(f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/></c></row>' for n in range(3, 18_000))
    first = f'<row r="2"><c r="A2"><f t="shared" si="0" ref="A2:A18000">{formula}</f></c></row>'
    return with_part(
        workbook(["a"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("</sheetData>", f"{first}{followers}</sheetData>"),
    )


def _entities() -> bytes:
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    return _with_strings("<si><t>&e9;</t></si>", declared=f'<!DOCTYPE x [<!ENTITY e0 "boom">{"".join(lines)}]>')


def test_shared_strings_are_read():
    data = with_part(
        _with_strings("<si><t>one</t></si><si><t>two</t></si>"),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("</row>", '<c r="B1" t="s"><v>1</v></c></row>'),
    )
    assert cells(data) == [(1, ("a", "two"))]


def _packed(method: int, megabytes: int, name: str = "table.csv", into: bytes = b"") -> bytes:
    written = io.BytesIO(into)
    with zipfile.ZipFile(written, "a", method) as out, out.open(name, "w") as part:
        for _megabyte in range(megabytes):
            part.write(b"0" * 1_000_000)
    return written.getvalue()


def _picture_that_grows() -> bytes:
    """A PNG of 30,000 by 30,000 pixels, in a workbook: nobody looks at it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(30_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _form(survey: list[list[str]], choices: list[list[str]]) -> bytes:
    return sheets_of(survey=[["type", "name", "label"], *survey], choices=[["list_name", "name", "label"], *choices])


def _labels_of_references() -> bytes:
    return _form([["text", f"q{n}", "${q0}" * 5_000] for n in range(200)], [])


def _groups_in_groups() -> bytes:
    begins = [["begin_group", f"g{n}", "G"] for n in range(400)]
    return _form([*begins, ["text", "q", "Q"], *[["end_group", "", ""]] * 400], [])


def _many_choices() -> bytes:
    return _form([["select_one a", "q", "Q"]], [["a", f"c{n}", f"Choice {n}"] for n in range(40_000)])


def _long_choices() -> bytes:
    """Within every limit of ours, and still more than the library reads in its time, or as much as is allowed."""
    select = [["select_one a", f"q{n}", "Q ${q0}"] for n in range(4_900)]
    return _form([["text", "q0", "Q"], *select], [["a", f"c{n}", "C"] for n in range(4_900)])


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a row beyond all": lambda: _far("A9999999", 9_999_999),
    "a far column": lambda: _far("XFD2", 2),
    "a column beyond all": lambda: _far("ZZZZZZZZ2", 2),
    "300 MB in 300 KB": _bomb,
    "four million strings": _many_strings,
    "a long formula, shared by all": _formulas_that_grow,
    "entities in entities": _entities,
    "too many bytes": lambda: b"PK" + b"x" * MAX_FILE_BYTES,
    "200 MB in 30 KB of LZMA": lambda: _packed(zipfile.ZIP_LZMA, 200),
    "a workbook with a part of LZMA": lambda: _packed(zipfile.ZIP_LZMA, 1, "xl/media/a.xml", workbook(["a"])),
    "100 MB of deflate": lambda: _packed(zipfile.ZIP_DEFLATED, 90),
    "a picture that grows": _picture_that_grows,
}
HOSTILE_FORMS: dict[str, Callable[[], bytes]] = {
    "200 labels of 5,000 references": _labels_of_references,
    "groups in groups": _groups_in_groups,
    "40,000 choices": _many_choices,
    "4,900 questions of 4,900 choices": _long_choices,
}


def test_hostile_files_are_refused_quickly_and_in_little_memory(tmp_path: Path):
    for name, make in {**HOSTILE, **HOSTILE_FORMS}.items():
        (tmp_path / name).write_bytes(make())
    # In a process of its own: whoever starts a child counts, until that has begun, as the child's memory.
    environment = {"DJANGO_SETTINGS_MODULE": "ssc_portal.settings", **PRODUCTION}
    done = run_python("-c", READ_AND_MEASURE, str(tmp_path), *HOSTILE_FORMS, **environment)
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert set(measured) == {*HOSTILE, *HOSTILE_FORMS}
    for name, (how, words, spent, took, kilobytes) in measured.items():
        assert how in ("FileRefused", "XlsformRefused"), name
        assert "cannot be read" not in words or name in ("entities in entities", "a column beyond all"), (name, words)
        assert spent < 5.5, (name, spent)
        assert took < 25, (name, took)
        assert kilobytes < 1_000_000, name


READ_AND_MEASURE = """
import json, os, pathlib, resource, sys, time
import django
django.setup()
from surveys.questionnaires.xlsform.reading import read_xlsform
from surveys.reading.child.hidden import hidden_in
from surveys.reading.source_file import open_file, read_sheets
measured = {}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    read = read_xlsform if path.name in sys.argv[2:] else read_sheets
    data = path.read_bytes()
    before, started, how, words = sum(os.times()[:4]), time.monotonic(), "read", ""
    try:
        read(data)
    except ValueError as refusal:
        how, words = type(refusal).__name__, str(refusal)
    spent, took = sum(os.times()[:4]) - before, time.monotonic() - started
    measured[path.name] = how, words, spent, took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps(measured))
"""


def test_several_sheets_are_read_and_hidden_ones_are_not():
    book = Workbook()
    for name, state in (("Shown", "visible"), ("Hidden", "hidden")):
        page = book.create_sheet(name)
        page.append([name])
        page.sheet_state = state
    written = io.BytesIO()
    book.save(written)
    assert [sheet.name for sheet in read_sheets(written.getvalue())] == ["Sheet", "Shown"]


def _notices(data: bytes) -> list[str]:
    return list(open_file(data).notices)


def test_hidden_rows_and_columns_are_read_and_named():
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "Answers"
    for number in range(1, 8):
        page.append([f"{letter}{number}" for letter in "abcd"])
    for number in (3, 4, 6, 9):
        page.row_dimensions[number].hidden = True
    for letter in ("B", "D", "F"):
        page.column_dimensions[letter].hidden = True
    written = io.BytesIO()
    book.save(written)
    assert _notices(written.getvalue()) == [
        "Hidden rows were read too, of sheet Answers: 3-4, 6.",
        "Hidden columns were read too, of sheet Answers: B, D.",
    ]
    assert len(cells(written.getvalue())) == 7
    assert _notices(workbook(["a", "b"], ["1", "2"])) == []


def test_hidden_rows_are_told_wherever_a_sheet_is_cut_and_without_numbers():
    plain = b'<sheetFormatPr zeroHeight="1"/><cols><col max="3" min="2" hidden="true"/></cols><sheetData>'
    shown, hidden = b'<x:row ht="15"><c/></x:row>', b'<x:row ht="15" hidden="1"><c/></x:row>'
    last = b'<x:row r="200000"/><x:row r="200001" hidden="0"/><x:row r="200002" ht="0"/></sheetData>'
    xml = plain + (shown + hidden) * 60_000 + last
    rows, columns = hidden_in(io.BytesIO(xml))
    assert rows == {*range(2, 120_001, 2), 200_000, 200_002}
    assert columns == {1, 2}
