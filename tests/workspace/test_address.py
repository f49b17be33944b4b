"""Changing one's e-mail address: asked with what the person knows and has, confirmed at the new, told at the old."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from directory.choices import MailState
from directory.mail import outbox, sending
from directory.models import AccountEvent, Mail, User
from directory.people import addresses, leaving
from directory.people.addresses import AddressRefused
from tests.factories import PASSWORD, TOTP_SECRET, UserFactory, totp_code
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEW = "new-address@example.org"
ASKED = {"email": "New-Address@Example.org", "password": PASSWORD}
NEW_PASSWORD = "eleven geese cross a river"


@pytest.fixture
def session(client, focal_point) -> Client:
    client.force_login(focal_point)
    return client


def ask(session: Client, **typed: str):
    return session.post(reverse("workspace:address"), {**ASKED, **typed})


def sent() -> dict[str, str]:
    """The kinds of mails so far, with where they went."""
    sending.send_due()
    return dict(Mail.objects.order_by("pk").values_list("kind", "to_address"))


def link() -> str:
    """The link that was sent to the new address."""
    sending.send_due()
    (body,) = [one.body for one in mail.outbox if one.to == [NEW]]
    (line,) = [line for line in body.splitlines() if "/workspace/address/" in line]
    return line.strip().removeprefix("http://127.0.0.1:8000")


def address_of(person: User) -> str:
    return User.objects.get(pk=person.pk).email


@pytest.mark.locks
def test_the_address_changes_once_its_link_is_confirmed(session, focal_point):
    old = focal_point.email
    assert reverse("workspace:address") in Page(session.get(reverse("workspace:profile"))).links
    other, elsewhere = Client(), Client()
    other.force_login(focal_point)
    assert ask(session).status_code == 302
    assert sent() == {"address_to_confirm": NEW, "address_asked": old}
    assert not Mail.objects.filter(about__has_key="token").exists(), "the link stands nowhere once it is sent"
    address = link()
    assert NEW in Page(session.get(address)).text
    assert address_of(focal_point) == old, "a GET changes nothing, and asking neither"
    answer = session.post(address)
    assert "Your address is changed" in Page(answer).text
    assert address_of(focal_point) == NEW
    assert sent()["address_changed"] == old
    assert session.get("/workspace/").status_code == 200
    assert other.get("/workspace/").status_code == 302
    event = AccountEvent.objects.get()
    assert (event.user, event.by, event.kind) == (focal_point, focal_point, "address_changed")
    elsewhere.post("/accounts/login/", {"login": old, "password": PASSWORD})
    assert elsewhere.get("/workspace/").status_code == 302
    elsewhere.post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert elsewhere.get("/workspace/").status_code == 200
    assert session.get(address).status_code == session.post(address).status_code == 404, "it works once"


def test_the_link_needs_no_log_in_and_ends_every_session(session, focal_point):
    ask(session)
    assert "Your address is changed" in Page(Client().post(link())).text
    assert address_of(focal_point) == NEW
    assert session.get("/workspace/").status_code == 302


def test_a_borrowed_session_asks_for_nothing(session, focal_point):
    assert ask(session, password="wrong, and long enough").status_code == 422
    assert ask(session, password="").status_code == 422
    assert sent() == {}


def test_the_password_is_not_guessed_here_either(session):
    answers = [ask(session, password=f"wrong, and long enough {number}") for number in range(6)]
    assert "Too many" in Page(answers[-1]).text
    assert ask(session).status_code == 422, "the right one is not told from the others"
    assert sent() == {}


def test_who_has_a_second_factor_shows_it_too(focal_point):
    TOTP.activate(focal_point, TOTP_SECRET)
    session = Client()
    session.force_login(focal_point)
    address = reverse("workspace:address")
    for answer in (session.get(address), ask(session)):
        assert answer["Location"] == f"/accounts/2fa/reauthenticate/?next={address}"
    assert sent() == {}
    assert session.post(f"/accounts/2fa/reauthenticate/?next={address}", {"code": totp_code()})["Location"] == address
    assert ask(session, password="wrong, and long enough").status_code == 422
    assert ask(session).status_code == 302
    assert sent()["address_to_confirm"] == NEW


def test_who_has_no_password_and_no_factor_sets_a_password_first(session, focal_point):
    focal_point.set_unusable_password()
    focal_point.save()
    session.force_login(focal_point)
    for answer in (session.get(reverse("workspace:address")), ask(session, password="")):
        assert answer["Location"] == reverse("account_reset_password")
    assert session.get(reverse("account_change_password"))["Location"] == reverse("account_reset_password")
    assert sent() == {}


def test_an_address_that_has_an_account_looks_like_any_other(session, focal_point, other_focal_point):
    free, taken = ask(session), ask(session, email=other_focal_point.email.upper())
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    said = [Page(session.get(reverse("workspace:profile"))).text.count("A mail is on its way") for _once in range(2)]
    assert said == [2, 0]
    sending.send_due()
    assert sorted(Mail.objects.values_list("kind", "to_address")) == [
        ("address_asked", focal_point.email),
        ("address_asked", focal_point.email),
        ("address_taken", other_focal_point.email),
        ("address_to_confirm", NEW),
    ]
    assert not [one for one in mail.outbox if one.to == [other_focal_point.email] and "/address/" in one.body]


def test_an_address_that_was_taken_meanwhile_is_not_given_twice(session, focal_point):
    ask(session)
    address = link()
    UserFactory(email=NEW)
    assert session.post(address).status_code == 404
    assert address_of(focal_point) != NEW
    assert not AccountEvent.objects.exists()
    assert "address_changed" not in sent()


@pytest.mark.parametrize("how", ["password", "factor", "day", "deactivated", "other_key", "another_change"])
def test_a_link_dies(session, focal_point, how, settings):
    with time_machine.travel(dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC), tick=False) as clock:
        ask(session)
        address = link()
        assert session.get(address).status_code == 200
        if how == "password":
            typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
            session.post("/accounts/password/change/", typed)
        elif how == "factor":
            TOTP.activate(focal_point, TOTP_SECRET)
        elif how == "day":
            clock.shift(dt.timedelta(days=1, seconds=1))
        elif how == "deactivated":
            User.objects.filter(pk=focal_point.pk).update(is_active=False)
        elif how == "other_key":
            settings.SECRET_KEY = "another key, as long as it has to be: 0123456789-abcdefghijklmn"
        else:
            User.objects.filter(pk=focal_point.pk).update(email="third@example.org")
        dead, unknown = Client().get(address), Client().get("/workspace/address/unknown/")
        assert (dead.status_code, Page(dead).text) == (404, Page(unknown).text)
        assert Client().post(address).status_code == 404
        assert address_of(focal_point) != NEW


def test_asking_again_and_again_is_stopped(session):
    answers = [ask(session, email=f"new-{number}@example.org").status_code for number in range(6)]
    assert answers == [302] * 5 + [429]


def test_the_own_address_is_no_new_one(session, focal_point):
    assert ask(session, email=focal_point.email.upper()).status_code == 422
    assert ask(session, email="no address").status_code == 422
    assert sent() == {}


def test_what_waits_goes_to_the_new_address_and_what_went_is_erased_with_the_person(focal_point, other_focal_point):
    old = focal_point.email
    outbox.write(kind="no_account", key="old", about={}, addresses=[old])
    sending.send_due()
    later = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    for person in (focal_point, other_focal_point):
        outbox.write(kind="no_account", key=f"later:{person.pk}", about={}, to=[person], due_at=later)
    addresses.ask(user=focal_point, email=NEW)
    token = Mail.objects.get(kind="address_to_confirm").about["token"]
    addresses.confirm(token)
    waiting = Mail.objects.filter(state=MailState.WAITING, due_at=later).order_by("pk")
    assert list(waiting.values_list("to_address", flat=True)) == [NEW, other_focal_point.email]
    sending.send_due()
    leaving.erase(User.objects.get(pk=focal_point.pk))
    assert not Mail.objects.filter(to_address__in=[old]).exists()


def test_a_reset_that_was_asked_for_at_the_old_address_is_dead(session, focal_point):
    Client().post("/accounts/password/reset/", {"email": focal_point.email})
    sending.send_due()
    (line,) = [line for line in mail.outbox[-1].body.splitlines() if "/reset/key/" in line]
    mail.outbox.clear()
    ask(session)
    session.post(link())
    answer = Client().get(line.strip().removeprefix("http://127.0.0.1:8000"), follow=True)
    assert "no longer works" in Page(answer).text


def typed_in_the_admin(client: Client, person: User, **typed: str):
    path = reverse("admin:directory_user_change", args=[person.pk])
    page = client.get(path)
    assert page.status_code == 200
    fields = {str(field.get("name", "_")): field.get("value") or "" for field in Page(page).attributes_of("input")}
    kept = {name: value for name, value in fields.items() if not name.startswith("_")}
    return client.post(path, {**kept, "is_active": "on", **typed})


@pytest.mark.locks
def test_a_manager_changes_the_address_of_another_by_the_same_door(client, manager, focal_point):
    old, theirs = focal_point.email, Client()
    theirs.force_login(focal_point)
    client.force_login(manager)
    assert typed_in_the_admin(client, focal_point, email=NEW.upper()).status_code == 302
    assert address_of(focal_point) == NEW
    assert theirs.get("/workspace/").status_code == 302
    assert sent() == {"address_changed": old}
    assert AccountEvent.objects.get().by == manager


def test_nobody_changes_the_own_address_in_the_admin(client, manager):
    client.force_login(manager)
    typed_in_the_admin(client, manager, email=NEW, full_name="Other Name")
    assert (address_of(manager), User.objects.get(pk=manager.pk).full_name) == ("manager@example.org", "Other Name")
    with pytest.raises(AddressRefused):
        addresses.change_by_manager(user=manager, email=NEW, by=manager)


def test_only_managers_change_the_address_of_another(reviewer, coordinator, focal_point):
    for by in (reviewer, coordinator):
        with pytest.raises(AddressRefused):
            addresses.change_by_manager(user=focal_point, email=NEW, by=by)
    assert not Mail.objects.exists()


def test_the_page_asks_as_few_times_as_any(session, django_assert_num_queries):
    cache.clear()
    with django_assert_num_queries(4):  # session, person, affiliations, second factor
        session.get(reverse("workspace:address"))
