"""What managers do for people in the admin: designations, affiliations, invitations, windows, and the outbox."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directory.access import Action, can
from directory.choices import MailState, Role
from directory.models import Designation, Mail, User
from directory.people import invitations
from surveys.models import CountryWindow, Offer
from tests.factories import AgencyFactory, CountryFactory, PublishedOfferFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DESIGNATION = "/admin/directory/designation/"


@pytest.fixture
def desk(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def newcomer(db: None) -> User:
    """A focal point of Thailand whose letter has not come yet."""
    agency = AgencyFactory(country=CountryFactory(iso3="THA"))
    return UserFactory(email="newcomer@example.org", role=Role.FOCAL_POINT, role__agency=agency, role__designated=False)


def letter(of: User, **given: object) -> dict[str, object]:
    return {
        "affiliation": of.affiliations.get().pk, "kind": "note_verbale", "reference": "MFA/17", "dated": "2026-10-01",
        "ministry": "Ministry of Foreign Affairs", "alternate": "", "valid_until": "", "note": "", **given,
    }  # fmt: skip


def act(desk: Client, path: str, action: str, *rows: Any) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return desk.post(f"/admin/{path}/", chosen, follow=True).content.decode()


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_letter_recorded_lets_a_person_act_and_revoked_no_more(desk, newcomer, manager):
    assert not can(newcomer, Action.POST)
    assert desk.post(f"{DESIGNATION}add/", letter(newcomer)).status_code == 302
    row = Designation.objects.get(affiliation__user=newcomer)
    assert (row.reference, row.recorded_by) == ("MFA/17", manager)
    assert can(again(newcomer), Action.POST)
    assert "1 designation revoked." in act(desk, "directory/designation", "revoke", row)
    assert not can(again(newcomer), Action.POST)
    versions = row.history.order_by("history_date")
    assert [version.ended_at is not None for version in versions] == [False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"dated": "soon"},
        {"valid_until": "2026-09-01"},
        {"reference": ""},
        {"ministry": "M" * 100_000},
        {"reference": "nul\0"},
    ],
)
def test_a_letter_that_cannot_be_is_refused_by_field(desk, newcomer, wrong):
    answer = desk.post(f"{DESIGNATION}add/", letter(newcomer, **wrong))
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == set(wrong)
    assert not Designation.objects.filter(affiliation__user=newcomer).exists()


def test_who_needs_no_letter_gets_none(desk, reviewer):
    answer = desk.post(f"{DESIGNATION}add/", letter(reviewer))
    assert "others need no letter" in answer.content.decode()


NO_CLOCK_STOPS = {"clock_stops-TOTAL_FORMS": "0", "clock_stops-INITIAL_FORMS": "0"}


def test_the_days_on_which_terms_do_not_run_stand_in_the_window(desk):
    window = CountryWindow.objects.create(country=CountryFactory(iso3="THA"))
    values = {
        "kind": "single", "default_visibility": "public", "clearance": "none", "clearance_days": 15, "told_on": "",
        "note": "", "clock_stops-TOTAL_FORMS": "1", "clock_stops-INITIAL_FORMS": "0",
        "clock_stops-0-first_day": "2027-02-10", "clock_stops-0-reason": "Election",
    }  # fmt: skip
    address = f"/admin/surveys/countrywindow/{window.pk}/change/"
    wrong = desk.post(address, {**values, "clock_stops-0-last_day": "2027-02-09"})
    assert "The last day comes before the first." in wrong.content.decode()
    assert desk.post(address, {**values, "clock_stops-0-last_day": "2027-02-28"}).status_code == 302
    stop = window.clock_stops.get()
    assert (str(stop.first_day), str(stop.last_day), stop.reason) == ("2027-02-10", "2027-02-28", "Election")


def test_a_country_is_paused_and_resumed_without_a_trace(desk, visitor):
    offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"))
    values = {
        "country": "THA", "kind": "single", "default_visibility": "public", "clearance": "no_objection",
        "clearance_days": 15, "told_on": "2026-11-01", "note": "", **NO_CLOCK_STOPS,
    }  # fmt: skip
    assert desk.post("/admin/surveys/countrywindow/add/", values).status_code == 302
    window = CountryWindow.objects.get()
    act(desk, "surveys/countrywindow", "pause_selected", window)
    assert not Offer.objects.visible_to(visitor).exists()
    assert Client().get(offer.get_absolute_url()).status_code == 404
    act(desk, "surveys/countrywindow", "resume_selected", window)
    assert Offer.objects.visible_to(visitor).get() == offer
    window.refresh_from_db()
    assert (window.kind, window.paused_at) == ("single", None)


def test_an_affiliation_is_ended_at_once_and_validated(desk, focal_point):
    row = focal_point.affiliations.get()
    act(desk, "directory/affiliation", "validate", row)
    row.refresh_from_db()
    assert row.validated_on == timezone.now().date()
    client = Client()
    client.force_login(focal_point)
    assert client.get("/workspace/offers/").status_code == 200
    act(desk, "directory/affiliation", "end_now", row)
    assert client.get("/workspace/offers/").status_code in (302, 403)
    assert not can(again(focal_point), Action.READ_OWN)


def test_the_link_of_an_invitation_stands_nowhere(desk, manager):
    invitation = invitations.invite(by=manager, email="a@example.org", agency=AgencyFactory(), role=Role.FOCAL_POINT)
    token = Mail.objects.get().about["token"]
    for path in (f"directory/invitation/{invitation.pk}/change/", "directory/invitation/", "directory/mail/"):
        page = desk.get(f"/admin/{path}").content.decode()
        assert "a@example.org" in page
        assert token not in page
        assert invitation.token_hash not in page
    mail = Mail.objects.get()
    assert token not in desk.get(f"/admin/directory/mail/{mail.pk}/change/").content.decode()


def test_a_mail_that_failed_is_sent_again_by_a_person(desk):
    failed, sent = (
        Mail.objects.create(kind="proposed", key=f"proposed:{state}", to_address="a@example.org", state=state)
        for state in (MailState.FAILED, MailState.SENT)
    )
    assert "1 mail will be sent." in act(desk, "directory/mail", "send_again", failed, sent)
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert (failed.state, sent.state) == (MailState.WAITING, MailState.SENT)
    assert failed.due_at <= timezone.now() + dt.timedelta(seconds=1)


def test_no_address_of_the_admin_changes_the_past(desk, focal_point):
    row = focal_point.affiliations.get()
    row.save()
    version = row.history.get()
    address = f"/admin/directory/affiliation/{row.pk}/history/{version.pk}/"
    assert desk.get(address).status_code == 200
    before = list(row.history.values())
    desk.post(f"/admin/directory/affiliation/{row.pk}/delete/", {"post": "yes"})
    assert row.history.count() == len(before)
    assert type(row).objects.filter(pk=row.pk).exists()
