"""Numbers of a file: the column decides, else the file's habits, else a person is asked, and the preview says it."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import Workbook

from surveys.importing import jobs
from surveys.importing.applying import ImportOutcome, import_file
from surveys.models import Import, ImportRow, Question, Response, Section, Survey
from surveys.questionnaires.versions import current_version

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def counting(survey: Survey) -> Survey:
    """The 2018 edition with more questions: experts and days (counted), share (a number), cost (money)."""
    version = current_version(survey)
    assert version is not None
    section = Section.objects.filter(questionnaire=version).first()
    assert section is not None
    asked = (("experts", "number", "places"), ("days", "whole", ""), ("share", "number", ""), ("cost", "money", ""))
    for code, kind, feeds in asked:
        Question.objects.create(
            section=section, code=code, label=code.capitalize(), kind=kind, feeds=feeds, position=90
        )
    return survey


def preview(survey: Survey, text: str | bytes, **options: Any) -> ImportOutcome:
    data = text.encode() if isinstance(text, str) else text
    return import_file(survey=survey, data=data, file_name="answers", dry_run=True, **options)


def values(outcome: ImportOutcome, question: str) -> list[Any]:
    found = []
    for row in outcome.rows:
        given = {one.question: one.value for one in row.row.answers.given} if row.row and row.row.answers else {}
        value = given.get(question)
        found.append(value["amount"] if isinstance(value, dict) else value)
    return found


def test_points_between_thousands_beside_semicolons(counting: Survey):
    outcome = preview(
        counting,
        "country;experts;cost\nNepal;2.000;250.000\nFiji;1.500;10.500\nBhutan;1.234;1.234,50\nTonga;12.000.000;3.000.000\n",
    )
    assert not outcome.errors
    assert values(outcome, "experts") == ["2000", "1500", "1234", "12000000"]
    assert values(outcome, "cost") == ["250000.00", "10500.00", "1234.50", "3000000.00"]
    assert outcome.opened is not None
    assert any("“Experts” are read with a comma before decimals" in notice for notice in outcome.opened.notices)
    assert outcome.rows[0].row is not None
    assert outcome.rows[0].row.numbers == [("experts", "2.000", "2000"), ("cost", "250.000", "250000.00 USD")]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # Semicolons tell of thousands …
        ("country;share\nNepal;2.000\nFiji;3\n", ["2000", "3"]),
        # … and a cell that can be read in one way outweighs them, wherever in the file it stands.
        ("country;share\nNepal;2.000\nFiji;12.5\n", ["2", "12.5"]),
        ("country,share\nNepal,2.000\n" + "Fiji,\n" + 'Samoa,"1.234,5"\n', ["2000", None, "1234.5"]),
        ('country,share\nNepal,"1,375"\n', ["1375"]),
        ('country,share\nNepal,"1,00,000"\nFiji,"2,000"\n', ["100000", "2000"]),
        ("country\tshare\nNepal\t1'234\nFiji\t−1 234,5\n", ["1234", "-1234.5"]),
        ("country,share\nNepal,۱۲۳۴\nFiji,١٬٢٣٤٫٥\n", ["1234", "1234.5"]),
        ("pays\tshare\tDate de fin de la coopération envisagée\nNépal\t2.000\t\n", ["2000"]),
    ],
)
def test_the_column_decides_then_the_file(counting: Survey, text: str, read: list[str | None]):
    outcome = preview(counting, text)
    assert not outcome.errors
    assert values(outcome, "share") == read


@pytest.mark.parametrize(
    "text",
    [
        "country,share\nNepal,2.000\nFiji,3\n",
        # Semicolons do not tell that somebody writes exactly three decimals.
        'country;share\nNepal;"1,375"\n',
    ],
)
def test_where_nothing_decides_the_row_is_asked(counting: Survey, text: str):
    outcome = preview(counting, text)
    (error,) = outcome.errors
    assert (error.row, error.column, error.question) == (2, "share", "share")
    assert "nothing tells which" in error.message
    assert "for the column" in error.message
    assert not outcome.opened.notices  # type: ignore[union-attr]


def test_a_column_that_writes_in_both_ways_is_asked_with_its_cells(counting: Survey):
    text = 'country,share\nNepal,2.000\nFiji,"1.234,5"\nSamoa,"1,234.5"\n'
    outcome = preview(counting, text)
    (error,) = outcome.errors
    assert "row 4 “1,234.5”; row 3 “1.234,5”" in error.message
    assert values(outcome, "share")[1:] == ["1234.5", "1234.5"]
    assert outcome.opened is not None
    assert outcome.opened.notices == [
        "The numbers of “Share” are written in both ways (row 3 “1.234,5”; row 4 “1,234.5”): each is read as it stands."
    ]
    decided = preview(counting, text, decisions={"share": {"decimal_mark": ","}})
    assert values(decided, "share") == ["2000", "1234.5", "1234.5"]


def test_what_a_workbook_holds_as_a_number_is_one(counting: Survey):
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["country", "share"], ["Nepal", 1.234], ["Fiji", 1234], ["Samoa", "2.000"], ["Tonga", "1.234,5"]):
        page.append(row)
    page["B3"].number_format = "#,##0"
    written = io.BytesIO()
    book.save(written)
    outcome = preview(counting, written.getvalue())
    assert not outcome.errors
    assert values(outcome, "share") == ["1.234", "1234", "2000", "1234.5"]


@pytest.mark.parametrize("question", ["experts", "days"])
def test_what_is_counted_is_whole(counting: Survey, question: str):
    outcome = preview(counting, f"country,{question}\nNepal,1.25\n")
    (error,) = outcome.errors
    assert error.message == "1.25 is not a whole number: write it without decimals."


def test_currencies_stand_at_the_amount_or_beside_it(counting: Survey):
    text = "country;cost;cost_currency\nNepal;US$ 10.500;\nFiji;10.500 FJD;FJD\nSamoa;$ 500;WST\nTonga;€ 5;USD\n"
    outcome = preview(counting, text)
    costs = [one.value for row in outcome.rows[:3] for one in row.row.answers.given if one.question == "cost"]  # type: ignore[union-attr]
    assert [(one["amount"], one["currency"]) for one in costs] == [
        ("10500.00", "USD"), ("10500.00", "FJD"), ("500.00", "WST"),
    ]  # fmt: skip
    assert [(error.row, error.column) for error in outcome.errors] == [(5, "cost")]


def test_a_repeated_file_with_another_mark_is_a_change(counting: Survey):
    import_file(survey=counting, data=b"country;share\nNepal;1375\n", file_name="a")
    outcome = import_file(survey=counting, data=b"country;share\nNepal;13,75\n", file_name="b")
    assert outcome.counts["changed"] == 1
    assert Response.objects.get(country="NPL").answers.get(question="share").value == "13.75"


def test_what_could_be_two_numbers_is_listed_as_a_change(counting: Survey):
    import_file(survey=counting, data=b"country;share\nNepal;2\n", file_name="a")
    (row, *_missing) = preview(counting, "country;share\nNepal;2.000\n").rows
    assert [(change.before, change.after) for change in row.changes] == [("2", "2.000")]


def test_the_terminal_answers_for_the_column(counting: Survey, tmp_path: Path):
    file = tmp_path / "answers.csv"
    file.write_text("country,share\nNepal,2.000\n")

    def run(*options: str) -> str:
        out = io.StringIO()
        call_command("import_survey", str(file), "--survey", counting.code, "--dry-run", *options, stdout=out)
        return out.getvalue()

    with pytest.raises(CommandError, match="would be refused"):
        run()
    assert "share: “2.000” = 2000" in run("--decimals", "share=comma")
    with pytest.raises(CommandError, match=r"Questions are: .*share"):
        run("--decimals", "country=comma")


def test_the_page_asks_for_the_column_and_forgets_it_with_the_file(client, manager, counting: Survey, run_jobs):
    client.force_login(manager)
    made = jobs.upload(survey=counting, file_name="a.csv", data=b"country,share\nNepal,2.000\nFiji,3.000\n", by=manager)
    run_jobs(made)
    address = reverse("admin:surveys_import_change", args=[made.pk])
    shown = client.get(address).content.decode()
    assert shown.count("In the whole column") == 2
    assert "a comma stands before decimals: 2.000 is two thousand" in shown
    # It stands at every row; who chooses at the first leaves the others as they are.
    client.post(
        reverse("admin:surveys_import_columns", args=[made.pk]),
        {"decide:share:decimal_mark": [",", ""], "decide:x": "y"},
    )
    run_jobs(made)
    assert ImportRow.objects.filter(file_import=made, result="added").count() == 2
    shown = client.get(address).content.decode()
    assert "is read as <bdi>2000</bdi>" in " ".join(shown.split())
    assert "as you chose" in shown
    # What was chosen can be chosen anew.
    assert shown.count("In the whole column") == 1
    client.post(reverse("admin:surveys_import_apply", args=[made.pk]), {"rows": "all"})
    run_jobs(made)
    assert Response.objects.get(country="NPL").answers.get(question="share").value == "2000"
    again = jobs.upload(survey=counting, file_name="b.csv", data=b"country,share\nSamoa,2.000\n", by=manager)
    run_jobs(again)
    assert ImportRow.objects.get(file_import=again, key="WSM").result == "in_error"


@pytest.fixture
def run_jobs():
    """Do what an import waits for."""

    def run(file_import: Import) -> None:
        jobs.run(Import.objects.get(pk=file_import.pk))

    return run
