"""Surveys in a browser: two focal points answer one, a manager brings a file in, everyone reads the results."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from directory.choices import AgencyKind, Role
from directory.models import Agency, User
from surveys.choices import ImportState, ResponseStatus, WindowKind
from surveys.models import CountryWindow, Import, Response, Survey
from tests.browser.steps import follow, violations_of
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

FILE = """Response ID;Your country;Which modalities can you offer?;Priority areas;ODA
1;Nepal;Trainin;Energy;0
2;Fiji;Training, Study visits;Energy, renewables, Trade;1
"""


@pytest.fixture
def asked(portal: str) -> Survey:
    """The needs assessment, open for a month; its results are released."""
    survey = Survey.objects.get(code="unossc-needs-assessment")
    survey.opens_on, survey.is_public = timezone.now().date(), True
    survey.results_released_on = dt.date(2026, 1, 1)
    survey.save()
    return survey


@pytest.fixture
def focal_points(asked: Survey) -> list[User]:
    agency = Agency.objects.create(code="test-khm", name="Test Agency", country_id="KHM", kind=AgencyKind.MINISTRY)
    CountryWindow.objects.create(country_id="KHM", kind=WindowKind.SEVERAL)
    return [
        UserFactory(email=f"{name}@example.org", role=Role.FOCAL_POINT, role__agency=agency, full_name=name.title())
        for name in ("first", "second")
    ]


def opened(new_context: Any, user: User, width: int, *, scripts: bool = True) -> Page:
    size = {"width": width, "height": 900}
    page: Page = new_context(viewport=size, java_script_enabled=scripts, logged_in=user).new_page()
    return page


@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, False)], ids=["360", "without-javascript"])
def test_a_survey_is_answered_by_two_and_read_by_all(
    new_context: Any, asked: Survey, focal_points: list[User], width: int, scripts: bool
) -> None:
    page = opened(new_context, focal_points[0], width, scripts=scripts)
    page.goto("/workspace/")
    page.get_by_role("link", name=str(asked)).click()
    page.get_by_role("button", name="Begin to answer").click()
    page.get_by_role("link", name="Capacity for South-South cooperation").click()
    page.get_by_label("Project management").check()
    page.get_by_role("button", name="Save and go on").click()
    # What was chosen opens its section.
    expect(page.get_by_role("heading", level=1)).to_have_text("Project management")
    if scripts:
        assert violations_of(page) == []
    other = opened(new_context, focal_points[1], width, scripts=scripts)
    other.goto(f"/workspace/surveys/{asked.code}/projects_section/")
    other.get_by_label("Within a year").check()
    other.get_by_label("What exactly is missing").fill("Managers of projects")
    other.get_by_role("button", name="Save and go on").click()
    other.get_by_label("Energy, renewables").check()
    other.get_by_label("Which partners would your country prefer?").fill("Atlantis")
    other.get_by_role("button", name="Save", exact=True).last.click()
    expect(other.get_by_text("Not known as a country or group")).to_be_visible()
    other.get_by_label("Which partners would your country prefer?").fill("Thailand, LDCs")
    other.get_by_role("button", name="Save and go on").click()
    other.get_by_role("link", name="The whole questionnaire, to print").click()
    expect(other.get_by_text("Managers of projects")).to_be_visible()
    other.go_back()
    other.get_by_role("button", name="Send the answers in").click()
    expect(other.get_by_text("Received. Thank you.").first).to_be_visible()
    assert Response.objects.get(survey=asked).status == ResponseStatus.RECEIVED
    visitor = new_context(viewport={"width": width, "height": 900}).new_page()
    visitor.goto(f"/surveys/{asked.code}/")
    expect(visitor.get_by_role("heading", name="Areas of need")).to_be_visible()
    assert violations_of(visitor) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_file_is_corrected_and_brought_in(new_context: Any, asked: Survey, width: int) -> None:
    manager = UserFactory(email="the-manager@example.org", role=Role.MANAGER)
    survey = Survey.objects.get(code="escap-unossc-2018")
    # Files change no answer of a released edition by themselves.
    Survey.objects.filter(pk=survey.pk).update(results_released_on=None)
    page = opened(new_context, manager, width)
    page.goto(f"/admin/surveys/import/add/?survey={survey.pk}")
    page.get_by_label("File").set_input_files(
        {"name": "answers.csv", "mimeType": "text/csv", "buffer": FILE.encode("utf-8-sig")}
    )
    page.get_by_role("button", name="Upload and make a preview").click()
    expect(page.get_by_role("heading", name="Preview: nothing written")).to_be_visible()
    expect(page.get_by_text("Did you mean: Training")).to_be_visible()
    assert violations_of(page) == []
    page.get_by_label("“Trainin” means").select_option(label="Training")
    follow(page, page.get_by_role("button", name="Take these decisions and make the preview anew"))
    # A column of yes and no is given to its question, then to the answer.
    page.get_by_label("ODA", exact=True).select_option(label="Institutions: yes or no to one answer")
    follow(page, page.get_by_role("button", name="Take these columns and make the preview anew"))
    assert violations_of(page) == []
    page.get_by_label("yes or no to (ODA)").select_option(label="None yet")
    follow(page, page.get_by_role("button", name="Take these columns and make the preview anew"))
    page.get_by_role("button", name="Write 2 rows").first.click()
    expect(page.get_by_role("heading", name="Applied")).to_be_visible()
    response = Response.objects.get(survey=survey, country="NPL")
    assert response.answers.get(question="modalities").value == ["training"]
    fiji = Response.objects.get(survey=survey, country="FJI").answers
    assert fiji.get(question="areas").value == ["energy", "trade"]
    assert fiji.get(question="institutions").value == ["none"]
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    assert Import.objects.get(file_name="answers.csv").state == ImportState.UNDONE
