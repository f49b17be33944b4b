"""What was typed when the session had ended goes through the log-in with its person, and is stored for nobody else."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from directory.models import User
from matching.life import review
from surveys.models import Offer, Question, Questionnaire, Section, Survey
from tests.factories import (
    PASSWORD,
    TOTP_SECRET,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    SurveyFactory,
    TargetFactory,
    speaker_for,
    totp_code,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TEXT = "Typed for an hour"
LOGIN = "/accounts/login/"


def field(page: Any, name: str) -> str:
    """The value of the first field of that name."""
    found = (one["value"] or "" for one in Page(page).attributes_of("input") if one.get("name") == name)
    return next(found, "")


def new_offer(user: User, **given: str) -> tuple[str, dict[str, str]]:
    """The address of the form of a new offer, and what its person has typed into it."""
    address = reverse("workspace:offer-new")
    shown = as_(user).get(address)
    return address, {
        "typed_by": field(shown, "typed_by"),
        "form_key": str(uuid.uuid4()),
        "owner": f"agency:{user.affiliations.get().agency_id}",
        "title": TEXT,
        "language": "en",
        "visibility": "public",
        "do": "go_on",
        **given,
    }


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def log_in(client: Client, user: User, page: Any, *, password: str = PASSWORD) -> Any:
    """Press the button of the log-in as the page has it."""
    fields = {name: field(page, name) for name in ("next", "typed")}
    return client.post(LOGIN, {**fields, "login": user.email, "password": password})


def test_it_goes_through_the_log_in_and_is_given_back_once(focal_point: User) -> None:
    address, typed = new_offer(focal_point)
    Session.objects.all().delete()
    client = Client()
    page = client.post(address, typed)
    assert page.status_code == 403
    assert "no-store" in page["Cache-Control"]
    assert "Your session has ended" in Page(page).text
    assert not Session.objects.exists()
    assert log_in(client, focal_point, page)["Location"] == address
    again = client.get(address)
    assert f'value="{TEXT}"' in again.content.decode()
    assert "Here is what you had typed when your session ended" in Page(again).text
    assert not Offer.objects.exists()
    assert TEXT not in client.get(address).content.decode()


def test_a_wrong_password_loses_nothing(focal_point: User) -> None:
    address, typed = new_offer(focal_point)
    client = Client()
    page = client.post(address, typed)
    refused = log_in(client, focal_point, page, password="something else")
    assert refused.status_code == 200
    assert "Your session has ended" in Page(refused).text
    assert log_in(client, focal_point, refused)["Location"] == address
    assert TEXT in client.get(address).content.decode()


def test_it_waits_for_the_second_factor(focal_point: User) -> None:
    TOTP.activate(focal_point, TOTP_SECRET)
    address, typed = new_offer(focal_point)
    client = Client()
    asked = log_in(client, focal_point, client.post(address, typed))
    assert asked["Location"].startswith("/accounts/2fa/authenticate/")
    client.post(asked["Location"], {"code": totp_code()})
    assert TEXT in client.get(address).content.decode()


def test_whoever_logs_in_instead_is_given_nothing(focal_point: User, coordinator: User) -> None:
    address, typed = new_offer(focal_point)
    client = Client()
    page = client.post(address, typed)
    log_in(client, coordinator, page)
    assert TEXT not in client.get(address).content.decode()
    client.post("/accounts/logout/")
    client.force_login(focal_point)
    assert TEXT not in client.get(address).content.decode()


def test_what_one_person_left_in_a_half_finished_log_in_is_not_another_s(focal_point: User, coordinator: User) -> None:
    TOTP.activate(focal_point, TOTP_SECRET)
    address, typed = new_offer(focal_point)
    client = Client()
    log_in(client, focal_point, client.post(address, typed))
    client.force_login(coordinator)
    assert client.get("/workspace/").status_code == 200
    assert TEXT not in client.get(address).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"typed_by": ""},
        {"typed_by": "1"},
        {"typed_by": "1:forged"},
        {"text": "x" * 200_001},
    ],
    ids=["of nobody", "not signed", "forged", "too long"],
)
def test_nothing_else_is_carried(given: dict[str, str], focal_point: User) -> None:
    address, typed = new_offer(focal_point, **given)
    Session.objects.all().delete()
    gone = Client().post(address, typed)
    assert (gone.status_code, gone["Location"]) == (302, f"{LOGIN}?next={address}")
    assert not Session.objects.exists()


@pytest.mark.parametrize("carried", ["", "forged", "x" * 100_000])
def test_what_the_portal_has_not_signed_is_not_taken(carried: str, focal_point: User) -> None:
    client = Client()
    page = client.post(LOGIN, {"login": focal_point.email, "password": "wrong", "typed": carried})
    assert not field(page, "typed")
    client.post(LOGIN, {"login": focal_point.email, "password": PASSWORD, "typed": carried})
    assert "kept_form" not in client.session


def test_after_an_hour_it_is_gone(focal_point: User) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC), tick=False) as clock:
        address, typed = new_offer(focal_point)
        client = Client()
        page = client.post(address, typed)
        clock.shift(dt.timedelta(seconds=3601))
        assert log_in(client, focal_point, page)["Location"] == address
        assert TEXT not in client.get(address).content.decode()


def test_next_is_the_address_of_the_form_whatever_was_posted(focal_point: User) -> None:
    address, typed = new_offer(focal_point, next="https://evil.example/")
    page = Client().post(address, typed)
    assert field(page, "next") == address
    assert "evil.example" not in page.content.decode()


def test_a_form_that_saves_itself_is_led_to_the_log_in_without_a_page(focal_point: User) -> None:
    address, typed = new_offer(focal_point)
    assert Client().post(address, typed, headers={"X-Autosave": "1"}).status_code == 302


def test_an_answer_to_a_proposal_comes_back(focal_point: User, manager: User) -> None:
    agency = focal_point.affiliations.get().agency
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    speaker_for(need)
    offer = ConfirmedOfferFactory(agency=agency, country=agency.country)
    TargetFactory(offer=offer, country=need.country)
    match = MatchFactory(need=need, offer=offer)
    review.propose(match=match, by=manager)
    address = reverse("workspace:match", args=[match.need_id, match.offer_id])
    typed = {"typed_by": field(as_(focal_point).get(address), "typed_by"), "step": "answer", "side": "offer"}
    client = Client()
    page = client.post(address, {**typed, "answer": "not_now", "reason": TEXT})
    log_in(client, focal_point, page)
    again = Page(client.get(address))
    assert "You had been logged out" in again.text
    assert TEXT in again.text
    assert not match.sides.exclude(answer="").exists()


def test_an_answer_to_a_survey_comes_back(focal_point: User) -> None:
    survey: Survey = SurveyFactory(code="asked", opens_on=dt.date(2020, 1, 1), closes_on=None)
    section = Section.objects.create(
        questionnaire=Questionnaire.objects.create(survey=survey), code="about", label="About"
    )
    Question.objects.create(section=section, code="why", label="Why?", kind="text", position=1)
    address = reverse("workspace:survey_section", args=["asked", "about"])
    browser = as_(focal_point)
    browser.post(reverse("workspace:survey", args=["asked"]), {"do": "begin"})
    shown = browser.get(address)
    assert shown.status_code == 200
    client = Client()
    page = client.post(address, {"typed_by": field(shown, "typed_by"), "q-why": TEXT, "do": "go_on"})
    log_in(client, focal_point, page)
    assert TEXT in client.get(address).content.decode()
