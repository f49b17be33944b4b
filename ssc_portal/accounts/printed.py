"""The second step of a log-in by a printed code, and what a person reads of its sheet; for MFA_FORMS and `urls`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.people.printed_codes import FEW_LEFT, codes_left


class CodeAsFactor(AuthenticateForm):
    """Asks for the code of an authenticator, or of the sheet where the person has one.

    `is_of_a_sheet`: whether it has one; beside a sheet there is no other factor.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = codes_left(self.user)
        self.is_of_a_sheet = left is not None
        if left is not None:
            self.fields["code"].label = _("Code of your printed sheet")
            self.fields["code"].help_text = _("The next one that is not crossed out.") + (" " + left_in_words(left))

    def save(self) -> None:
        """Let the person in, and say how many codes are left."""
        super().save()
        left = codes_left(self.user)
        if left is not None:
            tell = messages.warning if left <= FEW_LEFT else messages.info
            tell(context.request, _("Cross out the code that you used.") + " " + left_in_words(left))


def left_in_words(left: int) -> str:
    """Say how many codes are left, and of few that new ones are to be asked for."""
    said = ngettext("%(count)d code is left.", "%(count)d codes are left.", left) % {"count": left}
    return said + " " + _("Ask the secretariat for a new sheet now.") if left <= FEW_LEFT else said


def not_of_a_sheet(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap a page that shows recovery codes: those of a printed sheet were shown once, and are not shown again."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        left = codes_left(request.user) if request.user.is_authenticated else None
        if left is None:
            return view(request, *args, **kwargs)
        messages.info(request, _("Your codes stand on the printed sheet alone.") + " " + left_in_words(left))
        return redirect("mfa_index")

    return answer
