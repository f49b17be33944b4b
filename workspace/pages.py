"""What all pages of the workspace share: for those logged in, never cached, and with the agency at work."""

from http import HTTPStatus
from typing import Any, ClassVar

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.views.generic.base import View

from directory.access import GRANTS, Action, can, is_member
from directory.models import User
from workspace.current import current_affiliation
from workspace.kept import CARRIED_FIELD, PERSON_FIELD, carry_typed, sign_person

AUTOSAVE = "X-Autosave"
"""The header by which a form that saves itself says so: it takes no page for an answer."""


class MemberRequest(HttpRequest):
    """A request of somebody logged in: a page of the workspace lets in no other."""

    user: User


class WorkspacePage(AccessMixin, View):
    """A page for those whose role allows one of `actions` (none named: for everyone logged in).

    Others are sent to the log-in, or refused (403).
    """

    actions: ClassVar[tuple[Action, ...]] = (Action.READ_OWN,)
    section: ClassVar[str] = "workspace"
    part: str = ""
    http_method_names = ["get", "head", "post"]
    keeps_typed: ClassVar[bool] = False
    """Whether what is posted after the session has ended is kept and given back after the log-in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_member(request.user):
            return self._answer_logged_out(request)
        if self.actions and not any(can(request.user, action) for action in self.actions):
            return self._refuse(request)
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _answer_logged_out(self, request: HttpRequest) -> HttpResponseBase:
        """Lead to the log-in; where something was typed into a form, show it here, so that it carries that along."""
        carried = ""
        if self.keeps_typed and request.method == "POST" and AUTOSAVE not in request.headers:
            carried = carry_typed(request)
        if not carried:
            return self.handle_no_permission()
        log_in = LoginView()
        log_in.setup(request)
        context = log_in.get_context_data(form=LoginForm(request=request))
        # What was posted says where to go on only by its own address.
        context["redirect_field"] = format_html('<input type="hidden" name="next" value="{}">', request.path)
        answer = render(request, "account/login.html", context | {CARRIED_FIELD: carried}, status=HTTPStatus.FORBIDDEN)
        add_never_cache_headers(answer)
        return answer

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        """Say why not, where it is only the designation that is missing; else no more than that it is refused."""
        would_be_granted = {action for role in request.user.roles for action in GRANTS[role]}  # type: ignore[union-attr]
        if would_be_granted.isdisjoint(self.actions):
            raise PermissionDenied
        return render(request, "workspace/no_designation.html", self.frame(), status=HTTPStatus.FORBIDDEN)

    def frame(self, **more: Any) -> dict[str, Any]:
        """Return what the frame of the page needs, and more: the bar reads the rest itself."""
        typed_by = sign_person(self.request.user) if self.keeps_typed else ""
        return {"section": self.section, "part": self.part, PERSON_FIELD: typed_by, **more}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the frame needs, and the agency at work."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return self.frame(affiliation=current_affiliation(self.request)) | context
