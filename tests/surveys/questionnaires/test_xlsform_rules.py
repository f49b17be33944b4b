"""What an XLSForm holds beside its questions: kept and written back, or left out or refused by name."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from surveys.choices import Feeds, QuestionKind
from surveys.expressions.parsing import parse
from surveys.importing.applying import import_file
from surveys.models import Answer, Questionnaire, Survey
from surveys.questionnaires.form import Condition, Form, add_version, form_of
from surveys.questionnaires.rule_words import constraint_in_words
from surveys.questionnaires.xlsform.library import XlsformRefused
from surveys.questionnaires.xlsform.reading import ReadForm, read_xlsform
from surveys.questionnaires.xlsform.writing import write_xlsform
from surveys.reading.cells import FileRefused
from tests.factories import SurveyFactory
from tests.surveys.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
YES_NO = [["yn", "yes", "Yes"], ["yn", "no", "No"]]
CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
REFUSED = {"x10_choice_spaces_case", "x19_photo_geo", "x28_formula_label"}


def form(
    *rows: dict[str, Any], choices: list[list[str]] | None = None, columns: tuple[str, ...] = (), **more: Any
) -> bytes:
    """A workbook of these rows, each with the columns that it has."""
    header = list(dict.fromkeys(column for row in rows for column in ("type", "name", *row)))
    survey: list[list[Any]] = [header, *([row.get(column) for column in header] for row in rows)]
    return workbook(survey=survey, choices=[["list_name", "name", "label", *columns], *(choices or YES_NO)], **more)


def row(kind: str, name: str = "", **columns: Any) -> dict[str, Any]:
    """A row of the sheet `survey`."""
    own = {"type": kind, "name": name, **columns}
    if name and not any(column.startswith("label") for column in own):
        own["label"] = name.capitalize()
    return own


def out_and_back(read: ReadForm) -> Form:
    """What comes back of a form that was stored and written."""
    version = add_version(SurveyFactory(), read.form)
    assert form_of(version) == read.form
    return read_xlsform(write_xlsform(version)).form


def with_result(data: bytes, result: str) -> bytes:
    """The workbook as a spreadsheet saves it: with what its formulas came to."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = re.sub(rb"</f><v ?(?:/>|></v>)", f"</f><v>{result}</v>".encode(), before.read(name))
            after.writestr(name, re.sub(rb'<c r="C2"', b'<c r="C2" t="str"', part) if b"<f>" in part else part)
    return out.getvalue()


def question(read: ReadForm, code: str) -> Any:
    return read.form.questions[code]


def refused(data: bytes) -> str:
    with pytest.raises(XlsformRefused) as said:
        read_xlsform(data)
    return str(said.value)


