"""No text of a file that people open in a spreadsheet becomes a formula, whichever file it is."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from directory.models import User
from surveys.models import Question, Questionnaire, Survey
from surveys.postings.forms.form import PostingForm
from surveys.postings.forms.sheet import workbook_of
from surveys.questionnaires.form import add_version
from surveys.questionnaires.shipped import shipped_form
from surveys.questionnaires.xlsform.writing import write_xlsform
from surveys.reading.child.delimited import read_delimited
from surveys.results.files import response_of
from surveys.results.tables import ResultTable
from tests.factories import OfferFactory
from web.files.exports import BYTE_ORDER_MARK, LONGEST_CELL, csv_response, text_cell, xlsx_response
from web.files.formulas import as_text, without_mark

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "-", "--1", "+1", "-5\n=1+1",
    '=cmd|"/C calc"!A1', " =1", "\n1", "\ufeff=1", "\u200b=1", "\u2060+1", "\u00ad@A1", "\u3000-1+1",
    "＝1+1", "＋1", "－1+1", "＠A1",
    "\ufe66=1", "\ufeff\u200b ＝1", "'=1", "''=1", "'＝1", "\u3164=1", "\u034f=1", "\u202e=1",
]  # fmt: skip
NO_FORMULAS = ["", "a=b", "5", "'5", "'-5", "\ufeffa", "ａ=1", "-5", "-5.25", "水", "1\t2", "a\r=1"]
APPS = ("web", "directory", "surveys", "matching", "practices", "workspace", "desk", "ssc_portal")


def rows_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def cells_of(data: bytes) -> list[Any]:
    """All cells of a workbook that hold something."""
    book = load_workbook(io.BytesIO(data))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.any_database
@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_says_of_what_looks_like_a_formula_that_it_is_text(text: str) -> None:
    made = csv_response(name="a", header=["first", text], rows=[["x", text], [text, None]])
    assert rows_of(made) == [["first", f"'{text}"], ["x", f"'{text}"], [f"'{text}", ""]]


@pytest.mark.any_database
@pytest.mark.parametrize("text", NO_FORMULAS)
def test_a_csv_leaves_other_texts_as_they_are(text: str) -> None:
    assert rows_of(csv_response(name="a", header=["h"], rows=[[text, -5, 0.5]])) == [["h"], [text, "-5", "0.5"]]


@pytest.mark.any_database
def test_a_character_that_no_file_holds_hides_no_formula() -> None:
    assert rows_of(csv_response(name="a", header=["\x00=1"], rows=[["\ud800\x0b@A1"]])) == [["'=1"], ["'@A1"]]


@pytest.mark.any_database
@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_it_as_text(text: str) -> None:
    made = xlsx_response(name="a", header=["first", text], rows=[[text, 3], [None, -1.5]])
    *others, heading, note = cells_of(b"".join(made))
    assert heading.value == "notes"
    assert "express no opinion" in note.value
    assert [cell.value for cell in others] == ["first", text, text, 3, -1.5]
    assert [cell.data_type for cell in others] == ["s", "s", "s", "n", "n"]


@pytest.mark.any_database
def test_a_cell_is_cut_where_a_spreadsheet_would_refuse_it() -> None:
    assert len(text_cell(None, "x" * (LONGEST_CELL + 1)).value) == LONGEST_CELL


@pytest.mark.any_database
def test_tables_of_results_go_the_same_way() -> None:
    table = ResultTable(title="T", headings=("\t=1", "n"), rows=[["\r=1", 2]], notes=["=1+1"])
    assert rows_of(response_of(table, name="a", ending="csv")) == [["'\t=1", "n"], ["'\r=1", "2"]]
    made: Any = response_of(table, name="a", ending="xlsx")
    cells = {cell.value: cell.data_type for cell in cells_of(b"".join(made)) if "opinion" not in str(cell.value)}
    assert cells == {
        "\t=1": "s", "n": "s", "\r=1": "s", 2: "n", "notes": "s", "=1+1": "s",
    }  # fmt: skip


@pytest.mark.django_db
def test_so_does_the_form_of_a_posting(manager: User) -> None:
    offer = OfferFactory(title="=1+1", text="\t=2+2", amount_note="@SUM(A1)", contact="+66 1", areas=["energy"])
    form = PostingForm(None, user=manager, kind="offer", posting=offer, agency=offer.agency)
    found = {cell.value: cell.data_type for cell in cells_of(workbook_of(form=form, posting=offer))}
    assert {"=1+1", "\t=2+2", "@SUM(A1)", "+66 1"} <= set(found)
    assert set(found.values()) == {"s"}


@pytest.mark.django_db
def test_so_does_a_questionnaire() -> None:
    survey = Survey.objects.create(code="s", title="=1+1")
    version = add_version(survey, shipped_form("escap-unossc-2018"))
    Question.objects.update(label="-1+1", help="\t=1+1")
    whole = Questionnaire.objects.whole().select_related("survey").get(pk=version.pk)
    found = {cell.value: cell.data_type for cell in cells_of(write_xlsform(whole))}
    assert {"=1+1", "-1+1", "\t=1+1"} <= set(found)
    assert set(found.values()) == {"s"}


@pytest.mark.any_database
def test_nobody_else_makes_such_files() -> None:
    """What writes a file anew says its cells by `text_cell` or `csv_response`, and is tested above."""
    root = Path(__file__).resolve().parents[2]
    makers = {
        path.relative_to(root).as_posix()
        for app in APPS
        for path in (root / app).rglob("*.py")
        if any(words in path.read_text() for words in ("Workbook(", "new_workbook()", "csv.writer(", "DictWriter("))
    }
    assert makers == {
        "web/files/exports.py",
        "web/files/workbooks.py",
        "surveys/postings/forms/sheet.py",
        "surveys/questionnaires/xlsform/writing.py",
        # A script reads what it prints: the texts as they were given.
        "directory/management/commands/resolve_countries.py",
    }


@pytest.mark.any_database
@pytest.mark.parametrize("text", [*FORMULAS, *NO_FORMULAS])
def test_what_reads_files_takes_back_what_they_say(text: str) -> None:
    made = b"".join(csv_response(name="a", header=["h", "i"], rows=[["x", text]]).streaming_content)  # type: ignore[arg-type]
    rows = [line[1] for line in read_delimited(made, max_rows=10) if isinstance(line, tuple)]
    assert rows[1] == ["x", text.strip()]
    assert without_mark(as_text(text)) == text
