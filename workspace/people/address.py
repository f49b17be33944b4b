"""Changing the own e-mail address: asked with the password and the second factor, confirmed by a link in a mail."""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import TemplateView, View

from directory.people import addresses, second_factor
from directory.people.addresses import AddressRefused
from workspace.pages import MemberRequest, WorkspacePage
from workspace.people.forms import AddressForm

ASKING = "ask_for_address"
"""Named in the setting ACCOUNT_RATE_LIMITS: a mail goes to whatever address is typed."""


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class AddressPage(WorkspacePage, TemplateView):
    """Ask for another address. An address that has an account is answered like any other."""

    actions = ()
    template_name = "workspace/people/address.html"
    part = "profile"
    form: AddressForm | None = None

    def get(self, request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        return self._turned_away(request) or self.render_to_response(self.get_context_data())

    def post(self, request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if turned_away := self._turned_away(request):
            return turned_away
        form = self.form = AddressForm(request.POST, by=request.user)
        if not form.is_valid():
            return self._refuse_form(HTTPStatus.UNPROCESSABLE_ENTITY)
        if not ratelimit.consume(request, action=ASKING, user=request.user):
            form.add_error(None, _("You have asked for this often just now. Try again in an hour."))
            return self._refuse_form(HTTPStatus.TOO_MANY_REQUESTS)
        try:
            addresses.ask(user=request.user, email=form.cleaned_data["email"])
        except AddressRefused as refused:
            form.add_error("email", str(refused))
            return self._refuse_form(HTTPStatus.UNPROCESSABLE_ENTITY)
        said = _("A mail is on its way to %(email)s. Your address changes once the link in it is confirmed.")
        messages.success(request, said % {"email": form.cleaned_data["email"]})
        return redirect("workspace:profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return super().get_context_data(**kwargs) | {"form": self.form or AddressForm(by=user)}

    def _refuse_form(self, status: HTTPStatus) -> HttpResponse:
        return self.render_to_response(self.get_context_data(), status=status)

    def _turned_away(self, request: MemberRequest) -> HttpResponse | None:
        """Lead to the second factor where there is one, and to a first password where there is neither."""
        if second_factor.has_one(request.user):
            if did_recently_reauthenticate(request):
                return None
            return redirect_to_login(request.path, reverse("mfa_reauthenticate"))
        if not request.user.has_usable_password():
            messages.info(request, _("Your account has no password yet: set one by the link that is sent to you."))
            return redirect("account_reset_password")
        return None


class AddressConfirmation(View):
    """The page of the link: it shows, and changes only when its button is pressed. It needs no log-in."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._show(request, addresses.read_token(token))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            person = addresses.confirm(token)
        except AddressRefused:
            return self._show(request, None)
        return self._show(request, (person, person.email), done=True)

    def _show(self, request: HttpRequest, found: Any, *, done: bool = False) -> HttpResponse:
        context = {"email": found[1] if found else "", "done": done}
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        response = render(request, "workspace/people/address_confirm.html", context, status=status)
        add_never_cache_headers(response)
        return response
