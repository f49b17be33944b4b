"""The admin site: Django's own, with the portal's name and one door for logging in."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from desk.queue import todo
from desk.runs.standing import standing
from directory.access import Action, can, is_member
from directory.choices import MailState
from directory.mail.unreached import unreached_people
from directory.models import Mail
from matching.models import Enquiry
from practices.models import Practice, PracticeQuestion
from ssc_portal.accounts.adapters import way_to_second_factor
from surveys.models import Need, Offer, Reading

WITHOUT_AN_END = (MailState.FAILED, MailState.UNCERTAIN)
"""States of mails that only a person sends on."""

NOT_OURS = {"password_change", "password_change_done"}


class PortalAdminSite(admin.AdminSite):
    """Where the secretariat works."""

    site_header = _("SSC Portal: secretariat")
    site_title = _("SSC Portal")
    index_title = _("What the secretariat looks after")
    enable_nav_sidebar = True

    def get_urls(self) -> list[Any]:
        """Leave out the page for changing a password: the portal has its own, with its limits."""
        return [line for line in super().get_urls() if getattr(line, "name", None) not in NOT_OURS]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Begin with what waits for a person."""
        return super().index(request, {**(extra_context or {}), "waiting": waiting(request.user)})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the portal's own log-in, or to the second factor; log in nobody here, whatever is posted.

        Raises PermissionDenied for those who are logged in and not of the secretariat.
        """
        user, asked = request.user, get_next_redirect_url(request)
        if not is_member(user):
            return redirect_to_login(asked or request.get_full_path())
        if user.is_staff:
            return redirect(asked or "admin:index")
        if user.lacks_second_factor:
            return redirect_to_login(asked or reverse("admin:index"), way_to_second_factor(request, user))
        raise PermissionDenied


def waiting(user: Any) -> dict[str, Any]:
    """Return how much waits for the person at the secretariat, and the last run; a fixed number of queries."""
    postings = sum(model.objects.awaiting_approval_by(user).count() for model in (Offer, Need))
    looks_after_mail = can(user, Action.MANAGE_ACCOUNTS)
    return {
        **todo.counted(),
        "postings": postings,
        "enquiries": Enquiry.objects.to_answer().count(),
        "practices": Practice.objects.to_review().count(),
        "questions": PracticeQuestion.objects.to_answer().count(),
        "mails": Mail.objects.filter(state__in=WITHOUT_AN_END).count() if looks_after_mail else 0,
        "unreached": unreached_people().count() if looks_after_mail else 0,
        "readings": Reading.objects.for_the_secretariat().count(),
        "readings_address": f"{reverse('admin:surveys_reading_changelist')}?todo=any",
        **standing(user),
    }
