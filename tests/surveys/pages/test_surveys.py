"""Pages of surveys: the table as printed, with what the portal read into it."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from surveys.choices import PlaceKind
from surveys.models import Answer, Question, Questionnaire, Reading, Response, Section, Survey
from tests.factories import CountryFactory, ResponseFactory, SurveyFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey_2018(reference: None) -> str:
    """The 2018 survey, imported as the demo does; its address."""
    call_command("load_surveys", verbosity=0)
    call_command("import_survey", "surveys/data/survey_2018_table1.csv", survey="escap-unossc-2018", verbosity=0)
    return "/surveys/escap-unossc-2018/"


@pytest.mark.any_database
def test_the_2018_table_stands_as_printed(client: Client, survey_2018: str) -> None:
    text = " ".join(Page(client.get(f"{survey_2018}{page}")).text for page in ("table-1/", "table-2/"))
    assert "informal, non-exhaustive working document" in text
    for printed in (
        "Bhutan, Maldives, Fiji Nepal, Kenya, Cambodia, Uganda, Italy",
        "Support received from: n/a",
        "1,549,800.00",
        "Belt and Road Initiative",
        "Total annual contribution (last 5 yrs in US$)",
        "Türkiye (printed: Turkey)",
        "(c) Limited measurement",
    ):
        assert printed in text, printed
    for typo in ("Other neighbouring regional countries", "Korea"):
        assert f"{typo} as printed; not used in the comparison" in text
    assert "compiled from public sources" in text
    first = Page(client.get(survey_2018)).text
    assert "7 responses of countries" in first
    assert "3 rows from public sources" in first
    assert "Compiled from public sources: China ; India ; Türkiye" in first


def test_every_page_counts_the_same_responses(client: Client, survey_2018: str) -> None:
    listed = Page(client.get("/surveys/")).text
    assert "7 responses and 3 rows from public sources" in listed
    assert "10 responses" not in listed


@pytest.mark.any_database
def test_the_page_of_the_needs_assessment_says_what_the_paper_does(client: Client, survey_2018: str) -> None:
    text = Page(client.get("/surveys/unossc-needs-assessment/")).text
    for said in ("five areas", "communication skills and technology", "some 80 countries", "response rate was 25 %"):
        assert said in text
    assert "0 responses" not in text


def test_a_survey_that_is_not_public_is_not_shown(client: Client) -> None:
    SurveyFactory(code="hidden", title="Hidden survey", is_public=False)
    SurveyFactory(code="shown", title="Shown survey")
    assert Page(client.get("/surveys/")).titles("h2") == ["Shown survey"]
    assert client.get("/surveys/hidden/").status_code == 404


def edition(code: str, *, released: bool) -> Survey:
    """An edition that asks for modalities, publicly, and for an e-mail address."""
    survey = SurveyFactory(code=code, results_released_on=dt.date(2020, 1, 1) if released else None)
    version = Questionnaire.objects.create(survey=survey)
    section = Section.objects.create(questionnaire=version, code="about", label="About")
    Question.objects.create(section=section, code="what", label="By what?", feeds="modalities")
    Question.objects.create(section=section, code="email", label="E-mail?", feeds="contact", is_public=False)
    return survey


def answered(survey: Survey, what: str, **more: Any) -> Response:
    response = ResponseFactory(survey=survey, **more)
    Answer.objects.create(response=response, question="what", value=what, as_given=what)
    Answer.objects.create(response=response, question="email", value="someone@ministry.example")
    return response


@pytest.mark.any_database
def test_rows_of_a_survey_that_is_not_released_are_not_shown(client: Client) -> None:
    answered(edition("waiting", released=False), "Training of officials")
    assert "Training of officials" not in client.get("/surveys/waiting/").content.decode()


@pytest.mark.any_database
def test_only_public_questions_are_shown(client: Client) -> None:
    answered(edition("open", released=True), "Training", as_printed={"Your e-mail": "other@ministry.example"})
    pages = [client.get(f"/surveys/open/{page}").content.decode() for page in ("", "table-1/", "answers/")]
    text = " ".join(pages)
    assert "Training" in text
    assert "ministry.example" not in text


def test_survey_pages_run_as_many_queries_with_200_rows(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    survey = edition("some", released=True)
    country = CountryFactory(iso3="KHM")
    for number in (10, 190):
        for one in range(number):
            response = answered(survey, "Training", country=country, key=f"{number}-{one}")
            Reading.objects.create(response=response, kind=PlaceKind.COUNTRY, country=country, as_printed="Cambodia")
        client.get("/surveys/some/")
        with django_assert_num_queries(14):
            client.get("/surveys/some/")
        with django_assert_num_queries(1):  # surveys, with their responses counted
            client.get("/surveys/")
