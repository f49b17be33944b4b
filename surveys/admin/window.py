"""Country windows in the admin: who approves, what is cleared, and pausing."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.base import HistoryAdmin, actor
from surveys.admin.days import READ_DAYS
from surveys.models import ClockStop, CountryWindow
from surveys.postings.deciding.windows import WindowRefused, pause, resume


class ClockStopInline(admin.TabularInline[ClockStop, CountryWindow]):
    """When the terms of the country do not run: the deadlines of what it is asked move later by as much."""

    model = ClockStop
    formfield_overrides = READ_DAYS
    extra = 0
    fields = ("first_day", "last_day", "reason")


@admin.register(CountryWindow)
class CountryWindowAdmin(HistoryAdmin[CountryWindow]):
    """How each country wants it. Pausing hides its postings from all but itself and the secretariat."""

    formfield_overrides = READ_DAYS
    list_display = ("country", "kind", "clearance", "clearance_days", "default_visibility", "told_on", "paused_at")
    list_filter = ("kind", "clearance", ("paused_at", admin.EmptyFieldListFilter))
    list_select_related = ("country",)
    search_fields = ("country__search_text",)
    autocomplete_fields = ("country",)
    readonly_fields = ("paused_at", "paused_by")
    inlines = (ClockStopInline,)
    actions = ("pause_selected", "resume_selected")
    fieldsets = (
        (
            None,
            {
                "description": _("Never shown to others. A country without a row has the defaults."),
                "fields": (
                    "country", "kind", "told_on", "default_visibility", "clearance", "clearance_days", "note",
                    "paused_at", "paused_by",
                ),
            },
        ),
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: CountryWindow | None = None) -> Any:
        """The country of a row stays."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, "country")

    @admin.action(description=_("Pause: hide the postings, without a public trace"), permissions=["change"])
    def pause_selected(self, request: HttpRequest, queryset: QuerySet[CountryWindow]) -> None:
        """Pause the chosen countries."""
        self._each(request, queryset, paused=True)

    @admin.action(description=_("Resume: show the postings again"), permissions=["change"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[CountryWindow]) -> None:
        """Resume the chosen countries."""
        self._each(request, queryset, paused=False)

    def _each(self, request: HttpRequest, queryset: QuerySet[CountryWindow], *, paused: bool) -> None:
        act = pause if paused else resume
        try:
            for window in queryset.select_related("country"):
                act(country=window.country, by=actor(request))
        except WindowRefused as refused:
            self.message_user(request, str(refused), messages.WARNING)
            return
        count = queryset.count()
        said = ngettext("%(count)d country changed.", "%(count)d countries changed.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
