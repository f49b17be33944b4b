"""How accounts behave on this portal: by invitation only, with a second factor for the secretariat."""

import unicodedata
import uuid
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.access import Action, can, is_member
from directory.mail import outbox
from directory.models import User
from directory.people import printed_codes
from ssc_portal.accounts import known_browser

KINDS_OF_ALLAUTH = {
    "account/email/password_reset_key": "password_reset",
    "account/email/unknown_account": "no_account",
}


def way_to_second_factor(request: HttpRequest, user: User) -> str:
    """Say that the role counts only with a second factor, and return where it is shown, or set up."""
    if is_mfa_enabled(user):
        messages.warning(request, _("Your role at the secretariat counts only with a second factor: show it here."))
        return reverse("mfa_reauthenticate")
    messages.warning(request, _("Your role at the secretariat counts only with a second factor: set one up here."))
    return reverse("mfa_index")


class AccountAdapter(DefaultAccountAdapter):
    """No one signs up alone: people are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: an account needs an invitation."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Return whether one may be led there; an address that cannot be read, such as `http://[`, leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to where the person works; without the second factor that its role needs, to that."""
        user = request.user
        if is_member(user) and user.lacks_second_factor:
            return way_to_second_factor(request, user)
        if can(user, Action.REVIEW_MATCHES):
            return reverse("admin:index")
        return reverse("workspace:home")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write into the outbox, as all mails: no page waits for a server, and both answers to a reset take as long.

        Raises KeyError for a mail that the portal has no words for.
        """
        kind = KINDS_OF_ALLAUTH[template_prefix]
        url = urlsplit(context.get("password_reset_url", ""))
        user = context.get("user")
        outbox.write(
            kind=kind,
            key=f"{kind}:{uuid.uuid4()}",
            about={"token": url.path},
            to=[user] if user is not None else [],
            addresses=[] if user is not None else [email],
        )

    def post_login(self, request: HttpRequest, user: Any, **given: Any) -> HttpResponse:
        """Let the browser be known, so that its tries are not counted with those of strangers."""
        response: HttpResponse = super().post_login(request, user, **given)
        known_browser.remember(request, response, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Name the budget that a try at a password counts in, for every place that asks for one.

        That of the session, where the person is logged in and confirms; that of the browser, where the account knows
        it; else that of the account, which all strangers share. allauth's own takes the name of the host along, and
        the letters as typed: each other spelling would be another budget.
        """
        email = str(credentials.get("email", "")).strip()
        if request.user.is_authenticated and request.user.answers_to(email):
            return f"session:{request.user.pk}"
        if browser := known_browser.browser_of(request, email):
            return f"browser:{browser}"
        return f"account:{unicodedata.normalize('NFKC', email).casefold()}"

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Send the link to the account's own address alone; with any other there is no account."""
        if user.answers_to(email):
            super().send_password_reset_mail(user, email, context)
        else:
            self.send_mail("account/email/unknown_account", email, {})

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ask those who have a second factor for it: a password alone, which may be what was stolen, is too little."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        return factors or methods

    def get_user_search_fields(self) -> list[str]:
        """Return no field: nobody is searched for by way of an account."""
        return []


FACTORS_ASKED_FOR = frozenset({Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN})
"""Of which the log-in asks whether the person has one."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second factor is called after the portal; printed codes are one by themselves."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Return whether the person has one of these; the log-in asks for printed codes as for an authenticator."""
        if super().is_mfa_enabled(user, types):
            return True
        asks_at_log_in = types is not None and set(types) == FACTORS_ASKED_FOR
        return asks_at_log_in and printed_codes.sheet_of(user) is not None

    def get_totp_label(self, user: Any) -> str:
        """Return what an authenticator shows beside the code."""
        return str(user.email)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the portal to browsers that keep passkeys."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.PORTAL_NAME}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Single sign-on logs in those who have an account, by an address that the server has verified; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False: an account needs an invitation."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse whom no account fits, in words that tell nothing of which accounts there are; and all but a log-in.

        allauth would also tie the identity of somebody else's server to whoever is logged in ("connect").
        """
        if sociallogin.state.get("process", AuthProcess.LOGIN) != AuthProcess.LOGIN or request.user.is_authenticated:
            raise ImmediateHttpResponse(redirect("account_login"))
        if not sociallogin.is_existing and not sociallogin.user.pk:
            messages.error(request, _("That did not log you in. You need an invitation to get an account."))
            raise ImmediateHttpResponse(redirect("account_login"))
