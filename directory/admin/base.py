"""What the admins of all reference data have in common."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin

from directory.access import is_member
from directory.admin.checked_choice import CheckedChoices
from directory.admin.since_shown import SinceShownAdmin
from directory.models import User
from directory.models.reference_data.base import Reference
from directory.models.reference_data.scored import too_many
from directory.reference.use import set_in_use
from web.converters import row_number
from web.text import fold

Row = TypeVar("Row", bound=Model)
ReferenceRow = TypeVar("ReferenceRow", bound=Reference)
Parent = TypeVar("Parent", bound=Model)

FOR_THE_SECRETARIAT = _("For the secretariat")
SOURCE_FIELDSET: Any = (FOR_THE_SECRETARIAT, {"fields": ("source", "note", "is_active")})


def actor(request: HttpRequest) -> User:
    """Return who acts; nobody without an account does."""
    if not is_member(request.user):
        raise PermissionDenied
    return request.user


class HistoryAdmin(SimpleHistoryAdmin, SinceShownAdmin[Row]):
    """An admin with the history of each row, for whoever may look; reverting is a change."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Answer 404 for an id that no row can have."""
        self._row_or_404(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one version; only who may change the row may go back to it (the library asks only who may look)."""
        row = self._row_or_404(request, object_id)
        if row_number(version_id) is None:
            raise Http404
        if request.method == "POST" and not self.has_change_permission(request, row):
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _row_or_404(self, request: HttpRequest, object_id: str) -> Row:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row


class ReferenceAdmin(HistoryAdmin[ReferenceRow]):
    """Reference data: found by folded text, codes fixed once given, disabled instead of deleted."""

    actions = ("enable", "disable")
    code_fields: tuple[str, ...] = ()
    list_per_page = 100
    save_on_top = True

    def get_readonly_fields(self, request: HttpRequest, obj: ReferenceRow | None = None) -> tuple[Any, ...]:
        """Fix the codes of a row that exists: others refer to them."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (*fields, *self.code_fields)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReferenceRow], search_term: str
    ) -> tuple[QuerySet[ReferenceRow], bool]:
        """Search in folded text; where a row is to be chosen, offer only those in use."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(is_active=True)
        return super().get_search_results(request, queryset, fold(search_term))

    @admin.action(description=_("Enable: can be chosen again"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[ReferenceRow]) -> None:
        """Take the chosen rows into use again."""
        self._set_in_use(request, queryset, is_active=True)

    @admin.action(description=_("Disable: what refers to it keeps it"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[ReferenceRow]) -> None:
        """Take the chosen rows out of use."""
        self._set_in_use(request, queryset, is_active=False)

    def _set_in_use(self, request: HttpRequest, queryset: QuerySet[ReferenceRow], *, is_active: bool) -> None:
        count = set_in_use(rows=list(queryset), is_active=is_active, by=actor(request))
        said = (
            ngettext("%(count)d row enabled.", "%(count)d rows enabled.", count)
            if is_active
            else ngettext("%(count)d row disabled.", "%(count)d rows disabled.", count)
        )
        self.message_user(request, said % {"count": count}, messages.SUCCESS)


class ScoredAdmin(ReferenceAdmin[ReferenceRow]):
    """Reference data that the score compares: the list says where there are more than it can."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, with a warning where runs would fail by it."""
        if beyond := too_many(self.model._default_manager.scored()):  # type: ignore[attr-defined] # noqa: SLF001
            stopped = _("The matching cannot run.")
            self.message_user(request, f"{beyond} {stopped}", messages.WARNING)
        return super().changelist_view(request, extra_context)


class NoAddMixin:
    """Rows that come from elsewhere: nobody adds one by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is added here."""
        return False


class NoChangeMixin(NoAddMixin):
    """Rows that say what was: nobody changes them."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False


class ListInline(NoChangeMixin, admin.TabularInline[Row, Parent]):
    """Rows that are listed on another's page and changed on their own: a long list stays one query."""

    extra = 0
    show_change_link = True


class NewRowsInline(CheckedChoices, admin.TabularInline[Row, Row]):
    """Empty rows for adding only; those that exist are listed by a ListInline."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows that exist are not shown here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows that exist are not changed here."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Return no row."""
        return super().get_queryset(request).none()
