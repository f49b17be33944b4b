"""A lost second factor: a manager's reset, and the command for the last manager."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from directory.access import Action, can
from directory.choices import Role
from directory.mail import sending
from directory.models import AccountEvent, Mail, User
from directory.people import leaving, second_factor
from directory.people.second_factor import SecondFactorRefused
from tests.factories import PASSWORD, UserFactory
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOTE = "Telephoned; recognised by voice and staff number."


@pytest.fixture
def colleague() -> User:
    """Another manager, who has lost the telephone; with recovery codes that are lost too."""
    person = UserFactory(email="colleague@example.org", role=Role.MANAGER)
    RecoveryCodes.activate(person)
    return person


def page_of(person: User) -> str:
    return reverse("admin:directory_user_second_factor", args=[person.pk])


@pytest.mark.locks
def test_a_manager_resets_the_second_factor_of_a_colleague(client, manager, colleague):
    session = Client()
    session.force_login(colleague)
    client.force_login(manager)
    assert page_of(colleague) in Page(client.get(reverse("admin:directory_user_change", args=[colleague.pk]))).links
    assert Authenticator.objects.filter(user=colleague).count() == 2, "looking changes nothing"
    assert client.post(page_of(colleague), {"note": NOTE}).status_code == 302
    assert not Authenticator.objects.filter(user=colleague).exists()
    assert session.get("/workspace/").status_code == 302
    assert client.get("/admin/").status_code == 200, "who did it goes on"
    event = AccountEvent.objects.get()
    assert (event.user, event.by, event.kind, event.note) == (colleague, manager, "second_factor_reset", NOTE)
    assert NOTE in Page(client.get(reverse("admin:directory_user_change", args=[colleague.pk]))).text
    sending.send_due()
    (told,) = mail.outbox
    assert told.to == [colleague.email]
    assert NOTE not in told.body
    assert "/accounts/login/" in told.body
    answer = session.post("/accounts/login/", {"login": colleague.email, "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_index"), "the next log-in leads to a new one"
    assert session.get("/admin/directory/user/").status_code == 302


@pytest.mark.parametrize("note", ["", "   "])
def test_without_a_note_nothing_is_reset(client, manager, colleague, note):
    client.force_login(manager)
    assert client.post(page_of(colleague), {"note": note}).status_code == 422
    with pytest.raises(SecondFactorRefused, match="note"):
        second_factor.reset(user=colleague, by=manager, note=note)
    assert Authenticator.objects.filter(user=colleague).exists()
    assert not Mail.objects.exists()


def test_nobody_resets_the_own_one(client, manager):
    client.force_login(manager)
    assert "by another manager" in Page(client.get(page_of(manager))).text
    assert client.post(page_of(manager), {"note": NOTE}).status_code == 422
    assert Authenticator.objects.filter(user=manager).exists()


@pytest.mark.parametrize("role", ["focal_point", "coordinator", "reviewer", "partner"])
def test_only_managers_reset_one(client, colleague, role, request):
    person = request.getfixturevalue(role)
    client.force_login(person)
    assert client.post(page_of(colleague), {"note": NOTE}).status_code in (302, 403)
    with pytest.raises(SecondFactorRefused, match="managers"):
        second_factor.reset(user=colleague, by=person, note=NOTE)
    assert Authenticator.objects.filter(user=colleague).exists()


def test_where_there_is_none_nothing_is_told(client, manager, focal_point):
    client.force_login(manager)
    assert client.post(page_of(focal_point), {"note": NOTE}).status_code == 422
    assert client.post(reverse("admin:directory_user_second_factor", args=[10**9]), {"note": NOTE}).status_code == 404
    assert not Mail.objects.exists()
    assert not AccountEvent.objects.exists()


def test_the_last_manager_comes_back_by_a_command(manager):
    session = Client()
    session.force_login(manager)
    said = StringIO()
    call_command("reset_second_factor", manager.email.upper(), note=NOTE, stdout=said)
    assert manager.email in said.getvalue()
    assert not can(User.objects.get(pk=manager.pk), Action.READ_EVERYTHING)
    assert session.get("/workspace/").status_code == 302
    event = AccountEvent.objects.get()
    assert (event.by, event.note) == (None, NOTE)
    assert list(Mail.objects.values_list("kind", "to_address")) == [("second_factor_reset", manager.email)]
    for email, note in (("nobody@example.org", NOTE), (manager.email, NOTE)):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", email, note=note)


def test_the_notes_go_with_the_personal_details(manager, colleague):
    second_factor.reset(user=colleague, by=manager, note=NOTE)
    leaving.erase(colleague)
    assert AccountEvent.objects.get().note == ""


@pytest.mark.parametrize("number", [1, 20])
def test_a_persons_page_asks_as_often_for_many_events(client, manager, colleague, number, django_assert_num_queries):
    AccountEvent.objects.bulk_create(
        [AccountEvent(user=colleague, by=manager, kind="second_factor_reset") for _one in range(number)]
    )
    client.force_login(manager)
    address = reverse("admin:directory_user_change", args=[colleague.pk])
    client.get(address)
    # session, manager, its affiliations; the person, once more as shown, affiliations twice, events
    with django_assert_num_queries(8):
        client.get(address)
