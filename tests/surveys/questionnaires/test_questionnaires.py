"""Questionnaires: out as XLSForm and back, what cannot be asked, versions, the admin."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pyxform.xls2xform import convert

from directory.models import User
from surveys.importing.applying import import_file
from surveys.models import Question, Questionnaire, Survey
from surveys.questionnaires.bringing_in import bring_in
from surveys.questionnaires.form import Condition, Form, FormOption, FormQuestion, FormSection, add_version, form_of
from surveys.questionnaires.lists import Lists
from surveys.questionnaires.versions import current_version, editable_version
from surveys.questionnaires.xlsform.library import XlsformRefused
from surveys.questionnaires.xlsform.reading import read_xlsform
from surveys.questionnaires.xlsform.writing import write_xlsform
from surveys.reading.source_file import read_sheets
from tests.factories import SurveyFactory
from tests.surveys.importing.conftest import TABLE
from tests.surveys.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
SHARED = Path(__file__).resolve().parents[4] / "shared" / "samples" / "xlsform"
SHIPPED = ("escap-unossc-2018", "unossc-needs-assessment")


def version_of(code: str) -> Questionnaire:
    found = current_version(Survey.objects.get(code=code))
    assert found is not None
    return found


def form_with(**changes: Any) -> Form:
    """A form with a question of each kind, translated, conditional, repeating."""
    role = FormQuestion(
        "role", "multiple", "Does it offer or seek?", feeds="role", is_required=True,
        options=(
            FormOption("offering", "Offers", "provider\nboth", {"fr": {"label": "Offre"}}),
            FormOption("seeking", "Seeks"),
        ),
        translations={"fr": {"label": "Offre-t-il ?", "help": ""}, "ar": {"label": "هل يعرض؟"}},
    )  # fmt: skip
    plain = [
        FormQuestion(
            "one", "single", "One of these", options=(FormOption("a", "A, with comma"), FormOption("b", "B/b"))
        ),
        FormQuestion("areas", "multiple", "Areas", choices_from="areas", allows_other=True, feeds="areas"),
        FormQuestion("text", "text", "Text", help="With help\nin two lines", is_public=False),
        FormQuestion("number", "number", "Number", side="need"),
        FormQuestion("people", "whole", "People"),
        FormQuestion(
            "cost", "money", "Cost", feeds="amount", is_required=True, shown_if=Condition("role", ("offering",))
        ),
        FormQuestion("day", "date", "Day", shown_if=Condition("text")),
    ]
    return Form((
        FormSection("about", "About", questions=(role, *plain)),
        FormSection("need", "Needs", "Each alone", True, Condition("role", ("seeking", "offering")),
                    {"fr": {"label": "Besoins"}},
                    (FormQuestion("need_text", "text", "What?", feeds="text", side="need"),)),
    ))  # fmt: skip


@pytest.mark.parametrize("code", SHIPPED)
def test_the_shipped_ones_convert_without_a_warning_and_come_back_the_same(survey: Survey, code: str):
    version = version_of(code)
    data = write_xlsform(version)
    warnings: list[str] = []
    converted = convert(xlsform=data, warnings=warnings, file_type=".xlsx")
    assert (warnings, converted.warnings) == ([], [])
    read = read_xlsform(data)
    assert (read.form, read.code, list(read.notices)) == (form_of(version), code, [])


def test_every_kind_of_question_comes_back_the_same(survey: Survey):
    edition = Survey.objects.create(code="all-kinds", title="All kinds")
    version = add_version(edition, form_with())
    assert form_of(version).languages == ["ar", "fr"]
    data = write_xlsform(Questionnaire.objects.whole().select_related("survey").get(pk=version.pk))
    warnings: list[str] = []
    convert(xlsform=data, warnings=warnings, file_type=".xlsx")
    assert warnings == []
    assert read_xlsform(data).form == form_of(version)


def test_what_kobo_does_not_bring_back_is_taken_from_the_question_of_the_same_name(survey: Survey):
    version = version_of("escap-unossc-2018")
    sheets = {
        sheet.name: [
            [
                cell
                for column, cell in zip(sheet.rows[0].cells, [*row.cells, *[""] * 20], strict=False)
                if not column.startswith("ssc_")
            ]
            for row in sheet.rows
        ]
        for sheet in read_sheets(write_xlsform(version))
    }  # fmt: skip
    assert read_xlsform(workbook(**sheets), known=form_of(version)).form == form_of(version)


@pytest.mark.parametrize(
    ("rows", "choices", "said"),
    [
        ([["rank x", "order", "In order"]], [["x", "a", "A"]], "“order” (row 2): it is of type “rank”"),
        (
            [["select_one_from_file towns.csv", "town", "Town"]],
            [],
            "“town” (row 2): its choices come from a file",
        ),
        ([["text", "Name With Space", "A"]], [], "'name' value is invalid"),
        ([["select_one x", "q", "Q"]], [], "x"),
        ([["text", "a", "A"], ["text", "a", "B"]], [], "a"),
    ],
)
def test_what_cannot_be_asked_is_named(rows: list[list[str]], choices: list[list[str]], said: str):
    data = workbook(survey=[["type", "name", "label"], *rows], choices=[["list_name", "name", "label"], *choices])
    with pytest.raises(XlsformRefused) as refused:
        read_xlsform(data)
    assert said in str(refused.value)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
@pytest.mark.parametrize(
    "name",
    ["group.xlsx", "specify_other.xlsx", "case_insensitivity.xlsx", "duplicate_columns.xlsx", "xl_date_ambiguous.xlsx"],
)
def test_forms_of_others_are_read_or_refused_with_what_to_do(name: str):
    refused = {"case_insensitivity.xlsx", "duplicate_columns.xlsx", "xl_date_ambiguous.xlsx"}
    data = (SHARED / name).read_bytes()
    if name in refused:
        with pytest.raises(XlsformRefused):
            read_xlsform(data)
    else:
        assert read_xlsform(data).form.questions


def test_a_version_that_was_answered_stays_and_the_next_one_is_made(survey: Survey):
    version = version_of("escap-unossc-2018")
    assert editable_version(survey).pk == version.pk
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    following = editable_version(survey)
    assert (following.number, form_of(following)) == (2, form_of(version))
    same = bring_in(survey=survey, data=write_xlsform(version_of("escap-unossc-2018")), by=None)
    assert (same.is_new, same.version.pk) == (False, following.pk)


def test_the_commands(survey: Survey, tmp_path: Path):
    file = tmp_path / "form.xlsx"
    out = io.StringIO()
    call_command("export_questionnaire", str(file), "--survey", "escap-unossc-2018", stdout=out)
    assert "21 questions" in out.getvalue()
    Survey.objects.create(code="new", title="New")
    call_command("import_questionnaire", str(file), "--survey", "new", stdout=out)
    assert form_of(version_of("new")) == form_of(version_of("escap-unossc-2018"))
    with pytest.raises(CommandError, match="not an XLSForm"):
        call_command("import_questionnaire", str(TABLE), "--survey", "new")
    with pytest.raises(CommandError, match="This is a questionnaire"):
        call_command("import_survey", str(file), "--survey", "new")


def test_the_admin_edits_until_somebody_answers(client: Client, survey: Survey, manager: User, reviewer: User):
    version = version_of("escap-unossc-2018")
    question = Question.objects.get(questionnaire=version, code="policy")
    page = reverse("admin:surveys_question_change", args=[question.pk])
    client.force_login(manager)
    assert 'name="label"' in client.get(page).content.decode()
    form = client.get(reverse("admin:surveys_questionnaire_xlsform", args=[version.pk]))
    assert read_xlsform(form.content).form == form_of(version)
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    assert 'name="label"' not in client.get(page).content.decode()
    overview = reverse("admin:surveys_survey_questionnaire", args=[survey.pk])
    assert "was answered, stays as it is" in client.get(overview).content.decode()
    client.post(reverse("admin:surveys_questionnaire_next", args=[version.pk]))
    assert version_of("escap-unossc-2018").number == 2
    edition = Survey.objects.create(code="new", title="New")
    address = reverse("admin:surveys_survey_questionnaire", args=[edition.pk])
    client.post(address, {"do": "xlsform", "file": SimpleUploadedFile("a.xlsx", form.content)})
    assert form_of(version_of("new")) == form_of(version)
    shown = client.post(address, {"do": "xlsform", "file": SimpleUploadedFile("a.xlsx", b"nonsense")}, follow=True)
    assert "This is not an XLSForm" in shown.content.decode()
    client.force_login(reviewer)
    assert client.post(address, {"do": "empty"}).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "policy"}, "a question of this code already"),
        ({"translations": '["fr"]'}, "Write it as"),
        ({"translations": '{"fr": "Politique"}'}, "Write it as"),
        ({"shown_if_options": '"offering"'}, "Write a list of codes"),
        ({"code": "With Space"}, "Small letters, digits and underscores"),
        ({"choices_from": "areas", "kind": "text"}, "Only a single or multiple choice"),
    ],
)
def test_what_does_not_fit_is_said_in_the_admin(
    client: Client, survey: Survey, manager: User, wrong: dict[str, str], said: str
):
    question = Question.objects.get(questionnaire=version_of("escap-unossc-2018"), code="policy_title")
    client.force_login(manager)
    data = {
        "position": 0, "code": "policy_title", "kind": "text", "label": "Title?", "translations": "{}",
        "shown_if_options": "[]", "options-TOTAL_FORMS": 0, "options-INITIAL_FORMS": 0, **wrong,
    }  # fmt: skip
    shown = client.post(reverse("admin:surveys_question_change", args=[question.pk]), data)
    assert shown.status_code == 200
    assert said in shown.content.decode()


@pytest.mark.parametrize("column", ["children", "choices", "Choices::English (en)"])
def test_no_column_takes_the_place_of_what_the_library_hangs_on_a_question(column: str) -> None:
    survey = [
        ["type", "name", "label", column],
        ["select_one l", "a", "Which?", "x"],
        ["text", "b", "Why?", "${a}"],
        ["integer", "c", "How many?", "{}"],
    ]
    book = workbook(survey=survey, choices=[["list_name", "name", "label"], ["l", "x", "X"]])
    asked = [question for section in read_xlsform(book).form.sections for question in section.questions]
    assert [question.code for question in asked] == ["a", "b", "c"]
    assert [option.code for option in asked[0].options] == ["x"]


def test_an_edition_is_answered_from_the_areas_that_were_in_the_list_on_its_day(reference: None) -> None:
    asked = {
        day: {choice.code for choice in Lists(SurveyFactory(stated_on=day)).named("areas")}
        for day in (dt.date(2018, 6, 27), None)
    }
    assert asked[None] - asked[dt.date(2018, 6, 27)] == {
        "south-south-institutions", "ssc-legal-frameworks", "ssc-coordination", "ssc-project-management", "ssc-skills",
        "ssc-communication",
    }  # fmt: skip
    assert "trade" in asked[dt.date(2018, 6, 27)]
