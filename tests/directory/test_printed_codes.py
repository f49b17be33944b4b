"""A second factor without a telephone: who hands out a sheet of codes, what it asks for, and what ends it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from directory.access import Action, can
from directory.choices import Role
from directory.mail import sending
from directory.models import AccountEvent, Mail, User
from directory.people import printed_codes
from directory.people.printed_codes import PrintedCodesRefused
from tests.factories import PASSWORD, UserFactory, totp_code
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOTE = "Came to the office; handed over in person."


@pytest.fixture
def newcomer() -> User:
    """A reviewer who has no telephone, and no second factor."""
    return UserFactory(email="newcomer@example.org", role=Role.REVIEWER, role__second_factor=False)


def page_of(person: User) -> str:
    return reverse("admin:directory_user_printed_codes", args=[person.pk])


def confirmed(manager: User) -> Client:
    """A browser of a manager who has confirmed itself just now."""
    client = Client()
    client.force_login(manager)
    cache.clear()
    client.post("/accounts/2fa/reauthenticate/", {"code": totp_code()})
    return client


def log_in(person: User, *codes: str) -> Client:
    """A browser in which the password was given, and each of these codes."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    for code in codes:
        client.post("/accounts/2fa/authenticate/", {"code": code})
    return client


def is_logged_in(client: Client) -> bool:
    return client.get("/workspace/").status_code == 200


