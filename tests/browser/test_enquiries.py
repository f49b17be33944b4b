"""A side begins, in a browser: asked from a posting through the log-in, passed on, answered, and the first page."""

import re

import pytest
from playwright.sync_api import expect

from directory.choices import Role
from directory.models import Agency
from surveys.choices import WindowKind
from surveys.models import CountryWindow, Offer
from tests.browser.steps import follow, log_in
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def test_from_the_posting_to_the_answer(portal, story):
    agency = Agency.objects.create(code="test-khm", name="Test Agency of Cambodia", country_id="KHM")
    ministry = Agency.objects.create(code="test-khm-mfa", name="Test Ministry", kind="ministry", country_id="KHM")
    CountryWindow.objects.update_or_create(country_id="KHM", defaults={"kind": WindowKind.SINGLE})
    seeker = UserFactory(email="seeker@example.org", role=Role.FOCAL_POINT, role__agency=agency)
    coordinator = UserFactory(email="window@example.org", role=Role.COORDINATOR, role__agency=ministry)
    reviewer = UserFactory(email="the-reviewer@example.org", role=Role.REVIEWER)
    offer = Offer.objects.public().exclude(country="KHM").order_by("pk").first()

    page = story.window()
    page.goto(offer.get_absolute_url())
    story.looks_right(page)
    follow(page, page.get_by_role("link", name="Log in to ask about this"))
    log_in(page, seeker.email)
    page.get_by_label("What would you like the secretariat to know?").fill("Could two engineers take part?")
    story.looks_right(page)
    page.get_by_role("button", name="Ask the secretariat").click()
    expect(page.get_by_role("main")).to_contain_text("Sent to your coordinator")
    story.looks_right(page)

    # The coordinator finds it on the first page, and passes it on.
    country = story.window(coordinator)
    country.goto("/workspace/")
    story.looks_right(country)
    follow(country, country.get_by_role("link", name="Enquiry to pass on"))
    story.looks_right(country)
    country.get_by_role("button", name="Pass on the enquiry of Test Agency of Cambodia", exact=True).click()
    expect(country.get_by_role("main")).to_contain_text("Passed on to the secretariat.")

    desk = story.window(reviewer)
    desk.goto("/admin/")
    follow(desk, desk.get_by_role("link", name=re.compile("1 enquiry about a posting")))
    expect(desk.locator("#result_list")).to_be_visible()
    story.looks_right(desk, within="#content")
    follow(desk, desk.get_by_role("link", name=re.compile(f"Offer {offer.pk}")))
    expect(desk.get_by_role("textbox", name="Answer")).to_be_visible()
    story.looks_right(desk, within="#content")
    desk.get_by_role("textbox", name="Answer").fill("Yes: post a need first.")
    desk.get_by_role("button", name="Send the answer").click()
    expect(desk.locator(".messagelist")).to_contain_text("The answer is sent.")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Yes: post a need first.")
    page.goto("/workspace/")
    story.looks_right(page)
