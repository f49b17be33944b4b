"""Logging in and out: labelled, styled, leading nowhere else."""

import pytest
from django.test import Client

from directory.mail.sending import send_due
from directory.models import User
from tests.factories import PASSWORD, totp_code
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LOGIN = "/accounts/login/"


def log_in(client: Client, user: User, following: str = "") -> str:
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": following})
    assert answer.status_code == 302
    return answer["Location"]


def test_the_menu_offers_to_log_in_and_to_come_back(client: Client) -> None:
    page = Page(client.get("/offers/?q=rice"))
    assert "/accounts/login/?next=/offers/%3Fq%3Drice" in page.links
    assert "Log out" not in page.text


def test_who_logs_in_comes_back_to_the_page(client: Client, focal_point: User) -> None:
    assert log_in(client, focal_point, "/offers/?q=rice") == "/offers/?q=rice"
    page = Page(client.get("/offers/"))
    assert "Log out" in page.text
    assert "Secretariat" not in page.text


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "\t//evil.example",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_next_never_leads_away(client: Client, focal_point: User, elsewhere: str) -> None:
    assert log_in(client, focal_point, elsewhere) == "/workspace/"
    assert client.get(LOGIN, {"next": elsewhere})["Location"] == "/workspace/"  # already logged in
    assert client.post("/accounts/logout/", {"next": elsewhere})["Location"] == "/"


def test_staff_find_the_door_to_the_admin(client: Client, reviewer: User) -> None:
    assert log_in(client, reviewer) == "/accounts/2fa/authenticate/"
    assert "/admin/" not in Page(client.get("/")).links
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert "/admin/" in Page(client.get("/")).links


def test_a_wrong_password_is_said_beside_the_form(client: Client, focal_point: User) -> None:
    known = client.post(LOGIN, {"login": focal_point.email, "password": "wrong"})
    unknown = client.post(LOGIN, {"login": "nobody@example.org", "password": "wrong"})
    assert known.status_code == unknown.status_code == 200
    said = [one for one in Page(known).attributes_of("div") if one.get("role") == "alert"]
    assert said
    assert Page(known).text.replace(focal_point.email, "") == Page(unknown).text.replace("nobody@example.org", "")


def test_logging_out_takes_a_form(client: Client, focal_point: User) -> None:
    log_in(client, focal_point)
    assert "Log out?" in Page(client.get("/accounts/logout/")).text
    assert "Log out" in Page(client.get("/")).text
    client.post("/accounts/logout/")
    assert "Log in" in Page(client.get("/")).text


def test_nobody_signs_up_alone(client: Client) -> None:
    page = Page(client.get("/accounts/signup/"))
    assert page.titles("h1") == ["You need an invitation"]


def test_a_password_is_reset_by_mail(client: Client, focal_point: User, mailoutbox: list[object]) -> None:
    answer = client.post("/accounts/password/reset/", {"email": focal_point.email}, follow=True)
    assert Page(answer).titles("h1") == ["Look at your e-mail"]
    send_due()
    body = mailoutbox[0].body  # type: ignore[attr-defined]
    link = next(word for word in body.split() if "/password/reset/key/" in word)
    page = Page(client.get("/" + link.split("/", 3)[3], follow=True))
    assert page.titles("h1") == ["Choose a new password"]
    gone = Page(client.get("/accounts/password/reset/key/1-bad/", follow=True))
    assert gone.titles("h1") == ["This link no longer works"]
