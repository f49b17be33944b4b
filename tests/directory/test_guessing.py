"""Who guesses passwords is slowed, by account, whatever the way; whom the account knows is let in meanwhile."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.core.cache import cache
from django.test import Client

from directory.models import Mail, User
from ssc_portal.accounts.known_browser import COOKIE
from tests.factories import PASSWORD, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WRONG = "not the password at all"
LOG_IN = "/accounts/login/"
BUDGET = 5


def try_once(client: Client, email: str, password: str = WRONG, **more: Any) -> bool:
    """Try to log in; return whether it was let in."""
    client.post(LOG_IN, {"login": email, "password": password}, **more)
    return "_auth_user_id" in client.session


def guess(email: str, *, times: int = BUDGET) -> None:
    """Guess from as many addresses as times."""
    for number in range(times):
        assert not try_once(Client(REMOTE_ADDR=f"203.0.113.{number}"), email)


@pytest.fixture
def known(focal_point: User) -> Client:
    """The browser of the focal point, who has logged in from it, and out again."""
    client = Client(REMOTE_ADDR="192.0.2.7")
    assert try_once(client, focal_point.email, PASSWORD)
    client.post("/accounts/logout/")
    return client


def test_strangers_are_stopped_and_the_owner_is_not(known, focal_point):
    guess(focal_point.email)
    assert not try_once(Client(REMOTE_ADDR="198.51.100.1"), focal_point.email, PASSWORD), "even with the right one"
    assert try_once(known, focal_point.email, PASSWORD)


def test_the_known_browser_has_a_budget_and_no_more(known, focal_point):
    for _time in range(BUDGET):
        assert not try_once(known, focal_point.email)
    assert not try_once(known, focal_point.email, PASSWORD)
    assert try_once(Client(REMOTE_ADDR="198.51.100.1"), focal_point.email, PASSWORD), "nor does it lock others out"


@pytest.mark.parametrize(
    ("other", "more"),
    [
        ("FOCAL-POINT@example.org", {}),
        ("  focal-point@example.org ", {}),
        ("focal-point@example.org", {"HTTP_HOST": "localhost"}),
        ("focal-point@example.org", {"HTTP_X_FORWARDED_FOR": "198.51.100.9"}),
    ],
)
def test_another_way_of_writing_is_no_other_budget(focal_point, other, more):
    guess(focal_point.email)
    assert not try_once(Client(REMOTE_ADDR="198.51.100.1"), other, PASSWORD, **more)


def test_a_browser_is_known_to_the_accounts_that_logged_in_from_it_alone(known, focal_point, other_focal_point):
    guess(other_focal_point.email)
    assert not try_once(known, other_focal_point.email, PASSWORD)


def test_people_who_share_a_browser_are_both_known(known, focal_point, other_focal_point):
    assert try_once(known, other_focal_point.email, PASSWORD)
    known.post("/accounts/logout/")
    for person in (focal_point, other_focal_point):
        guess(person.email)
        assert try_once(known, person.email, PASSWORD)
        known.post("/accounts/logout/")


@pytest.mark.parametrize("how", ["unsigned", "other_salt", "garbage"])
def test_a_forged_cookie_is_a_stranger_s(focal_point, how):
    forged = Client(REMOTE_ADDR="198.51.100.1")
    said = {str(focal_point.pk): "mine"}
    forged.cookies[COOKIE] = {
        "unsigned": signing.dumps(said, key="another key", salt=COOKIE),
        "other_salt": signing.dumps(said, salt="elsewhere"),
        "garbage": "\x7f:::",
    }[how]
    guess(focal_point.email)
    assert not try_once(forged, focal_point.email, PASSWORD)


def test_addresses_with_and_without_an_account_look_the_same(known, focal_point):
    """By a stranger's browser, and by one that is known to somebody: the words, the status, the cookies."""
    there = UserFactory(email="somebody@example.org")
    for browser in (Client(), known):
        browser.get(LOG_IN)  # what was to be said of the log-in before is said
        cache.clear()
        answers = {}
        for email in ("nobody@example.org", there.email):
            answers[email] = [
                (answer.status_code, Page(answer).text, sorted(answer.cookies))
                for answer in (
                    browser.post(LOG_IN, {"login": email, "password": WRONG}, REMOTE_ADDR=f"203.0.113.{number}")
                    for number in range(BUDGET + 2)
                )
            ]
        unknown, with_account = answers.values()
        assert unknown == with_account
        assert "Too many" in unknown[-1][1]
        assert "Too many" not in unknown[BUDGET - 1][1]


def test_who_is_logged_in_confirms_while_strangers_guess(known, focal_point):
    try_once(known, focal_point.email, PASSWORD)
    guess(focal_point.email)
    assert known.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    for _time in range(BUDGET):
        known.post("/accounts/reauthenticate/", {"password": WRONG})
    assert "Too many" in Page(known.post("/accounts/reauthenticate/", {"password": PASSWORD})).text


def test_the_cookie_is_set_at_a_log_in_and_never_for_readers(client, focal_point, settings):
    settings.SESSION_COOKIE_SECURE = True
    for path in ("/", "/offers/", LOG_IN, "/api/v1/"):
        assert COOKIE not in client.get(path).cookies
    assert COOKIE not in client.post(LOG_IN, {"login": focal_point.email, "password": WRONG}).cookies
    cookie = client.post(LOG_IN, {"login": focal_point.email, "password": PASSWORD}).cookies[COOKIE]
    kept = {name: cookie[name] for name in ("httponly", "secure", "samesite", "path", "max-age")}
    assert kept == {"httponly": True, "secure": True, "samesite": "Lax", "path": "/accounts/", "max-age": 180 * 86_400}
    assert focal_point.email not in cookie.value


def test_the_limits_are_the_documented_ones():
    assert django_settings.ACCOUNT_RATE_LIMITS["login_failed"] == "10/m/ip,5/5m/key"


def test_who_proves_the_address_is_not_locked_out_with_the_new_password(focal_point: User) -> None:
    guess(focal_point.email)
    client, new = Client(REMOTE_ADDR="198.51.100.1"), "a-new-one-9!-of-some-length"
    client.post("/accounts/password/reset/", {"email": focal_point.email})
    link = Mail.objects.get(kind="password_reset").about["token"]
    client.post(client.get(link)["Location"], {"password1": new, "password2": new})
    assert "_auth_user_id" not in client.session
    assert try_once(client, focal_point.email, new)
    assert not try_once(Client(REMOTE_ADDR="198.51.100.2"), focal_point.email, new), "strangers are stopped as before"
