"""KoboToolbox and ODK as they come: answers twice, labels with spaces, repetitions side by side and on sheets."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from surveys.importing.applying import ImportOutcome, import_file
from surveys.models import Response, Survey
from surveys.questionnaires.form import Form, FormOption, FormQuestion, FormSection, add_version
from tests.surveys.importing.test_samples import archive
from tests.surveys.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
END = ",_uuid,_submission_time"
THINGS = (
    FormOption("training", "Training, on site", "", {"fr": {"label": "Formation, sur place"}}),
    FormOption("visits", "Study visits", "", {"fr": {"label": "Visites d'étude"}}),
    FormOption("food_water", "Food, water", "", {"fr": {"label": "Vivres, eau"}}),
    FormOption("food", "Food", "", {"fr": {"label": "Vivres"}}),
    FormOption("solar", "Energy (solar)"),
    FormOption("wind", "Energy (wind)"),
    FormOption("farm", "Farm"),
    FormOption("schools", "Field schools"),
    FormOption("farm_field", "Farm Field"),
    FormOption("plain_schools", "Schools"),
)


@pytest.fixture
def edition(survey: Survey) -> Survey:
    """An edition of its own, with a question of many labels, and two sections that repeat."""
    edition = Survey.objects.create(code="things", title="Things", stated_on=dt.date(2026, 6, 1))
    about = (
        FormQuestion("country", "single", "Country", choices_from="countries", feeds="country"),
        FormQuestion("things", "multiple", "Things offered", options=THINGS, allows_other=True,
                     translations={"fr": {"label": "Offres"}}),
        FormQuestion("areas", "multiple", "Priority areas", choices_from="areas", feeds="areas"),
    )  # fmt: skip
    need = (
        FormQuestion("need_area", "multiple", "Areas of the need", choices_from="areas", feeds="areas", side="need"),
        FormQuestion("need_text", "text", "Remarks", feeds="text", side="need"),
    )
    visit = (FormQuestion("visit_place", "text", "Place", side="need"),)
    add_version(
        edition,
        Form(
            (
                FormSection("about", "About", questions=about),
                FormSection("need", "Needs", repeats=True, questions=need),
                FormSection("visit", "Visits", repeats=True, questions=visit),
            )
        ),
    )
    return edition


def bring_in(edition: Survey, data: bytes | str, **options: Any) -> ImportOutcome:
    data = data if isinstance(data, bytes) else data.encode()
    return import_file(survey=edition, data=data, file_name="answers", **options)


def answers() -> dict[tuple[str, int], Any]:
    found = Response.objects.get().answers.exclude(question="country")
    return {(one.question, one.repeat): one.value for one in found}


def things(edition: Survey, heading: str, cells: str, **options: Any) -> Any:
    """What is read for "things" of a file with these columns and cells besides country and number."""
    outcome = bring_in(edition, f"Country,{heading}{END}\nNepal,{cells},u1,2026-11-20T03:12:09\n", **options)
    assert not outcome.errors, outcome.errors
    return answers()["things", 0]


SPLIT = (
    '"Things offered/Training, on site",Things offered/Study visits,"Things offered/Food, water",Things offered/Food'
)


@pytest.mark.parametrize(
    ("heading", "cells", "expected"),
    [
        (f"Things offered,{SPLIT}", "Study visits Food,0,1,0,1", ["visits", "food"]),
        (f"Things offered,{SPLIT}", '"Training, on site Food, water",1,0,1,0', ["training", "food_water"]),
        (f"Things offered,{SPLIT}", '"Food, water",0,0,1,0', ["food_water"]),
        ("Things offered", '"Training, on site Food, water"', ["training", "food_water"]),
        # In another language, behind groups, behind other marks between them.
        ("À propos/Offres", '"Vivres, eau Visites d\'étude"', ["food_water", "visits"]),
        ("À propos/Offres/Vivres,À propos/Offres/Visites d'étude", "1,0", ["food"]),
        ("a > b > things,a > b > things/visits,a > b > things/food", "food visits,1,1", ["food", "visits"]),
        ("a:things,a:things/visits", "visits,1", ["visits"]),
        ("a-b/things/visits,a-b/things/food", "0,1", ["food"]),
        # One label within another: the 0/1 columns tell which is meant.
        ("things,things/farm,things/schools,things/farm_field,things/plain_schools", "Farm Field schools,1,1,0,0",
         ["farm", "schools"]),
        ("things,things/farm,things/schools,things/farm_field,things/plain_schools", "Farm Field schools,0,0,1,1",
         ["farm_field", "plain_schools"]),
        # Brackets tell options apart.
        ("Things offered/Energy (solar),Things offered/Energy (wind)", "0,1", ["wind"]),
    ],
)  # fmt: skip
def test_several_answers_in_one_column_and_in_one_each(edition: Survey, heading: str, cells: str, expected: list[str]):
    assert things(edition, heading, cells) == expected


@pytest.mark.parametrize(
    ("heading", "cells", "said"),
    [
        (f"Things offered,{SPLIT}", "Study visits Food,0,1,0,0", "Does not agree with the column “Things offered”"),
        ("Things offered", "Farm Field schools", "This can be read as"),
        ("Things offered", '"Training, on site Foood"', "“Foood” is not known"),
    ],
)
def test_what_two_columns_say_differently_or_one_says_twice_is_asked(
    edition: Survey, heading: str, cells: str, said: str
):
    outcome = bring_in(edition, f"Country,{heading}{END}\nNepal,{cells},u1,2026-11-20T03:12:09\n", dry_run=True)
    assert [error.message[: len(said)] for error in outcome.errors] == [said]


@pytest.mark.parametrize("text", ["Specify other.", "Other: please specify", "About/Autre (à préciser)"])
def test_the_text_of_other_is_taken_for_the_question_before_it(edition: Survey, text: str):
    # What stands behind a question that is not asked here is of that question.
    heading = f"Things offered,{text},Colour,{text},Priority areas"
    bring_in(edition, f"Country,{heading}{END}\nNepal,Food Other,Boats,Other,Grey,Trade,u1,2026-11-20T03:12:09\n")
    answer = Response.objects.get().answers.get(question="things")
    assert (answer.value, answer.other) == (["food", "other"], "Boats")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("What for?,What for? ", {"first_text": "A", "second_text": "B"}),
        ("Second/What for?,First/What for?", {"first_text": "B", "second_text": "A"}),
        ("second_text,What for?", {"first_text": "B", "second_text": "A"}),
    ],
)
def test_two_questions_of_one_label_are_told_apart(survey: Survey, heading: str, expected: dict[str, str]):
    edition = Survey.objects.create(code="twins", title="Twins", stated_on=dt.date(2026, 6, 1))
    country = FormQuestion("country", "single", "Country", choices_from="countries", feeds="country")
    sections = [
        FormSection(code, code.title(), questions=(FormQuestion(f"{code}_text", "text", "What for?"),))
        for code in ("first", "second")
    ]
    add_version(edition, Form((FormSection("about", "About", questions=(country,)), *sections)))
    bring_in(edition, f"Country,{heading}{END}\nNepal,A,B,u1,2026-11-20T03:12:09\n")
    assert {code: value for (code, _repeat), value in answers().items()} == expected


def test_columns_of_the_tool_answer_nothing(edition: Survey):
    heading = "Country,_version_,_version__001,__version__,_geolocation,_area_latitude,_uuid,_submission_time"
    outcome = bring_in(edition, f"{heading}\nNepal,v1,v2,v3,1 2,27.7,u1,2026-11-20T03:12:09\n")
    assert outcome.opened is not None
    assert [column.goes for column in outcome.opened.columns[1:6]] == [*["ignore"] * 4, "keep"]


REPEATED = {("need_area", 0): ["ict"], ("need_text", 0): "Data", ("need_text", 1): "Floods"}


@pytest.mark.parametrize(
    ("heading", "cells", "second"),
    [
        ("need[1]/need_area,need[1]/need_text,need[2]/need_area,need[2]/need_text", "ICT,Data,Trade,Floods", ["trade"]),
        ("a/need[1]/need_area,a/need[1]/need_text,a/need[2]/need_text,a/need[2]/need_area/trade", "ict,Data,Floods,1",
         ["trade"]),
        ("Needs[1]/Priority areas,Needs[1]/Remarks,Needs[2]/Priority areas,Needs[2]/Remarks", "ICT,Data,Trade,Floods",
         ["trade"]),
        ("a[1]/need[1]/need_area,a[1]/need[1]/need_text,a[2]/need[1]/need_area,a[2]/need[1]/need_text",
         "ICT,Data,Trade,Floods", ["trade"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", [END, ""])
def test_repetitions_side_by_side(edition: Survey, heading: str, cells: str, second: list[str], end: str):
    bring_in(edition, f"Country,{heading}{end}\nNepal,{cells}{',u1,2026-11-20T03:12:09' if end else ''}\n")
    assert answers() == REPEATED | {("need_area", 1): second}


def test_repetitions_of_what_is_asked_once_are_kept_and_named(edition: Survey):
    data = f"Country,areas,other[1]/things,other[2]/things{END}\nNepal,Trade,Food,Farm,u1,2026-11-20T03:12:09\n"
    outcome = bring_in(edition, data, columns={"other[1]/things": "question:things"})
    assert outcome.opened is not None
    assert answers() == {("areas", 0): ["trade"]}
    assert any("takes one answer" in notice and "“other[1]/things”" in notice for notice in outcome.opened.notices)
    assert Response.objects.get().as_printed["other[2]/things"] == "Farm"


MAIN: list[list[Any]] = [["Country", "Priority areas", "_id", "_uuid", "_index", "_submission_time"],
        ["Nepal", "ICT", 1, "u1", 1, "2026-11-20T03:12:09"]]  # fmt: skip


def repeat_sheet(heading: list[str], *rows: list[str]) -> list[list[Any]]:
    linked = [[*row, number, "main", 1] for number, row in enumerate(rows, start=1)]
    return [[*heading, "_index", "_parent_table_name", "_parent_index"], *linked]


NEEDS = repeat_sheet(["Priority areas", "Remarks"], ["Gender", "x"], ["ICT", "y"])


def test_a_sheet_that_repeats_answers_for_its_own_section(edition: Survey):
    outcome = bring_in(edition, workbook(main=MAIN, need=NEEDS))
    assert outcome.counts["added"] == 1
    assert answers() == {
        ("areas", 0): ["ict"],
        ("need_area", 0): ["gender"], ("need_text", 0): "x",
        ("need_area", 1): ["ict"], ("need_text", 1): "y",
    }  # fmt: skip


def test_a_choice_for_a_heading_holds_for_its_own_sheet(edition: Survey):
    columns = {"need\npriority areas": "question:areas", "priority areas": "question:areas"}
    outcome = bring_in(edition, workbook(main=MAIN, need=NEEDS), columns=columns)
    assert outcome.opened is not None
    assert answers() == {("areas", 0): ["ict"], ("need_text", 0): "x", ("need_text", 1): "y"}
    assert any("need: “Priority areas”" in notice for notice in outcome.opened.notices)


def test_main_sheet_and_repeat_sheet_do_not_answer_one_question(edition: Survey):
    columns = {"priority areas": "question:need_area", "need\npriority areas": "question:need_area"}
    outcome = bring_in(edition, workbook(main=MAIN, need=NEEDS), columns=columns)
    assert outcome.opened is not None
    assert {key: value for key, value in answers().items() if key[0] == "need_area"} == {
        ("need_area", 0): ["gender"], ("need_area", 1): ["ict"],
    }  # fmt: skip
    assert any("“Priority areas”" in notice for notice in outcome.opened.notices)


def test_two_sheets_of_one_section_go_on_counting(edition: Survey):
    second = repeat_sheet(["need_area", "need_text"], ["trade", "z"])
    columns = {f"more\n{code}": f"question:{code}" for code in ("need_area", "need_text")}
    bring_in(edition, workbook(main=MAIN, need=NEEDS, more=second), columns=columns)
    texts = {key[1]: value for key, value in answers().items() if key[0] == "need_text"}
    assert texts == {0: "x", 1: "y", 2: "z"}


def test_a_sheet_of_which_nothing_is_read_is_named(edition: Survey):
    outcome = bring_in(edition, workbook(main=MAIN, staff=repeat_sheet(["Name"], ["A"])), dry_run=True)
    assert outcome.opened is not None
    assert any("Of the sheet “staff” nothing is read" in notice for notice in outcome.opened.notices)


def test_repetitions_within_repetitions_are_not_taken_for_rows_of_others(edition: Survey):
    main = [*MAIN, ["Fiji", "Trade", 2, "u2", 2, "2026-11-20T03:12:09"]]
    visit: list[list[Any]] = [["Place", "_index", "_parent_table_name", "_parent_index"], ["Suva", 1, "need", 2]]
    outcome = bring_in(edition, workbook(main=main, visit=visit, need=NEEDS))
    assert not Response.objects.get(country="FJI").answers.filter(question="visit_place").exists()
    assert outcome.opened is not None
    assert any("“visit” repeats within another" in notice for notice in outcome.opened.notices)
    assert Response.objects.get(country="NPL").answers.filter(question="need_text").count() == 2


def test_repetitions_within_repetitions_of_odk_are_named(edition: Survey):
    data = archive(
        form="SubmissionDate,country,KEY\n2026-01-01T00:00:00.000Z,NPL,uuid:1\n",
        form__need="need_area,PARENT_KEY,KEY\nict,uuid:1,uuid:1/need[1]\n",
        form__need__visit="visit_place,PARENT_KEY,KEY\nSuva,uuid:1/need[1],uuid:1/need[1]/visit[1]\n",
    )
    outcome = bring_in(edition, data)
    assert outcome.opened is not None
    assert answers() == {("need_area", 0): ["ict"]}
    assert any("“form-need-visit” repeats within another" in notice for notice in outcome.opened.notices)


def test_a_column_of_yes_and_no_is_mapped_to_an_option_by_hand(edition: Survey):
    data = f"Country,A,B,Things/Food{END}\nNepal,1,0,1,u1,2026-11-20T03:12:09\n"
    columns = {
        "a": "question:things:option=wind",
        "b": "question:things:option=",
        "things/food": "question:things:option=",
    }
    outcome = bring_in(edition, data, columns=columns)
    assert answers() == {("things", 0): ["wind", "food"]}
    assert outcome.opened is not None
    (notice,) = outcome.opened.notices
    assert notice.endswith("until then they are only kept: “B”.")


def test_an_option_that_the_question_does_not_have_is_no_place_for_a_column(edition: Survey):
    outcome = bring_in(edition, f"Country,A{END}\nNepal,1,u1,2026-11-20\n", columns={"a": "question:things:option=x"})
    assert outcome.opened is not None
    assert outcome.opened.columns[1].goes == "keep"
    assert not outcome.opened.known.goes_to("question:things:option=x")


def test_the_command_takes_an_option_too(edition: Survey, tmp_path: Path):
    file = tmp_path / "answers.csv"
    file.write_text(f"Country,A=B{END}\nNepal,1,u1,2026-11-20T03:12:09\n")
    call_command(
        "import_survey", str(file), survey=edition.code, column=["A=B=things:option=wind"], stdout=io.StringIO()
    )
    assert answers() == {("things", 0): ["wind"]}
