"""Every address that a library answers at: it is linked from our pages, and a test says what a POST to it changes."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import cache
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from directory.mail import sending
from directory.models import Affiliation, Invitation, Mail, User
from ssc_portal.accounts.adapters import SingleSignOnAdapter
from tests.factories import PASSWORD, TOTP_SECRET, totp_code
from tests.our_apps import OUR_APPS
from tests.pages import Page

pytestmark = pytest.mark.any_database

NEW_PASSWORD = "eleven geese cross a river"
STRANGE = "stranger@elsewhere.example"

OF_ALLAUTH = {
    "account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key_done",
    "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_login_webauthn", "mfa_reauthenticate_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "openid_connect_login", "openid_connect_callback",
}  # fmt: skip
# Views of the portal that stand upon those of a library.
OURS_OF_THEIRS = {"account_signup", "account_change_password", "account_reset_password_from_key", "admin:login"}
# The widgets of the admin's forms ask for the first two; the third stands on the page of a row that has a public one.
OF_THE_ADMIN = {"admin:autocomplete", "admin:jsi18n", "admin:view_on_site"}
OF_EACH_MODEL = ("changelist", "add", "change", "history", "delete", "simple_history")


def views(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, Any]]:
    """The name of every address, and the class or function that answers there."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            found: Any = pattern.callback
            view = getattr(found, "view_class", None) or getattr(found, "cls", None) or inspect.unwrap(found)
            yield namespace + (pattern.name or ""), view


def test_the_addresses_of_libraries_are_listed_here_one_by_one():
    models = {f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    of_models = {f"{model}_{view}" for model in models for view in OF_EACH_MODEL}
    # Without a name: an old address of a change page, and whatever is unknown. They redirect, or are not there.
    known = OF_ALLAUTH | OF_THE_ADMIN | of_models | {"admin:logout", "admin:app_list", "admin:"}
    theirs = {name for name, view in views() if view.__module__.split(".")[0] not in OUR_APPS}
    assert sorted(theirs - known) == []
    assert sorted((OF_ALLAUTH | OF_THE_ADMIN) - theirs) == []


def test_the_admin_shows_only_what_is_ours():
    assert {model._meta.app_label for model in admin.site._registry} <= set(OUR_APPS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "email/", "confirm-email/", "confirm-email/key/", "password/set/", "login/code/", "login/code/confirm/",
        "signup/passkey/", "2fa/trust/", "2fa/webauthn/signup/", "social/connections/", "social/signup/", "",
    ],
)  # fmt: skip
def test_what_the_portal_does_not_use_is_not_there(client, focal_point, path):
    client.force_login(focal_point)
    for answer in (client.get(f"/accounts/{path}"), client.post(f"/accounts/{path}", EVERYTHING)):
        assert answer.status_code == 404
    assert not EmailAddress.objects.exists()


@pytest.mark.django_db
def test_each_is_linked_from_a_page_of_the_portal(client, manager, focal_point, settings):
    """Beside those that a redirect leads to: a page after another, or from a mail."""
    led_to = {
        "account_inactive", "account_reset_password_done", "account_reset_password_from_key",
        "account_reset_password_from_key_done", "mfa_authenticate", "mfa_reauthenticate", "account_reauthenticate",
        "mfa_reauthenticate_webauthn", "mfa_login_webauthn", "openid_connect_login", "openid_connect_callback",
        "mfa_deactivate_totp", "mfa_activate_totp",
    }  # fmt: skip
    key = Authenticator.objects.create(user=manager, type="webauthn", data={"name": "Key", "passwordless": False})
    RecoveryCodes.activate(manager)
    pages = [Page(Client().get("/")), Page(Client().get("/accounts/login/"))]
    client.force_login(manager)
    confirm(client, manager)
    paths = ("/workspace/profile/", "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/recovery-codes/")
    pages += [Page(client.get(path)) for path in paths]
    found = {link.split("?")[0] for page in pages for link in page.links}
    found |= {form.get("action") or "" for page in pages for form in page.attributes_of("form")}
    wanted = {
        name: reverse(name, args=[key.pk] if name in ("mfa_edit_webauthn", "mfa_remove_webauthn") else [])
        for name in OF_ALLAUTH - led_to
    }
    assert {name: path for name, path in wanted.items() if path not in found} == {}


