"""What all pages of the workspace share: for those logged in, never cached, and with the agency at work."""

from typing import Any, ClassVar

from django.contrib.auth.mixins import AccessMixin
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.views.generic.base import View

from directory.access import Action, can, is_member
from workspace.current import affiliations_to_choose, current_affiliation


class WorkspacePage(AccessMixin, View):
    """A page for those whose role allows one of `actions`; others are sent to the log-in, or refused (403)."""

    actions: ClassVar[tuple[Action, ...]] = (Action.READ_OWN,)
    section: ClassVar[str] = "workspace"
    part: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_member(request.user):
            return self.handle_no_permission()
        if not any(can(request.user, action) for action in self.actions):
            self.raise_exception = True
            return self.handle_no_permission()
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the part of the menu, the agency at work and the others to switch to."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {
            "section": self.section,
            "part": self.part,
            "affiliation": current_affiliation(self.request),
            "affiliations": affiliations_to_choose(self.request),
            **context,
        }
