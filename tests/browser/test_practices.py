"""A practice in a browser: written, reviewed, read by everyone, found beside a need, asked about and answered."""

import re

import pytest
from playwright.sync_api import expect

from directory.choices import Role
from directory.models import Agency
from practices.choices import QuestionState
from practices.models import Practice, PracticeQuestion
from surveys.models import Need
from tests.browser.steps import follow, log_in
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.any_database]

TITLE = "A flood warning that reaches the last house"


def test_from_the_form_to_the_answer(portal, story):
    agency = Agency.objects.get(code="tha-tica")
    author = UserFactory(email="author@example.org", role=Role.FOCAL_POINT, role__agency=agency)
    seeker = UserFactory(
        email="seeker@example.org",
        role=Role.FOCAL_POINT,
        role__agency=Agency.objects.create(code="test-khm", name="Test Agency of Cambodia", country_id="KHM"),
    )
    reviewer = UserFactory(email="the-reviewer@example.org", role=Role.REVIEWER)
    need = Need.objects.public().filter(areas="disaster-risk-reduction").exclude(country="THA").first()

    # Written: what is lacking is said, a country is added by its name, then it is sent in.
    page = story.window(author)
    page.goto("/workspace/practices/new/")
    story.looks_right(page)
    page.get_by_label("Title (needed)").fill(TITLE)
    page.get_by_label("What was done, and how (needed)").fill("Each village names three people.")
    page.get_by_role("button", name="Save and send in").click()
    expect(page.locator("#faults")).to_contain_text("Choose at least one priority area.")
    story.looks_right(page)
    page.get_by_label("Disaster risk reduction").check()
    page.get_by_label("Training").check()
    page.get_by_label("Add a country").fill("Siam")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".chips.chosen")).to_contain_text("Thailand")
    page.get_by_role("button", name="Save and send in").click()
    expect(page.get_by_role("main")).to_contain_text("Sent to the secretariat")
    story.looks_right(page)

    # Reviewed: not public before.
    visitor = story.window()
    visitor.goto("/practices/")
    expect(visitor.get_by_role("main")).to_contain_text("No practice has been published yet.")
    story.looks_right(visitor)
    desk = story.window(reviewer)
    desk.goto("/admin/practices/practice/")
    follow(desk, desk.get_by_role("link", name=TITLE))
    story.looks_right(desk, within="#content")
    desk.get_by_role("button", name="Publish").click()
    expect(desk.locator(".messagelist")).to_contain_text("Published")

    # Found beside a need, in the list and by the search.
    visitor.goto(need.get_absolute_url())
    expect(visitor.get_by_role("main")).to_contain_text("Practices that could help")
    story.looks_right(visitor)
    visitor.goto("/search/?q=flood+warnings")
    follow(visitor, visitor.get_by_role("link", name=TITLE))
    expect(visitor.get_by_role("heading", level=1)).to_have_text(TITLE)
    story.looks_right(visitor)
    visitor.goto("/practices/?area=disaster-risk-reduction")
    expect(visitor.get_by_role("link", name=TITLE)).to_be_visible()
    story.looks_right(visitor)

    # Asked about, by who logs in first; and answered.
    follow(visitor, visitor.get_by_role("link", name=TITLE))
    follow(visitor, visitor.get_by_role("link", name="Log in to ask about this"))
    log_in(visitor, seeker.email)
    visitor.get_by_label("What would you like to know?").fill("How many people does it take?")
    story.looks_right(visitor)
    visitor.get_by_role("button", name="Send the question").click()
    expect(visitor.get_by_role("main")).to_contain_text("Sent to the secretariat.")
    story.looks_right(visitor)
    question = PracticeQuestion.objects.get(practice=Practice.objects.get())
    desk.goto("/admin/")
    follow(desk, desk.get_by_role("link", name=re.compile("1 question about a practice")))
    follow(desk, desk.get_by_role("link", name=TITLE))
    story.looks_right(desk, within="#content")
    desk.get_by_role("textbox", name="Answer").fill("Three in each village.")
    desk.get_by_role("button", name="Send the answer").click()
    expect(desk.locator(".messagelist")).to_contain_text("The answer is sent.")
    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text("Three in each village.")
    question.refresh_from_db()
    assert question.state == QuestionState.ANSWERED