EVERYTHING = {
    "action_add": "", "action_primary": "", "action_remove": "", "action_send": "", "email": STRANGE, "login": STRANGE,
    "password": NEW_PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "oldpassword": "wrong",
    "code": "000000", "credential": "{}", "name": "Stranger", "process": "connect", "key": "key",
}  # fmt: skip
WATCHED: tuple[type[Model], ...] = (User, EmailAddress, Authenticator, SocialAccount, Affiliation, Invitation, Mail)


def state() -> dict[str, list[Any]]:
    """Each column of what an account is, and how many rows there are."""
    found: dict[str, list[Any]] = {}
    for model in WATCHED:
        rows = list(model._default_manager.order_by("pk").values())
        found[f"{model.__name__}s"] = [row["id"] for row in rows]
        for row in rows:
            for column, value in row.items():
                found.setdefault(f"{model.__name__}.{column}", []).append(value)
    return found


def changes(before: dict[str, list[Any]]) -> set[str]:
    """What changed: columns of rows that were there before and are still, and tables whose rows are others."""
    after = state()
    tables = {name for name in after if "." not in name and after[name] != before[name]}
    columns = {
        name
        for name in before.keys() & after.keys()
        if "." in name and f"{name.split('.')[0]}s" not in tables and before[name] != after[name]
    }
    return tables | columns


def confirm(client: Client, person: User) -> None:
    """Confirm that it is oneself, by what the person has."""
    cache.clear()  # a code counts once, and no test waits for the next
    if Authenticator.objects.filter(user=person, type="totp").exists():
        answer = client.post("/accounts/2fa/reauthenticate/", {"code": totp_code()})
    else:
        answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    cache.clear()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OF_ALLAUTH | OURS_OF_THEIRS))
@pytest.mark.parametrize("role", ["visitor", "focal_point", "manager"])
def test_a_borrowed_session_changes_nothing_of_an_account(client, role, name, request):
    """It may log out, and ask for a mail to the address that was typed; no more, whatever is posted where."""
    person = AnonymousUser() if role == "visitor" else request.getfixturevalue(role)
    args = [999] if name in ("mfa_edit_webauthn", "mfa_remove_webauthn") else []
    args = ["a", "b-c"] if name == "account_reset_password_from_key" else args
    path = reverse(name, args=["sso"] if name.startswith("openid") else args)
    if isinstance(person, User):
        client.force_login(person)
    before = state()
    assert client.get(path).status_code < 500
    assert client.post(path, EVERYTHING).status_code < 500
    assert changes(before) == ({"Mails"} if name == "account_reset_password" else set())


def log_in(client: Client, person: User) -> Any:
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def choose_password(client: Client, person: User) -> Any:
    client.post("/accounts/password/reset/", {"email": person.email})
    sending.send_due()
    path = next(line for line in mail.outbox[-1].body.splitlines() if "/reset/key/" in line)
    form = client.get(path.removeprefix("http://127.0.0.1:8000"), follow=True)
    return client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def show_code(client: Client, person: User) -> Any:
    TOTP.activate(person, TOTP_SECRET)
    log_in(client, person)
    return client.post("/accounts/2fa/authenticate/", {"code": totp_code()})


def activate(client: Client, person: User) -> Any:
    client.force_login(person)
    confirm(client, person)
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    return client.post("/accounts/2fa/totp/activate/", {"code": totp_code(form.secret)})


def confirmed(path: str, *, factor: str = "totp", **typed: str) -> Callable[[Client, User], Any]:
    def post(client: Client, person: User) -> Any:
        if factor == "totp":
            TOTP.activate(person, TOTP_SECRET)
        key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Key", "passwordless": False})
        client.force_login(person)
        if factor == "totp":
            confirm(client, person)
        return client.post(path.replace("<key>", str(key.pk)), typed)

    return post


