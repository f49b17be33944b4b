"""The window of a country in its coordinator's own hands, and the one list of what waits for approval."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directory.choices import Role
from directory.models import User
from surveys.choices import ClearanceRule, PostingStatus, ResponseStatus, Visibility, WindowKind
from surveys.models import CountryWindow
from surveys.postings import approval
from tests.factories import ConfirmedOfferFactory, OfferFactory, ResponseFactory, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WINDOW, APPROVALS = "/workspace/window/", "/workspace/approvals/"


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, do: str, **typed: Any) -> Any:
    """Send the page as it is now, with what was typed."""
    values = {
        "kind": WindowKind.SINGLE, "default_visibility": Visibility.PUBLIC, "clearance": ClearanceRule.NONE,
        "clearance_days": "15", "note": "", "as_of": Page(client.get(WINDOW)).mark,
    }  # fmt: skip
    return client.post(WINDOW, {**values, "do": do, **typed})


def test_the_coordinator_changes_it_and_reads_what_was_changed(coordinator: User, focal_point: User) -> None:
    client = as_(coordinator)
    assert "Our window" in Page(client.get("/workspace/")).text
    page = Page(client.get(WINDOW))
    assert "The window of Thailand" in page.text
    assert "Nothing yet" in page.text
    assert not CountryWindow.objects.exists(), "looking makes no row"
    given = send(client, "save", kind="several", clearance="no_objection", clearance_days="20", note="Cabinet's word")
    assert (given.status_code, given.headers["Location"]) == (302, WINDOW)
    window = CountryWindow.objects.get(country="THA")
    assert (window.kind, window.clearance, window.clearance_days) == ("several", "no_objection", 20)
    page = Page(client.get(WINDOW))
    assert "Who approves postings: Several" in page.text
    assert "Term in working days: 20" in page.text
    assert str(coordinator) in page.text
    assert "Cabinet's word" not in page.source, "the note is for the secretariat"
    # Each designated agency now publishes what it posts.
    offer = OfferFactory(
        agency=focal_point.affiliations.get().agency, country=None, areas=["energy"], modalities=["training"]
    )
    approval.put_before_others(posting=offer, by=focal_point)
    offer.refresh_from_db()
    assert offer.status == PostingStatus.PUBLISHED


@pytest.mark.locks
def test_a_pause_hides_what_the_country_posted_and_ends_without_a_trace(coordinator: User) -> None:
    offer = ConfirmedOfferFactory(country=coordinator.affiliations.get().agency.country, title="Radar")
    client = as_(coordinator)
    for do, is_shown in (("pause", False), ("resume", True)):
        for _press in range(2):
            # Two clicks on one page are one: the second is told, and changes nothing.
            assert send(client, do).status_code == 302
        assert (Client().get(offer.get_absolute_url()).status_code == 200) is is_shown
    assert [words for words in ("Paused", "Shown again") if words in Page(client.get(WINDOW)).text] == [
        "Paused",
        "Shown again",
    ]


def test_what_is_wrong_is_said_and_the_second_of_two_is_told(coordinator: User) -> None:
    client = as_(coordinator)
    for typed in ({"kind": "nobody"}, {"clearance_days": "0"}, {"clearance_days": "many"}, {"note": "x" * 3_000}):
        wrong = send(client, "save", **typed)
        assert wrong.status_code == 422, typed
        assert "errorlist" in wrong.content.decode()
    assert not CountryWindow.objects.exists()
    assert send(client, "close").status_code == 404
    seen = Page(client.get(WINDOW)).mark
    colleague = UserFactory(role=Role.COORDINATOR, role__agency=coordinator.affiliations.get().agency)
    assert send(as_(colleague), "save", kind="secretariat").status_code == 302
    told = send(client, "save", kind="several", as_of=seen)
    assert told.status_code == 409
    assert f"{colleague}" in Page(told).text
    assert CountryWindow.objects.get().kind == WindowKind.SECRETARIAT


def test_others_do_not_get_in_and_managers_have_them_all(
    focal_point: User, coordinator: User, reviewer: User, manager: User, partner: User
) -> None:
    for user, code in ((focal_point, 403), (reviewer, 403), (partner, 403)):
        assert as_(user).get(WINDOW).status_code == code
        assert as_(user).post(WINDOW, {"do": "pause"}).status_code == code
    led = as_(manager).get(WINDOW)
    assert led.headers["Location"] == "/admin/surveys/countrywindow/"
    assert as_(manager).post(WINDOW, {"do": "pause"}).status_code == 404
    coordinator.affiliations.get().designations.update(ended_at=timezone.now())
    assert as_(coordinator).post(WINDOW, {"do": "pause"}).status_code == 403
    assert not CountryWindow.objects.exists()


def test_survey_answers_wait_in_the_one_list_of_approvals(coordinator: User, focal_point: User) -> None:
    agency = focal_point.affiliations.get().agency
    response = ResponseFactory(
        country=agency.country, agency=agency, status=ResponseStatus.SUBMITTED, submitted_by=focal_point,
        submitted_at=timezone.now(),
    )  # fmt: skip
    offer = OfferFactory(agency=agency, country=None, areas=["energy"], modalities=["training"], title="Flood warning")
    approval.submit(posting=offer, by=focal_point)
    client = as_(coordinator)
    page = Page(client.get(APPROVALS))
    assert "Flood warning" in page.text
    assert f"/workspace/responses/{response.pk}/" in page.links
    assert f"/workspace/responses/{response.pk}/" not in Page(client.get("/workspace/surveys/")).links
    assert "Survey answers" in Page(client.get("/workspace/")).text


def test_no_designation_leads_a_manager_to_recording_it(manager: User, coordinator: User, focal_point: User) -> None:
    serving = focal_point.affiliations.get()
    serving.designations.all().delete()
    record = f"/admin/directory/designation/add/?affiliation={serving.pk}"
    assert record in Page(as_(manager).get("/workspace/people/")).links
    page = Page(as_(coordinator).get("/workspace/people/"))
    assert "No designation" in page.text
    assert record not in page.links
    opened = as_(manager).get(record)
    assert f'value="{serving.pk}" selected' in opened.content.decode()
