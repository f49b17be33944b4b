"""Accounts in a browser: a passkey from beginning to end, and the pages for a new address and a lost factor."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import expect

from directory.choices import Role
from directory.models import Mail
from tests.browser.steps import NARROWEST, log_in, resize, violations_of
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]

A_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_a_key(page):
    """Give the browser a key of its own making."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})


def log_out(page):
    page.get_by_role("button", name="Log out").first.click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()


def test_a_passkey_is_added_logs_in_and_confirms(live_server, new_context):
    manager = UserFactory(email="key@example.org", role=Role.MANAGER, role__second_factor=False)
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    with_a_key(page)
    page.goto("/accounts/login/")
    log_in(page, manager.email)
    expect(page).to_have_url(re.compile(r"/accounts/2fa/$"))
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).to_have_url(re.compile(r"/accounts/2fa/recovery-codes/$"))
    assert set(Authenticator.objects.values_list("user", "type")) == {
        (manager.pk, "webauthn"),
        (manager.pk, "recovery_codes"),
    }
    assert page.goto("/admin/directory/user/").status == 200, "who set it up has shown it"

    log_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))

    page.goto(reverse("workspace:address"))
    expect(page).to_have_url(re.compile("/accounts/2fa/reauthenticate/"))
    page.get_by_role("main").get_by_role("link", name=re.compile("key")).click()
    page.get_by_role("button", name="Use a security key").click()
    expect(page).to_have_url(re.compile(r"/workspace/profile/address/$"))
    page.get_by_label("New e-mail address").fill("new@example.org")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("A mail is on its way to new@example.org")).to_be_visible()
    assert sorted(Mail.objects.values_list("kind", flat=True)) == ["address_asked", "address_to_confirm"]


def test_the_pages_of_an_account_break_no_rule(live_server, focal_point, manager, new_context):
    theirs = new_context(logged_in=focal_point).new_page()
    desk = new_context(logged_in=manager).new_page()
    colleague = UserFactory(email="colleague@example.org", role=Role.MANAGER)
    found = {}
    for page, path in (
        (theirs, "/workspace/profile/"),
        (theirs, reverse("workspace:address")),
        (theirs, "/workspace/address/no-token/"),
        (desk, reverse("admin:directory_user_second_factor", args=[colleague.pk])),
        (desk, reverse("admin:directory_user_second_factor", args=[manager.pk])),
    ):
        page.goto(path)
        assert page.url.endswith(path), "who is not logged in is sent elsewhere"
        for width in (NARROWEST, 1280):
            resize(page, width)
            if faults := violations_of(page, within="main" if page is theirs else "#content"):
                found[path, width] = faults
            # The head of Django's admin is wider than that by itself.
            if page is theirs and (wide := page.evaluate("document.scrollingElement.scrollWidth")) > width:
                found[path, width, "in pixels"] = wide
    assert found == {}
