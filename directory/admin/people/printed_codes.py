"""The page on which a manager hands out a sheet of printed codes, prints it, and takes it back."""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.access import Action, can
from directory.admin.base import actor
from directory.models import User
from directory.people import printed_codes
from directory.people.printed_codes import PrintedCodesRefused


class PrintedCodesForm(forms.Form):
    """Why a sheet is handed out, or taken back."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "To whom the sheet goes or went, and how you made sure of it: not by e-mail alone. For the secretariat."
        ),
    )


def show_printed_codes(model_admin: ModelAdmin[User], request: HttpRequest, person: User) -> HttpResponse:
    """Answer GET with how it stands; answer POST with the new sheet, this once, or by taking it back.

    Who does so has confirmed itself within the last minutes, as for what changes the own account.
    """
    by = actor(request)
    if not can(by, Action.MANAGE_ACCOUNTS):
        raise PermissionDenied
    raise_if_reauthentication_required(request, app="allauth.mfa")
    form = PrintedCodesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        try:
            if request.POST.get("do") == "take_back":
                printed_codes.take_back(user=person, by=by, note=note)
                messages.success(request, _("The codes are good for nothing any more. A mail tells the person."))
                return HttpResponseRedirect(reverse("admin:directory_user_change", args=[person.pk]))
            codes = printed_codes.hand_out(user=person, by=by, note=note)
        except PrintedCodesRefused as refused:
            form.add_error(None, str(refused))
        else:
            return _page(
                model_admin,
                request,
                person,
                title=_("Codes for the log-in"),
                codes=codes,
                on=timezone.now(),
                portal_name=settings.PORTAL_NAME,
            )
    return _page(
        model_admin,
        request,
        person,
        title=_("Printed codes"),
        form=form,
        obstacle=printed_codes.obstacle(person, by=by),
        left=printed_codes.codes_left(person),
        is_oneself=person.pk == by.pk,
    )


def _page(
    model_admin: ModelAdmin[User], request: HttpRequest, person: User, *, form: Any = None, **context: Any
) -> HttpResponse:
    frame = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "person": person, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else HTTPStatus.OK
    page = "sheet_of_codes.html" if form is None else "printed_codes.html"
    response = TemplateResponse(request, f"admin/directory/user/{page}", {**frame, **context}, status=status)
    # What is shown once is kept by no browser, and by nothing between.
    response["Cache-Control"] = "private, no-store"
    return response
