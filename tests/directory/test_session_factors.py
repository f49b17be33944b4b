"""A second factor is asked of the session, not of the account; what changes a factor or password ends the others."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client

from directory.access import Action, can
from directory.choices import Role
from directory.models import Affiliation, User
from tests.factories import PASSWORD, TOTP_SECRET, OfferFactory, SecretariatFactory, UserFactory, totp_code

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WORKSPACE, ADMIN, ACCOUNTS = "/workspace/", "/admin/", "/admin/directory/user/"
NEW_PASSWORD = "eleven geese cross a river"


@pytest.fixture
def newcomer() -> User:
    """A manager who has not set up a second factor yet."""
    return UserFactory(email="newcomer@example.org", role=Role.MANAGER, role__second_factor=False)


def logged_in(person: User) -> Client:
    """A browser in which the person has given the password, and nothing more."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client


def logged_in_with_code(person: User) -> Client:
    client = logged_in(person)
    cache.clear()  # a code counts once, and no test waits for the next
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert is_logged_in(client)
    return client


def enrol(client: Client) -> None:
    """Set up an authenticator by the pages."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(page.context["form"].secret)})
    assert answer.status_code == 302


def is_logged_in(client: Client) -> bool:
    return client.get(WORKSPACE).status_code == 200


def has_staff_rights(client: Client) -> bool:
    """By page, admin and API, which have to agree."""
    draft = OfferFactory()
    found = {client.get(path).status_code for path in (ADMIN, ACCOUNTS, f"/api/v1/offers/{draft.pk}/")}
    assert found in ({200}, {302, 404})
    return found == {200}


def test_a_session_from_before_the_second_factor_was_set_up_ends(newcomer):
    before, enrolling = logged_in(newcomer), logged_in(newcomer)
    assert is_logged_in(before)
    enrol(enrolling)
    assert not is_logged_in(before)
    assert not has_staff_rights(before)
    assert is_logged_in(enrolling)
    assert has_staff_rights(enrolling), "who set it up has shown it"


def test_a_session_that_has_not_shown_the_factor_has_no_rights_of_the_secretariat(newcomer):
    session = logged_in(newcomer)
    # However the row came there, without a signal.
    Authenticator.objects.bulk_create(
        [Authenticator(user=newcomer, type="totp", data=TOTP.activate(UserFactory(), TOTP_SECRET).instance.data)]
    )
    newcomer = User.objects.get(pk=newcomer.pk)
    assert can(newcomer, Action.READ_EVERYTHING), "the account has what its role needs"
    assert is_logged_in(session)
    assert not has_staff_rights(session)
    answer = session.get(ADMIN, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/?next=")
    answer = session.post(answer.redirect_chain[-1][0], {"code": totp_code()})
    assert answer["Location"] == ADMIN
    assert has_staff_rights(session)


def test_who_becomes_staff_while_logged_in_shows_a_second_factor_first(focal_point):
    session = logged_in(focal_point)
    Affiliation.objects.create(user=focal_point, agency=SecretariatFactory(), role=Role.REVIEWER)
    assert is_logged_in(session)
    assert session.get(ADMIN, follow=True).redirect_chain[-1][0].startswith("/accounts/2fa/?next=")
    assert not {session.get(path).status_code for path in (ADMIN, "/admin/matching/match/")} - {302}
    enrol(session)
    assert session.get("/admin/matching/match/").status_code == 200


def test_a_code_for_recovery_counts_until_the_codes_are_others(manager):
    codes = RecoveryCodes.activate(manager).get_unused_codes()
    session = logged_in(manager)
    session.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert has_staff_rights(session)
    session.post("/accounts/2fa/reauthenticate/", {"code": codes[1]})
    session.post("/accounts/2fa/recovery-codes/generate/")
    assert is_logged_in(session)
    assert not has_staff_rights(session), "what it has shown is no factor any more"


@pytest.mark.parametrize("how", ["password", "removed", "added", "codes"])
def test_what_changes_a_password_or_a_factor_ends_the_other_sessions(focal_point, how):
    TOTP.activate(focal_point, TOTP_SECRET)
    other, session = logged_in_with_code(focal_point), logged_in_with_code(focal_point)
    cache.clear()
    session.post("/accounts/2fa/reauthenticate/", {"code": totp_code()})
    if how == "password":
        typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        session.post("/accounts/password/change/", typed)
    elif how == "removed":
        session.post("/accounts/2fa/totp/deactivate/")
        assert not Authenticator.objects.filter(user=focal_point).exists()
    elif how == "added":
        Authenticator.objects.create(user=focal_point, type="webauthn", data={"name": "Key"})
    else:
        session.post("/accounts/2fa/recovery-codes/generate/")
        assert Authenticator.objects.filter(user=focal_point, type="recovery_codes").exists()
    assert not is_logged_in(other)
    # A factor that was set up elsewhere, by a command or a job, ends this one too.
    assert is_logged_in(session) is (how != "added")


def test_a_factor_that_is_gone_takes_along_what_was_passed_with_it(manager):
    session = logged_in_with_code(manager)
    assert has_staff_rights(session)
    rows = Authenticator.objects.filter(user=manager)
    Authenticator.objects.bulk_create([Authenticator(user=manager, type="webauthn", data={"name": "Other"})])
    rows.filter(type="totp")._raw_delete("default")  # without a signal
    assert is_logged_in(session)
    assert not has_staff_rights(session)


def test_a_password_alone_confirms_nothing_for_who_has_a_second_factor(manager):
    session = logged_in_with_code(manager)
    answer = session.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/deactivate/", {"password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")
    session.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=manager).exists()


def test_a_person_read_from_a_session_has_passed_nothing_until_the_session_says_so(client, manager):
    client.force_login(manager)
    request = HttpRequest()
    request.session = client.session
    person = get_user(request)
    assert person == manager
    assert not can(person, Action.READ_EVERYTHING)


def test_the_admin_logs_in_nobody(manager, focal_point):
    session = logged_in_with_code(manager)
    assert session.get("/admin/login/")["Location"] == ADMIN
    session.post("/admin/login/", {"username": focal_point.email, "password": PASSWORD, "next": WORKSPACE})
    assert session.session["_auth_user_id"] == str(manager.pk)
    assert Client().post("/admin/login/?next=https://elsewhere.example/", {})["Location"].startswith("/accounts/login/")


def test_asking_the_session_costs_no_query(client, manager, django_assert_num_queries):
    client.force_login(manager)
    with django_assert_num_queries(5):  # session, person, affiliations; on the page letters, and who acts for whom
        client.get("/workspace/profile/")