def test_every_rule_is_kept_and_comes_back():
    read = read_xlsform(form(
        row("select_one yn", "agree"),
        row("integer", "age", constraint=". >= 18 and . <= 99", constraint_message="Adults only",
            required="${agree} = 'yes'"),
        row("text", "code", constraint="regex(., '^[A-Z]{3}$')"),
        row("text", "more", relevant='${agree} = "yes" and ${age} > 30'),
        row("text", "why", relevant="selected(${agree}, “no”)"),
        row("calculate", "years", calculation="${age} - 18"),
        row("calculate", "unused", calculation="pulldata('x', 'y', 'z', ${age})"),
        row("begin_repeat", "child", repeat_count="${years} + 1"),
        row("text", "child_name"),
        row("select_multiple yn", "goes", label="Does ${child_name} go to school?", relevant="${years} > 1"),
        row("calculate", "long", calculation="string-length(${child_name})"),
        row("text", "nick", relevant="${long} > 5"),
        row("end_repeat"),
        row("range", "share", parameters="start=0 end=1 step=0.25"),
        row("time", "when"),
        row("acknowledge", "ok", required="yes"),
    ))  # fmt: skip
    age, agree = question(read, "age"), question(read, "agree")
    assert (age.constraint, age.constraint_message) == (". >= 18 and . <= 99", "Adults only")
    assert (age.is_required, age.required_if) == (False, "${agree} = 'yes'")
    assert (agree.kind, question(read, "share").kind) == (QuestionKind.SINGLE, QuestionKind.NUMBER)
    assert question(read, "code").constraint == "regex(., '^[A-Z]{3}$')"
    assert (question(read, "more").shown_if, question(read, "more").shown_if_rule) == (
        Condition("agree", ("yes",)), "${age} > 30",
    )  # fmt: skip
    assert question(read, "why").shown_if == Condition("agree", ("no",))
    assert question(read, "goes").label == "Does ${child_name} go to school?"
    assert [section.repeat_count for section in read.form.sections if section.repeats] == ["${child_count}"]
    assert [(one.name, one.rule, one.section) for one in read.form.calculations] == [
        ("child_count", "${years} + 1", ""),
        ("long", "string-length(${child_name})", "child"),
        ("years", "${age} - 18", ""),
    ]
    assert question(read, "ok").is_required
    said = " ".join(read.notices)
    assert "“unused” (row 8): it is calculated, not asked" in said
    assert "“when” (row 16): “time” is asked as text" in said
    assert out_and_back(read) == read.form


def test_a_choice_filter_goes_with_its_columns_and_one_name_may_stand_under_two():
    read = read_xlsform(form(
        row("select_one state", "state"),
        row("select_one town", "town", choice_filter="in = ${state}"),
        choices=[["state", "N-1", "North", ""], ["state", "s", "South", ""], ["town", "a", "A", "N-1"],
                 ["town", "b", "B", "s"], ["town", "a", "A", "s"]],
        columns=("in",), settings=[["allow_choice_duplicates"], ["yes"]],
    ))  # fmt: skip
    town = question(read, "town")
    assert town.choice_filter == "in = ${state}"
    assert [(option.code, option.attributes) for option in town.options] == [
        ("a", ({"in": "N-1"}, {"in": "s"})),
        ("b", ({"in": "s"},)),
    ]
    assert [(option.code, option.name) for option in question(read, "state").options] == [("n_1", "N-1"), ("s", "")]
    assert out_and_back(read) == read.form


def test_the_order_is_that_of_the_form_and_groups_within_groups_stay_in_their_place():
    read = read_xlsform(form(
        row("text", "q1"),
        row("begin_group", "outer", label="Outer", relevant="${q1} != ''"),
        row("text", "q2"),
        row("begin_group", "inner", label="Inner", relevant="${q2} = 'x'"),
        row("text", "q3"),
        row("end_group"),
        row("text", "q4"),
        row("end_group"),
        row("text", "q5"),
    ))  # fmt: skip
    assert [(part.code, part.label, [one.code for one in part.questions]) for part in read.form.sections] == [
        ("questions", "Questions", ["q1"]),
        ("outer", "Outer", ["q2"]),
        ("inner", "Inner", ["q3"]),
        ("outer_2", "Outer", ["q4"]),
        ("questions_2", "Questions", ["q5"]),
    ]
    inner = read.form.sections[2]
    assert (inner.shown_if, inner.shown_if_rule) == (Condition("q1"), "${q2} = 'x'")
    assert out_and_back(read) == read.form


def test_one_name_in_two_groups_is_two_questions():
    read = read_xlsform(form(
        row("begin_group", "g1", label="G1"), row("text", "name"), row("end_group"),
        row("begin_group", "g2", label="G2"), row("text", "name"), row("end_group"),
    ))  # fmt: skip
    assert [(code, one.headings) for code, one in read.form.questions.items()] == [
        ("name", "g1/name"),
        ("g2_name", "g2/name"),
    ]
    assert out_and_back(read) == read.form