def logged_in(path: str, **typed: str) -> Callable[[Client, User], Any]:
    def post(client: Client, person: User) -> Any:
        client.force_login(person)
        return client.post(path, typed)

    return post


LOGGED_IN_NOW = {"User.last_login"}
ENDS_SESSIONS = {"User.session_epoch"}
ACCEPTED: dict[str, tuple[Callable[[Client, User], Any], set[str]]] = {
    "account_login": (log_in, LOGGED_IN_NOW),
    "account_logout": (logged_in("/accounts/logout/"), LOGGED_IN_NOW),
    "admin:logout": (logged_in("/admin/logout/"), LOGGED_IN_NOW),
    "account_reauthenticate": (logged_in("/accounts/reauthenticate/", password=PASSWORD), LOGGED_IN_NOW),
    "account_change_password": (
        logged_in(
            "/accounts/password/change/", oldpassword=PASSWORD, password1=NEW_PASSWORD, password2=NEW_PASSWORD
        ),
        LOGGED_IN_NOW | {"User.password"},
    ),
    "account_reset_password": (
        lambda client, person: client.post("/accounts/password/reset/", {"email": person.email}), {"Mails"},
    ),
    "account_reset_password_from_key": (choose_password, {"User.password", "Mails"}),
    "mfa_authenticate": (show_code, LOGGED_IN_NOW | {"Authenticators"} | ENDS_SESSIONS),
    "mfa_activate_totp": (activate, LOGGED_IN_NOW | {"Authenticators"} | ENDS_SESSIONS),
    "mfa_deactivate_totp": (
        confirmed("/accounts/2fa/totp/deactivate/"), LOGGED_IN_NOW | {"Authenticators"} | ENDS_SESSIONS,
    ),
    "mfa_generate_recovery_codes": (
        confirmed("/accounts/2fa/recovery-codes/generate/"), LOGGED_IN_NOW | {"Authenticators"} | ENDS_SESSIONS,
    ),
    "mfa_edit_webauthn": (
        confirmed("/accounts/2fa/webauthn/keys/<key>/edit/", name="Other"),
        LOGGED_IN_NOW | {"Authenticators"} | ENDS_SESSIONS,
    ),
    "mfa_remove_webauthn": (
        confirmed("/accounts/2fa/webauthn/keys/<key>/remove/"), LOGGED_IN_NOW | {"Authenticators"} | ENDS_SESSIONS,
    ),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_what_an_accepted_post_changes(client, focal_point, name):
    post, expected = ACCEPTED[name]
    before = state()
    answer = post(client, focal_point)
    assert answer.status_code == 302, answer.content.decode()
    assert changes(before) == expected
    assert not EmailAddress.objects.exists(), "the address of an account stands in one place alone"


@pytest.mark.django_db
def test_an_account_answers_to_its_own_address_alone(client, focal_point):
    """A row of allauth's that names another address, left by what was open before, opens nothing."""
    EmailAddress.objects.create(user=focal_point, email=STRANGE, verified=True, primary=True)
    client.post("/accounts/login/", {"login": STRANGE, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/password/reset/", {"email": STRANGE})
    assert list(Mail.objects.values_list("kind", "to_address")) == [("no_account", STRANGE)]


@pytest.mark.django_db
@pytest.mark.parametrize("process", [AuthProcess.CONNECT, AuthProcess.REDIRECT])
def test_single_sign_on_ties_no_identity_to_whoever_is_logged_in(focal_point, process):
    request = RequestFactory().get("/accounts/oidc/sso/login/callback/")
    request.user = focal_point
    login = SocialLogin(user=User(), account=SocialAccount(provider="sso", uid="1"))
    login.state = {"process": process}
    with pytest.raises(ImmediateHttpResponse):
        SingleSignOnAdapter(request).pre_social_login(request, login)
