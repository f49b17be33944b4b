"""Two versions of a posting to choose from: a person's, and a corrected response's."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.admin.base import NoChangeMixin, actor
from surveys.answering.pending import choose, differences_of
from surveys.models import PendingChange
from surveys.postings.held import PostingRefused
from surveys.postings.shown.editing import ShownPosting
from web.converters import row_number
from web.since_shown import AS_OF, ChangedSinceShown, as_shown


@admin.register(PendingChange)
class PendingChangeAdmin(NoChangeMixin, admin.ModelAdmin[PendingChange]):
    """What corrected responses would change in postings that people have edited."""

    list_display = ("__str__", "response", "made_at", "decided_at", "is_taken")
    list_filter = (("decided_at", admin.EmptyFieldListFilter), "response__survey")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[PendingChange]:
        """With what the list names."""
        return super().get_queryset(request).select_related("offer", "need", "response__country", "response__survey")

    def has_delete_permission(self, request: HttpRequest, obj: PendingChange | None = None) -> bool:
        """Nothing is deleted."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show both versions side by side, and take the choice."""
        number = row_number(object_id)
        change = self.get_queryset(request).filter(pk=number).first() if number is not None else None
        if change is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, change):
            raise PermissionDenied
        shown = ShownPosting(change.offer or change.need, names_staff=True)  # type: ignore[arg-type]
        if request.method == "POST":
            if not can(request.user, Action.MANAGE_POSTINGS):
                raise PermissionDenied
            try:
                with as_shown(shown, request.POST.get(AS_OF, "")):
                    choose(change=change, takes_response="response" in request.POST, by=actor(request))
            except (ChangedSinceShown, PostingRefused) as refused:
                messages.error(request, str(refused))
                return HttpResponseRedirect(request.path)
            messages.success(request, _("Decided."))
            return HttpResponseRedirect(reverse("admin:surveys_pendingchange_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(change),
            "change": change,
            AS_OF: shown.mark(),
            "differences": differences_of(change),
            "may": can(request.user, Action.MANAGE_POSTINGS) and change.decided_at is None,
        }
        return TemplateResponse(request, "admin/surveys/pendingchange/choose.html", context)
