"""The match queue in a browser: how few clicks and keys a reviewer needs, on a telephone too, and what axe says."""

import re

import pytest
from playwright.sync_api import expect

from matching.choices import MatchStatus
from matching.models import Match, MatchEvent
from tests.browser.steps import log_in, resize, violations_of

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

QUEUE = "/admin/matching/match/"
ONE_MATCH = re.compile(rf"{QUEUE}\d+/change/")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_suggestion_is_three_clicks_away_and_each_next_one(portal, reviewer, new_context, width):
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto("/accounts/login/?next=/admin/")
    log_in(page, reviewer.email)  # the first click
    page.get_by_role("link", name=re.compile("suggestions to review")).click()
    page.locator("#result_list").get_by_role("link", name=re.compile("^Review ")).first.click()
    expect(page).to_have_url(ONE_MATCH)
    page.get_by_label("Then go to the next match of the list").check()
    for done in (1, 2, 3):
        before = page.url
        page.get_by_role("button", name="Set aside").click()
        expect(page).not_to_have_url(before)
        expect(page).to_have_url(ONE_MATCH)
        assert Match.objects.filter(status=MatchStatus.SET_ASIDE).count() == done


def test_many_are_set_aside_with_the_keyboard_alone(portal, reviewer, new_context):
    page = new_context(viewport={"width": 1280, "height": 900}, logged_in=reviewer).new_page()
    page.goto(QUEUE)
    ticks = page.locator('input[name="chosen"]')
    ticks.nth(1).press("Space")
    ticks.nth(3).press("Shift+Space")
    assert [ticks.nth(place).is_checked() for place in range(5)] == [False, True, True, True, False]
    page.get_by_label("With those ticked:").select_option("set_aside")
    page.get_by_role("button", name="Go").press("Enter")
    expect(page.get_by_text("3 matches are selected.")).to_be_visible()
    page.get_by_role("button", name="Set aside").press("Enter")
    expect(page.get_by_text("Done for 3 matches.")).to_be_visible()
    assert MatchEvent.objects.count() == 3


def test_axe_finds_nothing_and_nothing_is_cut_off(portal, reviewer, new_context):
    page = new_context(logged_in=reviewer).new_page()
    found = {}
    for query in ("", "?status=all&need_country=KHM&ordering=score", "?nonsense=1", "?q=nothing+at+all+found"):
        page.goto(f"{QUEUE}{query}")
        for width in (360, 1280):
            resize(page, width)
            too_wide = page.evaluate("document.scrollingElement.scrollWidth") - width
            if faults := violations_of(page, within="#content") + ([f"{too_wide} too wide"] if too_wide > 0 else []):
                found[width, query] = faults
    assert found == {}