def test_a_manager_prints_a_sheet_once_and_the_person_is_told_without_a_code(manager, newcomer):
    before, client = log_in(newcomer), confirmed(manager)
    assert page_of(newcomer) in Page(client.get(reverse("admin:directory_user_change", args=[newcomer.pk]))).links
    sheet = client.post(page_of(newcomer), {"do": "hand_out", "note": NOTE})
    codes = re.findall(r"<code>(\d{8})</code>", sheet.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in sheet["Cache-Control"]
    assert not is_logged_in(before), "sessions that have not shown a code end"
    # Once: neither the manager nor the person sees them again.
    shown_later = client.get(page_of(newcomer)).content.decode()
    assert "of which 10 codes are left" in Page(client.get(page_of(newcomer))).text
    own = log_in(newcomer, codes[0])
    own.post("/accounts/2fa/reauthenticate/", {"code": codes[1]})
    for address in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        shown_later += own.get(reverse(address), follow=True).content.decode()
    assert not any(code in shown_later for code in codes)
    event = AccountEvent.objects.get()
    assert (event.user, event.by, event.kind, event.note) == (newcomer, manager, "codes_printed", NOTE)
    sending.send_due()
    (told,) = mail.outbox
    assert told.to == [newcomer.email]
    assert not any(code in told.body for code in codes)


def test_password_and_code_are_both_asked_and_each_code_is_good_once(manager, newcomer):
    codes = printed_codes.hand_out(user=newcomer, by=manager, note=NOTE)
    assert not is_logged_in(log_in(newcomer)), "the password alone is too little"
    by_code_alone = Client()
    by_code_alone.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_logged_in(by_code_alone), "who printed the sheet cannot log in by it"
    client = log_in(newcomer)
    asked = Page(client.get("/accounts/2fa/authenticate/")).text
    assert "Code of your printed sheet" in asked
    assert "10 codes are left." in asked
    assert "authenticator" not in asked, "of which it has none"
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    page = Page(client.get("/admin/", follow=True)).text
    assert "9 codes are left." in page
    assert client.get("/admin/").status_code == 200, "the role counts: a second factor was shown"
    assert not is_logged_in(log_in(newcomer, codes[0])), "it was used"
    assert is_logged_in(log_in(newcomer, codes[1]))


def test_with_two_left_the_person_is_told_to_ask_for_new_ones(manager, newcomer):
    codes = printed_codes.hand_out(user=newcomer, by=manager, note=NOTE)
    sheet = printed_codes.sheet_of(newcomer)
    assert sheet is not None
    for left, is_told in ((4, False), (3, True)):
        sheet.refresh_from_db()
        sheet.data["used_mask"] = (1 << (10 - left)) - 1
        sheet.save()
        client = log_in(newcomer, codes[10 - left])
        said = Page(client.get("/workspace/")).text
        assert f"{left - 1} codes are left." in said
        assert ("Ask the secretariat for a new sheet now." in said) == is_told


def test_a_new_sheet_ends_the_one_before(manager, newcomer):
    first = printed_codes.hand_out(user=newcomer, by=manager, note=NOTE)
    session = log_in(newcomer, first[0])
    second = printed_codes.hand_out(user=newcomer, by=manager, note="The first was lost.")
    assert not is_logged_in(session)
    assert not is_logged_in(log_in(newcomer, first[1]))
    assert is_logged_in(log_in(newcomer, second[0]))


@pytest.mark.locks
def test_a_sheet_is_taken_back(manager, newcomer):
    codes = printed_codes.hand_out(user=newcomer, by=manager, note=NOTE)
    session, client = log_in(newcomer, codes[0]), confirmed(manager)
    assert client.post(page_of(newcomer), {"do": "take_back", "note": ""}).status_code == 422
    assert client.post(page_of(newcomer), {"do": "take_back", "note": "Lost on a train."}).status_code == 302
    assert not is_logged_in(session)
    assert printed_codes.codes_left(newcomer) is None
    assert AccountEvent.objects.filter(kind="codes_taken_back", by=manager, note="Lost on a train.").exists()
    assert Mail.objects.filter(kind="codes_taken_back", to_user=newcomer).count() == 1
    with pytest.raises(PrintedCodesRefused, match="has no printed codes"):
        printed_codes.take_back(user=newcomer, by=manager, note=NOTE)


def test_who_has_not_confirmed_itself_just_now_is_asked_to(client, manager, newcomer):
    client.force_login(manager)
    for answer in (client.get(page_of(newcomer)), client.post(page_of(newcomer), {"do": "hand_out", "note": NOTE})):
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
    assert printed_codes.sheet_of(newcomer) is None


def test_nobody_hands_codes_to_itself_or_takes_its_own_back(manager):
    for act in (printed_codes.hand_out, printed_codes.take_back):
        with pytest.raises(PrintedCodesRefused, match="nother manager"):
            act(user=manager, by=manager, note=NOTE)


@pytest.mark.parametrize("role", ["focal_point", "coordinator", "reviewer", "partner"])
def test_only_managers_hand_them_out(client, newcomer, role, request):
    person = request.getfixturevalue(role)
    client.force_login(person)
    assert client.post(page_of(newcomer), {"do": "hand_out", "note": NOTE}).status_code in (302, 403)
    for act in (printed_codes.hand_out, printed_codes.take_back):
        with pytest.raises(PrintedCodesRefused):
            act(user=newcomer, by=person, note=NOTE)
    assert not AccountEvent.objects.exists()


def test_beside_a_factor_of_the_own_there_is_no_sheet(manager, reviewer):
    """It would be a second way in, past the telephone that only the person has."""
    with pytest.raises(PrintedCodesRefused, match="a second factor of its own"):
        printed_codes.hand_out(user=reviewer, by=manager, note=NOTE)


@pytest.mark.parametrize("note", ["", "   "])
def test_it_takes_a_note(manager, newcomer, note):
    with pytest.raises(PrintedCodesRefused, match="Say in the note"):
        printed_codes.hand_out(user=newcomer, by=manager, note=note)
    assert not Mail.objects.exists()


def test_a_sheet_counts_as_a_second_factor_where_there_is_no_session(manager, newcomer):
    assert not can(User.objects.get(pk=newcomer.pk), Action.REVIEW_MATCHES)
    printed_codes.hand_out(user=newcomer, by=manager, note=NOTE)
    assert can(User.objects.get(pk=newcomer.pk), Action.REVIEW_MATCHES)


def test_recovery_codes_of_an_authenticator_ask_for_nothing_by_themselves(focal_point):
    """What allauth makes beside an authenticator is no sheet, and no factor once that is gone."""
    Authenticator.objects.create(
        user=focal_point, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "s", "used_mask": 0}
    )
    assert is_logged_in(log_in(focal_point))
