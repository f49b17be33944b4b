"""Pages of surveys: the table as printed, with what the portal read into it."""

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from surveys.choices import PlaceKind
from surveys.models import Reading
from tests.factories import CountryFactory, ResponseFactory, SurveyFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey_2018(reference: None) -> str:
    """The 2018 survey, imported as the demo does; its address."""
    call_command("load_surveys", verbosity=0)
    call_command("import_survey", "surveys/data/survey_2018_table1.csv", survey="escap-unossc-2018", verbosity=0)
    return "/surveys/escap-unossc-2018/"


def test_the_2018_table_stands_as_printed(client: Client, survey_2018: str) -> None:
    text = Page(client.get(survey_2018)).text
    assert "informal, non-exhaustive working document" in text
    for printed in (
        "Bhutan, Maldives, Fiji Nepal, Kenya, Cambodia, Uganda, Italy",
        "Support received from: n/a",
        "1,549,800.00",
        "Belt and Road Initiative",
        "unit and period unclear",
    ):
        assert printed in text, printed
    assert "“Other neighbouring regional countries” not resolved" in text
    assert "“Korea” not resolved" in text
    assert "compiled from public sources" in text
    assert "7 responses" in text
    assert "3 rows from public sources" in text


def test_a_survey_that_is_not_public_is_not_shown(client: Client) -> None:
    SurveyFactory(code="hidden", title="Hidden survey", is_public=False)
    SurveyFactory(code="shown", title="Shown survey")
    assert Page(client.get("/surveys/")).titles("h2") == ["Shown survey"]
    assert client.get("/surveys/hidden/").status_code == 404


def test_rows_of_a_survey_whose_postings_wait_are_not_shown(client: Client) -> None:
    survey = SurveyFactory(code="waiting", publishes_on_import=False)
    ResponseFactory(survey=survey, as_printed={"modalities": "Training of officials"})
    assert "Training of officials" not in client.get("/surveys/waiting/").content.decode()


def test_only_columns_that_the_paper_prints_are_shown(client: Client) -> None:
    survey = SurveyFactory(code="open", publishes_on_import=True)
    ResponseFactory(survey=survey, as_printed={"modalities": "Training", "Your e-mail": "someone@ministry.example"})
    text = client.get("/surveys/open/").content.decode()
    assert "Training" in text
    assert "someone@" not in text


def test_survey_pages_run_as_many_queries_with_200_rows(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    survey = SurveyFactory(code="some", publishes_on_import=True)
    country = CountryFactory(iso3="KHM")
    for number in (10, 190):
        for one in range(number):
            response = ResponseFactory(survey=survey, country=country, key=f"{number}-{one}")
            Reading.objects.create(response=response, kind=PlaceKind.COUNTRY, country=country, as_printed="Cambodia")
        with django_assert_num_queries(4):  # survey, responses, readings, counts by kind
            client.get("/surveys/some/")
        with django_assert_num_queries(1):  # surveys, with their responses counted
            client.get("/surveys/")
