"""The main job, end to end: a reviewer releases a computed fit, and everyone sees it."""

import re

import pytest
from playwright.sync_api import expect

from matching.models import Match, MatchEvent
from tests.browser.steps import log_in
from tests.factories import confirmed

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]


def test_a_reviewer_releases_a_fit_and_a_visitor_sees_it(portal, reviewer, new_context):
    visitor = new_context().new_page()
    visitor.goto("/matches/")
    expect(visitor.get_by_role("main")).to_contain_text("No match has been released yet")

    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/admin/matching/match/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=(%2F|/)admin"))
    log_in(page, reviewer.email)
    expect(page).to_have_url(re.compile(r"/admin/matching/match/$"))
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(23)

    best = confirmed(Match.objects.all()[0])
    page.get_by_role("link", name=f"Review {best}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{best.need.party} ↔ {best.offer.party}")
    page.get_by_label("Note", exact=True).fill("Both sides asked for it in Bangkok.")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Released").first).to_be_visible()

    event = MatchEvent.objects.get()
    assert (event.match, event.by, event.note) == (best, reviewer, "Both sides asked for it in Bangkok.")

    visitor.goto("/matches/")
    visitor.locator(f"main a[href='/matches/{best.public_id}/']").first.click()
    expect(visitor).to_have_url(re.compile(rf"/matches/{best.public_id}/$"))
    expect(visitor.get_by_role("main")).to_contain_text("no commitment of either side", ignore_case=True)
    expect(visitor.locator("body")).not_to_contain_text("Bangkok")
    assert visitor.context.cookies() == []


def test_out_is_out(portal, reviewer, new_context):
    page = new_context().new_page()
    page.goto("/accounts/login/")
    log_in(page, reviewer.email)
    page.get_by_role("button", name="Log out").first.click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/accounts/login/"))


def test_a_wrong_password_is_refused_in_words(portal, reviewer, new_context):
    page = new_context().new_page()
    page.goto("/accounts/login/?next=https://elsewhere.example.org/")
    page.get_by_label("Email", exact=True).fill(reviewer.email)
    page.get_by_label("Password", exact=True).fill("not that one")
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("not correct")
    log_in(page, reviewer.email)
    expect(page).to_have_url(f"{portal}/admin/")
