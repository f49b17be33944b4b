"""Pages of accounts that allauth has not, or has otherwise."""

from typing import Any

from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from ssc_portal.accounts import known_browser


class SignupClosed(TemplateView):
    """Says where accounts come from; nobody signs up."""

    template_name = "account/signup_closed.html"
    http_method_names = ["get", "head"]


class PasswordChange(PasswordChangeView):
    """Changes the password; who has none, logging in by single sign-on, sets one by the link of a mail."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send those without a password to where a link is asked for."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            messages.info(request, _("Your account has no password yet: set one by the link that is sent to you."))
            return redirect("account_reset_password")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class PasswordResetFromKey(PasswordResetFromKeyView):
    """Sets a new password by the link of a mail, and lets the browser be known: it has proved the address.

    Else whom strangers have locked out by guessing would be locked out with the new password too.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it."""
        response: HttpResponse = super().form_valid(form)
        known_browser.remember(self.request, response, self.reset_user)
        return response
