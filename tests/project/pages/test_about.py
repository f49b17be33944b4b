"""Privacy and terms say what the portal does: each figure is held against the place that decides it."""

import io
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from directory.models import Mail, User
from directory.people import invitations, leaving
from ssc_portal.accounts import known_browser
from ssc_portal.api_docs.description import description
from ssc_portal.guide.about import rate_in_words
from ssc_portal.running import daily
from tests.factories import PASSWORD
from tests.pages import Page
from web.files.exports import disclaimer, xlsx_response

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def words_of(client: Client, address: str) -> str:
    return " ".join(Page(client.get(address)).text.split())


def test_the_figures_are_those_of_the_settings(client: Client, settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE, settings.SESSION_IDLE_SECONDS = 7 * 3600, 33 * 60
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": {"anon": "1/day", "user": "1234/hour"}
    }
    assert "after 33 minutes without use, and after 7 hours at the latest" in words_of(client, "/privacy/")
    assert "answers 1 request a day to an address, 1234 requests an hour to an account" in words_of(client, "/terms/")


def test_the_figures_are_those_of_the_rules(client: Client) -> None:
    said = words_of(client, "/privacy/")
    assert f"{leaving.ERASED_AFTER_YEARS} years later your name, function, address and telephone are erased" in said
    assert f"works for {invitations.VALID_FOR.days} days" in said
    assert f"A request for a new password is deleted after {daily.RESETS_KEPT_FOR.days} days" in said


def test_rates_are_said_in_words() -> None:
    assert rate_in_words("300/min") == "300 requests a minute"
    assert rate_in_words("1/s") == "1 request a second"


def test_what_is_said_of_erasing_is_what_erasing_does(focal_point: User) -> None:
    """Name, function, address, telephone, the mails, second factors and single sign-on go; see `leaving.erase`."""
    User.objects.filter(pk=focal_point.pk).update(full_name="Given Name", job_title="Head", phone="+66 1")
    Mail.objects.create(kind="proposed", key="x", to_address=focal_point.email, to_user=focal_point)
    leaving.erase(focal_point)
    kept = User.objects.get(pk=focal_point.pk)
    assert (kept.job_title, kept.phone, kept.is_active) == ("", "", False)
    assert not {"Given Name", focal_point.email} & {kept.full_name, kept.email}
    assert not Mail.objects.exists()


def test_reading_sets_no_cookie_and_the_log_in_page_one(client: Client, focal_point: User) -> None:
    client.get("/privacy/")
    assert not client.cookies
    client.get("/accounts/login/")
    assert set(client.cookies) == {"csrftoken"}
    client.post("/accounts/login/", {"login": focal_point.email, "password": PASSWORD})
    assert f"a third cookie stays for {known_browser.LASTS.days} days" in words_of(client, "/privacy/")
    # The greeting was one of its own until the page above has said it.
    kept = {name for name, cookie in client.cookies.items() if cookie.value}
    assert kept == {"csrftoken", "sessionid", known_browser.COOKIE}


def test_mails_are_kept_without_their_texts() -> None:
    assert {field.name for field in Mail._meta.get_fields()} == {
        "id", "kind", "key", "to_address", "to_user", "about", "state", "created_at", "due_at", "claimed_at", "sent_at",
        "attempts", "error", "refused_at",
    }  # fmt: skip


def test_the_contact_is_the_operator_s_own(client: Client, settings: Settings) -> None:
    settings.PORTAL_CONTACT = "portal@example.org"
    assert "portal@example.org" in words_of(client, "/privacy/")
    settings.PORTAL_CONTACT = ""
    assert "ask the secretariat" in words_of(client, "/privacy/")
    assert "mailto:" not in client.get("/privacy/").content.decode()


def test_the_disclaimer_is_the_operator_s_own_wherever_it_stands(client: Client, settings: Settings) -> None:
    ours = disclaimer()
    assert ours in words_of(client, "/")
    assert ours in " ".join(description(disclaimer="").split())
    settings.PORTAL_DISCLAIMER = "Cleared by our legal office <on 3 May>."
    assert settings.PORTAL_DISCLAIMER in words_of(client, "/")
    assert ours not in words_of(client, "/")
    assert disclaimer() == settings.PORTAL_DISCLAIMER
    book = xlsx_response(name="offers", header=["Title"], rows=[])
    sheets = load_workbook(io.BytesIO(b"".join(cast("Iterator[bytes]", book.streaming_content)))).worksheets
    said = [cell for sheet in sheets[1:] for row in sheet.iter_rows(values_only=True) for cell in row]
    assert settings.PORTAL_DISCLAIMER in said
    assert settings.PORTAL_DISCLAIMER in description(disclaimer=settings.PORTAL_DISCLAIMER)
    assert ours not in " ".join(description(disclaimer=settings.PORTAL_DISCLAIMER).split())


@pytest.mark.parametrize("address", ["/privacy/", "/terms/"])
def test_no_claim_that_nobody_made(client: Client, address: str) -> None:
    said = words_of(client, address)
    for claim in ("GDPR", "certified", "ISO ", "encrypted", "guarantee", "liability", "jurisdiction", "we "):
        assert not re.search(rf"\b{claim}", said), claim


def test_the_database_is_not_asked(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/privacy/")
        client.get("/terms/")
