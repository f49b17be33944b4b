"""Findings in pictures: their numbers are those of the tables; no country is in a picture; nothing that nobody said."""

import re
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from surveys.importing.applying import import_file
from surveys.models import Survey
from surveys.questionnaires.asked import Asked
from surveys.results.counts import question_counts
from surveys.results.findings import Finding, findings
from surveys.results.rate import day_of, groups_on
from tests.pages import Page
from tests.surveys.importing.conftest import TABLE, as_csv, table_rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ADDRESS = "/surveys/escap-unossc-2018/"


@pytest.fixture
def imported(survey: Survey) -> Survey:
    import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    return survey


def found_in(survey: Survey) -> dict[str, Finding]:
    asked = Asked.of(survey)
    return {
        one.question.code: one for one in findings(asked, question_counts(survey, asked, groups_on(day_of(survey))))
    }


def test_a_bar_is_the_number_of_rows_of_the_paper_that_name_its_answer(imported: Survey):
    answered = [row for row in table_rows() if row["data_source"] == "survey"]
    picture = found_in(imported)["modalities"].picture
    assert {bar.label: bar.parts[0] for bar in picture.bars} == {
        bar.label: sum(bar.label in row["modalities"].split("; ") for row in answered) for bar in picture.bars
    }
    assert picture.full == len(answered) == 7
    totals = [bar.total for bar in picture.bars]
    assert totals == sorted(totals, reverse=True)


def test_the_short_picture_and_its_table_have_every_answer_once(imported: Survey):
    for finding in found_in(imported).values():
        counted = {choice.label: choice.count for choice in finding.question.choices}
        for picture in (finding.in_short, finding.picture):
            assert {bar.label: bar.total for bar in picture.rows} == counted
            assert len(picture.rows) == len(counted)
        assert finding.left_out == sum(bar.total > 0 for bar in finding.in_short.further)


def test_no_country_is_in_a_picture_and_regions_stand_in_the_order_of_their_list(imported: Survey):
    finding = found_in(imported)["countries"]
    labels = [bar.label for bar in finding.picture.bars]
    assert {"Africa", "Asia and the Pacific", "Least developed countries"} <= set(labels)
    countries = {"Cambodia", "Bangladesh", "Fiji", "Iraq", "Italy"}
    assert countries.isdisjoint(labels)
    # They are in the table, which has them in alphabetical order.
    assert countries <= {bar.label for bar in finding.picture.further}
    listed = [choice.label for choice in finding.question.choices]
    assert labels == [label for label in listed if label in labels]
    assert finding.said == ""
    # A list that others made for another end heads nothing.
    assert not [label for label in labels if "ragile" in label or "Islamic" in label]


def test_what_most_named_is_said_with_how_many_answered(imported: Survey):
    found = found_in(imported)
    assert found["areas"].said == (
        "Named by 7 of 7: Environment and climate change, Sustainable agriculture/food security."
    )
    assert found["areas"].of_how_many == "7 responses answer it."


def test_where_all_answers_are_named_alike_nothing_is_said_of_the_most(imported: Survey):
    rows = [{"country": "Nepal", "role": "offering"}, {"country": "Fiji", "role": "seeking"}]
    imported.results_released_on = None
    import_file(survey=imported, data=as_csv(rows), file_name="more.csv")
    assert found_in(imported)["role"].said == ""


def test_the_page_shows_each_finding_with_its_picture_and_its_table(client: Client, imported: Survey):
    page = Page(client.get(ADDRESS))
    assert page.titles("h3")[:3] == ["Modalities", "Priority areas", "Regions and groups of countries"]
    shown = [one for one in page.attributes_of("svg") if one.get("role") == "img"]
    assert [one["aria-labelledby"] for one in shown] == [
        f"answers-{code}-title answers-{code}-description" for code in ("modalities", "areas", "countries")
    ]
    assert "Named by 6 of 7: Experts/knowledge, Training, Advisory services, Technology transfer." in page.text
    counts = {choice.label: choice.count for choice in found_in(imported)["modalities"].question.choices}
    tables = re.findall(r"<table class=\"bar-table\">.*?</table>", page.source, re.DOTALL)
    rows = re.findall(r'<th scope="row" dir="auto">(.*?)</th>\s*<td class="number">\s*(\d+)\s*</td>', tables[0])
    assert {label: int(number) for label, number in rows} == counts
    assert len(tables) == 3


def test_every_question_is_drawn_beside_its_table_by_group(client: Client, imported: Survey):
    page = Page(client.get(f"{ADDRESS}answers/"))
    assert page.titles("h2") == ["Modalities", "Priority areas", "Regions and countries"]
    assert len([one for one in page.attributes_of("svg") if one.get("role") == "img"]) == 3


def test_a_picture_as_a_file_says_whose_it_is_and_of_how_many(client: Client, imported: Survey):
    response: Any = client.get(f"{ADDRESS}areas.svg")
    assert response["Content-Type"] == "image/svg+xml"
    drawn: Any = fromstring(response.content.decode())
    said = " ".join(" ".join(drawn.itertext()).split())
    for part in (
        "ESCAP/UNOSSC survey on South-South cooperation",
        "7 responses answer it.",
        "Rows compiled from public sources are not counted.",
        "informal, non-exhaustive working document",
    ):
        assert part in said, part
    groups = {one.get("class"): one for one in drawn.iter() if one.get("class") in ("labels", "numbers")}
    counts = [bar.number for bar in found_in(imported)["areas"].picture.bars]
    assert [one.text for one in groups["numbers"]] == counts
    for wrong in ("table-1.svg", "table-2.svg", "email.svg", "nothing.svg"):
        assert client.get(f"{ADDRESS}{wrong}").status_code == 404


def test_an_edition_without_results_names_what_its_source_names(client: Client, imported: Survey):
    page = Page(client.get("/surveys/unossc-needs-assessment/"))
    assert "What its source names" in page.titles("h2")
    assert "(v) communication skills and technology" in page.text
    assert not [one for one in page.attributes_of("svg") if one.get("role") == "img"]
