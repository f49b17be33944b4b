"""The page of keys in a browser, without a script too: a key is made, seen once, replaced and revoked."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from directory.models import ApiKey
from tests.browser.steps import NARROWEST, follow, violations_of
from tests.factories import ApiKeyFactory

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [NARROWEST, 1280])
def test_a_key_is_made_shown_once_replaced_and_revoked(live_server, focal_point, manager, new_context, width):
    agency = focal_point.affiliations.get().agency
    soon = timezone.now().date() + dt.timedelta(days=9)
    ApiKeyFactory(agency=agency, name="Left behind", accountable=manager, adopt_by=soon, last_used_on=soon)
    has_javascript = width > NARROWEST
    size = {"width": width, "height": 900}
    page = new_context(viewport=size, java_script_enabled=has_javascript, logged_in=focal_point).new_page()
    page.goto("/workspace/keys/")
    page.get_by_label("Name").fill("Nightly copy of our ministry")
    page.get_by_label("Write the postings of one agency").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    secret = page.get_by_label("Key “Nightly copy of our ministry”").input_value()
    assert re.fullmatch(r"ssc_[0-9a-f]{8}_[0-9a-f]{64}", secret)
    found = {"made": violations_of(page, within="main")} if has_javascript else {}
    wide = [page.evaluate("document.scrollingElement.scrollWidth")] if has_javascript else []

    follow(page, page.get_by_role("link", name="back to the keys"))
    assert secret not in page.content()
    if has_javascript:
        found["keys"] = violations_of(page, within="main")
        wide.append(page.evaluate("document.scrollingElement.scrollWidth"))
    page.get_by_text("Replace “Nightly copy of our ministry”").click()
    page.get_by_role("button", name="Replace it").locator("visible=true").click()
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    follow(page, page.get_by_role("link", name="back to the keys"))
    page.get_by_role("button", name="Answer for “Left behind” from now on").click()
    page.get_by_text("Revoke “Left behind”").click()
    page.get_by_role("button", name="Revoke it").locator("visible=true").click()
    expect(page.get_by_text("the next request with this key is refused")).to_be_visible()
    assert ApiKey.objects.get(revoked_at__isnull=False).accountable == focal_point
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert all(pixels <= width for pixels in wide)
