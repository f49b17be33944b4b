"""Results: Tables 1 and 2 of 2018 from the imported data, counts by group, response rate, what changed since."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from directory.models import Agency
from surveys.importing.applying import import_file
from surveys.models import Reading, Survey, SurveyRequest
from surveys.questionnaires.asked import Asked
from surveys.questionnaires.versions import copy_from
from surveys.results.changes import changes_between
from surveys.results.counts import question_counts
from surveys.results.rate import day_of, groups_on, response_rates
from surveys.results.table1 import responses_for_table1, table1
from surveys.results.table2 import table2
from tests.pages import Page
from tests.surveys.importing.conftest import SHARED, TABLE, as_csv, table_rows

pytestmark = pytest.mark.django_db
PRINTED = (
    "country_as_printed", "modalities", "priority_areas_as_printed", "regions_countries_as_printed",
    "contribution_as_printed",
)  # fmt: skip


@pytest.fixture
def imported(survey: Survey) -> Survey:
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    return survey


def rebuilt(survey: Survey) -> list[list[str]]:
    """The rows with the country as printed, out of "Türkiye (printed: Turkey)"."""
    table = table1(survey, Asked.of(survey), responses_for_table1(survey))
    return [[re.sub(r".*\(printed: (.*)\)$", r"\1", row.country), *row.cells] for row in table.rows]


def add_rows(survey: Survey, rows: list[dict[str, str]]) -> None:
    """Bring rows into an edition as before its results were released."""
    survey.results_released_on = None
    import_file(survey=survey, data=as_csv(rows), file_name="more.csv")


@pytest.mark.any_database
def test_table_1_equals_the_printed_one_cell_by_cell(imported: Survey):
    assert rebuilt(imported) == [[row[column] for column in PRINTED] for row in table_rows()]


@pytest.mark.any_database
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
def test_table_1_equals_the_one_that_was_handed_over(imported: Survey):
    with (SHARED / "survey_2018_table1.csv").open(encoding="utf-8", newline="") as lines:
        assert rebuilt(imported) == [[row[column] for column in PRINTED] for row in csv.DictReader(lines)]


@pytest.mark.any_database
def test_table_1_from_what_was_read_alone_differs_only_where_the_list_says_so(imported: Survey):
    asked = Asked.of(imported)
    for response in responses_for_table1(imported):
        (row,) = table1(imported, asked, [response]).rows
        listed = {(one.column, one.printed) for one in row.departures}
        given = {answer.question: answer for answer in response.answers.all()}
        for code, cell in zip(("modalities", "areas"), row.cells, strict=False):
            labels = [asked.questions[code].choices[chosen] for chosen in given[code].codes]
            entries = cell.split("; ")
            assert len(labels) == len(entries)
            for label, entry in zip(labels, entries, strict=True):
                assert label == entry or (asked.questions[code].heading, entry) in listed


@pytest.mark.any_database
def test_the_typos_and_gaps_of_the_source_are_listed(imported: Survey):
    table = table1(imported, Asked.of(imported), responses_for_table1(imported))
    listed = {(row.response.country_id, one.column, one.printed) for row in table.rows for one in row.departures}
    assert ("LAO", "Regions and countries", "Korea") in listed
    assert ("VNM", "Regions and countries", "LLCDs") in listed
    assert ("THA", "Priority areas", "Sustainable agriculture/ food security") in listed
    assert ("BGD", "Total annual contribution (last 5 yrs in US$)", "n/a") in listed


@pytest.mark.any_database
def test_what_we_noted_of_a_row_is_not_in_its_table(imported: Survey):
    noted = set(imported.responses.exclude(note="").values_list("note", flat=True))
    noted |= set(Reading.objects.exclude(note="").values_list("note", flat=True))
    assert len(noted) > 10
    table = table1(imported, Asked.of(imported), responses_for_table1(imported))
    said = " ".join(table.as_table(imported).notes)
    assert [note for note in noted if note in said] == []


@pytest.mark.any_database
def test_table_1_has_the_paper_s_headings_and_names_a_country_as_it_is_named_today(imported: Survey):
    table = table1(imported, Asked.of(imported), responses_for_table1(imported)).as_table(imported)
    assert table.headings[-1] == "Total annual contribution (last 5 yrs in US$)"
    named = [row[0] for row in table.rows]
    assert {"Türkiye (printed: Turkey)", "Viet Nam (printed: Vietnam)", "China ⁹", "Thailand"} <= set(named)


@pytest.mark.any_database
def test_table_2_has_its_marks(imported: Survey):
    labels = [row[1] for row in table2(imported, Asked.of(imported)).as_table(imported).rows]
    marked = [str(label)[:4] for label in labels if str(label).startswith("(")]
    assert marked == ["(a) ", "(b) ", "(c) ", "(d) "]
    assert "– National legal framework" in labels


@pytest.mark.any_database
def test_table_2_of_2018_names_no_country_and_counts_nothing(imported: Survey):
    table = table2(imported, Asked.of(imported))
    assert [row.challenge.code for row in table.rows][:3] == ["P-A", "P-A1", "P-A2"]
    assert len(table.rows) == 19
    assert {row.count for row in table.rows} == {None}
    assert "nothing is counted" in table.says


def test_table_2_of_an_edition_answered_here_is_counted(imported: Survey):
    rows = [
        {"country": "Nepal", "challenges_provider": "Insufficient funding; National legal framework"},
        {"country": "Fiji", "challenges_provider": "P-D"},
    ]
    add_rows(imported, rows)
    counts = {row.challenge.code: row.count for row in table2(imported, Asked.of(imported)).rows}
    assert (counts["P-D"], counts["P-A1"], counts["P-A2"]) == (2, 1, 0)


def test_answers_are_counted_by_group_without_compiled_rows(imported: Survey):
    groups = groups_on(day_of(imported))
    counts = {one.code: one for one in question_counts(imported, Asked.of(imported), groups)}
    modalities = {choice.code: choice for choice in counts["modalities"].choices}
    by_hand = [row for row in table_rows() if row["data_source"] == "survey"]
    # What stays as printed is in no chart.
    assert not {"belt-and-road", "security"} & {choice.code for choice in counts["areas"].choices}
    assert counts["modalities"].answered == len(by_hand) == 7
    assert modalities["training"].count == sum("Training" in row["modalities"] for row in by_hand)
    ldc = list(groups).index("LDC")
    assert modalities["training"].by_group[ldc] == sum(
        "Training" in row["modalities"] for row in by_hand if row["iso3"] in ("BGD", "KHM", "LAO")
    )


@pytest.mark.any_database
def test_support_received_is_counted_as_no_priority(imported: Survey):
    counts = {one.code: one for one in question_counts(imported, Asked.of(imported), {})}
    named = {choice.code for choice in counts["countries"].choices if choice.count}
    assert {"M49_AFRICA", "LDC", "DZA", "KHM"} <= named
    assert named.isdisjoint({"JPN", "AUS", "NZL", "FRA", "USA", "GBR", "DEU", "RUS", "MEX", "PER"})


@pytest.mark.any_database
def test_who_names_nothing_but_support_received_states_no_priority(imported: Survey):
    rows = [{"country": "Nepal", "countries": "Support received from: Japan"}]
    before = {one.code: one for one in question_counts(imported, Asked.of(imported), {})}["countries"].answered
    add_rows(imported, rows)
    counts = {one.code: one for one in question_counts(imported, Asked.of(imported), {})}["countries"]
    assert counts.answered == before
    table = table1(imported, Asked.of(imported), responses_for_table1(imported))
    (nepal,) = [row for row in table.rows if row.country == "Nepal"]
    assert "Support received from: Japan" in nepal.cells


@pytest.mark.any_database
def test_table_1_says_of_an_own_question_on_support_that_it_was_received(imported: Survey):
    rows = [{"country": "Nepal", "countries": "Fiji", "support_received_from": "Japan"}]
    add_rows(imported, rows)
    table = table1(imported, Asked.of(imported), responses_for_table1(imported))
    (nepal,) = [row for row in table.rows if row.country == "Nepal"]
    assert "Fiji; Support received from: Japan" in nepal.cells


def test_the_rate_counts_who_was_asked_and_no_compiled_row(imported: Survey):
    groups = groups_on(day_of(imported))
    for agency in Agency.objects.filter(country__in=("THA", "BGD", "CHN")):
        SurveyRequest.objects.create(survey=imported, agency=agency)
    rates = {one.label: one for one in response_rates(imported, groups, "All")}
    asked = SurveyRequest.objects.count()
    chinese = SurveyRequest.objects.filter(agency__country="CHN").count()
    assert chinese
    assert (rates["All"].asked, rates["All"].answered) == (asked, asked - chinese)
    assert (rates["LDC"].asked, rates["LDC"].percent) == (1, 100)


def test_what_changed_between_two_editions(imported: Survey):
    later = Survey.objects.create(
        code="later",
        title="Later",
        is_public=True,
        stated_on=dt.date(2026, 1, 1),
        results_released_on=dt.date(2026, 2, 1),
    )
    copy_from(imported, to=later)
    rows = [row | {"modalities": "Training; Financial"} if row["iso3"] == "VNM" else row for row in table_rows()[1:]]
    import_file(survey=later, data=as_csv(rows), file_name="later.csv")
    found = {one.country.pk: one for one in changes_between(imported, later)}
    assert found["BGD"].only_in == "before"
    assert found["THA"].changes == []
    (change,) = found["VNM"].changes
    assert (change.question, change.came) == ("Modalities", "")
    assert change.went == "Experts/knowledge; Advisory services; Study visits"


def test_the_page_and_its_files(client: Client, imported: Survey):
    page = Page(client.get("/surveys/escap-unossc-2018/"))
    tables = ["/surveys/escap-unossc-2018/table-1/", "/surveys/escap-unossc-2018/table-2/"]
    assert [link for link in page.links if link in tables] == tables
    headings = [Page(client.get(table)).titles("h1") for table in tables]
    assert headings == [["Table 1: who cooperates how, in what, with whom"], ["Table 2: challenges"]]
    assert "Not known: the source does not say how many were asked." in page.text
    answer: Any = client.get("/surveys/escap-unossc-2018/table-1.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [row["modalities"] for row in table_rows()]
    answer = client.get("/surveys/escap-unossc-2018/table-2.xlsx")
    sheet, notes = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets
    assert "express no opinion" not in str(sheet["A1"].value)
    assert "express no opinion" in str(notes["A2"].value)
    found = client.get("/surveys/escap-unossc-2018/table-2.json").json()
    assert sheet.max_row == 1 + len(found["rows"]) > 15
    assert [row[0] for row in notes.iter_rows(min_row=3, values_only=True)] == found["notes"]
    found = client.get("/surveys/escap-unossc-2018/table-1.json").json()
    assert [row[0] for row in found["rows"]][:2] == ["Bangladesh", "Cambodia"]
    document = Document(io.BytesIO(client.get("/surveys/escap-unossc-2018/table-1.docx").content))
    assert document.tables[0].rows[8].cells[0].text == "Türkiye (printed: Turkey)"
    assert client.get("/surveys/escap-unossc-2018/areas.csv").status_code == 200
    for wrong in ("email.csv", "country.csv", "table-3.csv", "table-1.exe"):
        assert client.get(f"/surveys/escap-unossc-2018/{wrong}").status_code == 404


@pytest.mark.any_database
def test_results_are_shown_once_released(client: Client, imported: Survey):
    Survey.objects.filter(pk=imported.pk).update(results_released_on=None)
    page = Page(client.get("/surveys/escap-unossc-2018/"))
    assert "Its results have not been released here." in page.text
    assert "Belt and Road" not in page.text
    assert client.get("/surveys/escap-unossc-2018/table-1.csv").status_code == 404
    assert client.get("/surveys/escap-unossc-2018/areas.svg").status_code == 404
    for page_of_results in ("since/escap-unossc-2018", "table-1", "table-2", "answers"):
        assert client.get(f"/surveys/escap-unossc-2018/{page_of_results}/").status_code == 404


@pytest.mark.any_database
@pytest.mark.parametrize(("page", "queries"), [("", 30), ("table-1/", 16), ("table-2/", 15), ("answers/", 24)])
def test_a_results_page_takes_as_many_queries_with_ten_rows_as_with_two_hundred(
    client: Client, imported: Survey, django_assert_num_queries: Any, page: str, queries: int
):
    address = f"/surveys/escap-unossc-2018/{page}"
    client.get(address)
    with django_assert_num_queries(queries):
        client.get(address)
    rows = [
        {
            "Response ID": str(number),
            "country": "Fiji",
            "modalities": "Training",
            "areas": "Trade",
            "countries": "Nepal",
        }
        for number in range(190)
    ]
    add_rows(imported, rows)
    client.get(address)
    with django_assert_num_queries(queries):
        client.get(address)
