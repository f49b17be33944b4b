"""Two versions to choose from: of a posting a person's and a response's, of answers those that stand and a file's."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from directory.access import Action, can
from directory.admin.base import NoChangeMixin, actor
from directory.models import User
from surveys.answering.pending import choose, differences_of
from surveys.answering.shown import ShownResponse
from surveys.importing.held import choose_answers, differences_of_answers
from surveys.models import Import, PendingChange
from surveys.postings.deciding.held import PostingRefused
from surveys.postings.shown.editing import ShownPosting
from web.converters import row_number
from web.since_shown import AS_OF, ChangedSinceShown, Shown, as_shown


@admin.register(PendingChange)
class PendingChangeAdmin(NoChangeMixin, admin.ModelAdmin[PendingChange]):
    """What corrected responses would change in postings that people have edited, and files in released editions."""

    list_display = ("__str__", "response", "made_at", "decided_at", "is_taken")
    list_filter = (("decided_at", admin.EmptyFieldListFilter), "response__survey")
    list_per_page = 50
    actions = ("take", "leave")

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
        shown = _shown(change)
        may = can(request.user, Action.MANAGE_SURVEYS if change.is_of_answers else Action.MANAGE_POSTINGS)
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            try:
                with as_shown(shown, request.POST.get(AS_OF, "")):
                    _choose(change, takes_other="response" in request.POST, by=actor(request))
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
            "differences": differences_of_answers(change) if change.is_of_answers else differences_of(change),
            "file_import": _file_of(change),
            "may": may and change.decided_at is None,
        }
        return TemplateResponse(request, "admin/surveys/pendingchange/choose.html", context)

    @admin.action(description=_lazy("Take the file's answers into the released edition"), permissions=["choose"])
    def take(self, request: HttpRequest, queryset: QuerySet[PendingChange]) -> None:
        """Take what files have of the chosen responses."""
        self._each(request, queryset, takes_file=True)

    @admin.action(description=_lazy("Leave the released answers as they stand"), permissions=["choose"])
    def leave(self, request: HttpRequest, queryset: QuerySet[PendingChange]) -> None:
        """Leave the chosen responses as they are."""
        self._each(request, queryset, takes_file=False)

    def has_choose_permission(self, request: HttpRequest) -> bool:
        """Managers choose what a released edition says."""
        return can(request.user, Action.MANAGE_SURVEYS)

    def _each(self, request: HttpRequest, queryset: QuerySet[PendingChange], *, takes_file: bool) -> None:
        done = 0
        # One transaction, so that what it leaves to be done is one job. Postings are chosen one by one.
        with transaction.atomic():
            for change in queryset.filter(offer=None, need=None).order_by("pk"):
                try:
                    choose_answers(change=change, takes_file=takes_file, by=actor(request))
                    done += 1
                except PostingRefused as refused:
                    self.message_user(request, str(refused), messages.WARNING)
        self.message_user(
            request, ngettext("%(count)d response decided.", "%(count)d responses decided.", done) % {"count": done}
        )


def _shown(change: PendingChange) -> Shown:
    posting = change.offer or change.need
    return ShownResponse(change.response) if posting is None else ShownPosting(posting, names_staff=True)


def _choose(change: PendingChange, *, takes_other: bool, by: User) -> None:
    if change.is_of_answers:
        choose_answers(change=change, takes_file=takes_other, by=by)
    else:
        choose(change=change, takes_response=takes_other, by=by)


def _file_of(change: PendingChange) -> Import | None:
    return Import.objects.filter(pk=change.content.get("import")).first() if change.is_of_answers else None