@pytest.mark.parametrize(
    ("language", "code"),
    [("French (fr)", "fr"), ("French", "fr"), ("Français", "fr"), ("fr", "fr"), ("العربية", "ar"), ("Nepali", "ne"),
     ("Burmese", "my"), ("Espagnol", "es")],
)  # fmt: skip
def test_a_language_is_known_with_and_without_its_code(language: str, code: str):
    read = read_xlsform(form({"type": "text", "name": "a", "label::English": "Why?", f"label::{language}": "X"}))
    assert question(read, "a").translations == {code: {"label": "X"}}
    assert question(read, "a").label == "Why?"


def test_what_is_left_out_is_named_with_its_row():
    read = read_xlsform(form(
        row("start", "start", label=None),
        row("geopoint", "place"),
        row("image", "photo"),
        row("barcode", "bar"),
        row("note", "hello", label="Hello ${q}"),
        row("text", "q", default="x", appearance="multiline"),
        row("text", "of_the_day", label="Since ${start}?"),
        row("text", "near", label="Near ${place}?", relevant="${start} > '2020-01-01'"),
    ))  # fmt: skip
    said = "\n".join(read.notices)
    for line in (
        "“place” (row 3): “geopoint” cannot be answered here and is left out",
        "“photo” (row 4): “photo” cannot be answered here",
        "“bar” (row 5)",
        "“hello” (row 6): “note” asks nothing",
        "“near” (row 9): its text refers to “place”",
        "Column “default” of sheet “survey” is not kept: “q” (row 7)",
    ):
        assert line in said
    assert question(read, "near").label == "Near [Place]?"
    assert list(read.form.questions) == ["q", "of_the_day", "near"]
    assert out_and_back(read) == read.form


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row("geopoint", "place"), row("text", "a", relevant="${place} != ''")],
         "“a” (row 3): refers to “place” (row 2), which is not asked here"),
        ([row("text", "a", constraint="pulldata('f', 'a', 'b', .) = 1")], "“a” (row 2): the rule"),
        ([row("text", "a", constraint="regex(., '(?=x).*')")], "regex((?=x).*)"),
        ([row("text", "a"), row("text", "b", relevant="${a} ==== 1")], "“b” (row 3)"),
        ([row("calculate", "c", calculation="random()"), row("text", "a", relevant="${c} > 1")],
         "“c” (row 2): the rule “random()” cannot be kept"),
        ([row("begin_repeat", "r", label="R"), row("begin_repeat", "s", label="S"), row("text", "a"),
          row("end_repeat"), row("end_repeat")], "“s” (row 3): a repetition within a repetition"),
        ([row("rank yn", "a")], "“a” (row 2): it is of type “rank”"),
        ([row("select_one x", "a")], "“a” (row 2): its choices “North” and “north” differ"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(rows: list[dict[str, Any]], said: str):
    assert said in refused(form(*rows, choices=[*YES_NO, ["x", "North", "North"], ["x", "north", "north (small)"]]))


def test_formatting_is_taken_out_and_told():
    label = '## <span style="color:red">**Which** water</span><br>do you __drink__? 2 < 3 * 4'
    read = read_xlsform(form(row("text", "q", label=label)))
    assert question(read, "q").label == "Which water\ndo you drink? 2 < 3 * 4"
    assert read.notices[-1] == "“q” (row 2): its text is shown without its formatting"


def test_a_formula_is_read_as_what_it_came_to():
    data = form(row("text", "q", label='="What do "&"you need?"'))
    with pytest.raises(FileRefused, match="Cell survey!C2 holds a formula without its result"):
        read_xlsform(data)
    assert question(read_xlsform(with_result(data, "What do you need?")), "q").label == "What do you need?"


def test_a_list_of_countries_of_its_own_says_whose_answers_these_are(reference: None):
    read = read_xlsform(form(
        row("select_one countries", "country"), row("text", "need", relevant="${country} = 'npl'"),
        choices=[["countries", "npl", "Nepal"], ["countries", "fiji", "Fiji"]],
    ))  # fmt: skip
    country = question(read, "country")
    assert (country.feeds, country.choices_from, country.spellings) == (Feeds.COUNTRY, "countries", "fiji = FJI")
    assert question(read, "need").shown_if == Condition("country", ("NPL",))
    assert out_and_back(read) == read.form
    survey = SurveyFactory()
    add_version(survey, read.form)
    outcome = import_file(survey=survey, data=b"country,need\nNepal,Training\nFiji,Data\n", file_name="a.csv")
    assert outcome.errors == []
    assert dict(Answer.objects.filter(question="need").values_list("response__country", "value")) == {
        "NPL": "Training", "FJI": "Data",
    }  # fmt: skip


def test_answers_of_a_file_that_break_a_rule_are_kept_and_named(reference: None):
    read = read_xlsform(form(
        row("select_one ssc_countries", "country"), row("integer", "age", constraint=". >= 18"),
    ))  # fmt: skip
    survey = SurveyFactory()
    add_version(survey, read.form)
    outcome = import_file(survey=survey, data=b"country,age\nNepal,17\nFiji,18\nTonga,5\n", file_name="a.csv")
    assert outcome.opened is not None
    said = "“Age”, rows 2, 4: This does not fit. The answer must be: at least 18. The answers are kept"
    assert next(one for one in outcome.opened.notices if "Age" in one).startswith(said)
    assert Answer.objects.filter(question="age").count() == 3


def test_the_command_tells_the_share(tmp_path: Path):
    (tmp_path / "good.xlsx").write_bytes(form(row("text", "a"), row("image", "b")))
    (tmp_path / "bad.xlsx").write_bytes(form(row("rank yn", "a")))
    (tmp_path / "form.xml").write_bytes(b"<h:html xmlns:h='http://www.w3.org/1999/xhtml'><h:head/></h:html>")
    out = io.StringIO()
    call_command("read_xlsforms", str(tmp_path), stdout=out)
    said = out.getvalue()
    assert "accepted  good.xlsx: 1 questions" in said
    assert "    “b” (row 3): “photo” cannot be answered here" in said
    assert "refused   bad.xlsx\n    “a” (row 2): it is of type “rank”" in said
    assert "This is a form in XML" in said
    assert "1 of 3 forms can be asked (33 %)." in said
    with pytest.raises(CommandError, match="no form"):
        call_command("read_xlsforms", str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("rule", "words"),
    [(". >= 18 and . <= 99", "at least 18, at most 99"), (". > -1", "more than -1"), (". < today()", "less than today"),
     (". >= ${age}", ""), ("regex(., 'a')", ""), (". > 1 or . < 0", "")],
)  # fmt: skip
def test_the_usual_constraints_are_said_in_words(rule: str, words: str):
    assert constraint_in_words(parse(rule)) == words


@pytest.mark.shared
@pytest.mark.skipif(not CASES.exists(), reason="the shared folder is not here")
@pytest.mark.parametrize("path", sorted(CASES.glob("x*.xlsx")), ids=lambda path: path.stem)
def test_forms_of_bug_reports_come_back_or_are_refused(path: Path, reference: None):
    if path.stem in REFUSED:
        with pytest.raises((XlsformRefused, FileRefused)):
            read_xlsform(path.read_bytes())
        return
    read = read_xlsform(path.read_bytes())
    assert out_and_back(read) == read.form


def test_nothing_is_shown_raw(survey: Survey):
    read = read_xlsform(form(row("text", "your_name"), row("text", "more", label="What does ${your_name} need?")))
    version = add_version(SurveyFactory(), read.form)
    asked = next(one for one in Questionnaire.objects.whole().get(pk=version.pk).questions if one.code == "more")
    assert asked.label == "What does ${your_name} need?"
    assert {str(asked), asked.heading, asked.words("label")} == {"What does [your name] need?"}
