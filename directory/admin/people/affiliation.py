"""Affiliations in the admin."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.base import HistoryAdmin, actor
from directory.keys.departures import note_departure
from directory.models import Affiliation, User
from directory.people.leaving import leave
from directory.people.revalidation import validate


@admin.register(Affiliation)
class AffiliationAdmin(HistoryAdmin[Affiliation]):
    """Who serves which agency in which role: all that a person may do follows from this."""

    list_display = ("user", "agency", "role", "valid_from", "valid_until", "validated_on", "ended_at")
    list_display_links = ("user", "agency")
    list_filter = ("role", "agency__kind")
    list_select_related = ("user", "agency")
    search_fields = ("user__email", "user__full_name", "agency__name", "agency__acronym", "agency__code")
    search_help_text = _("By e-mail, name or agency.")
    ordering = ("user__email", "agency__name", "role")
    autocomplete_fields = ("user", "agency")
    readonly_fields = ("validated_on", "ended_at")
    actions = ("end_now", "validate")
    fieldsets = (
        (
            None,
            {
                "description": _("Not shown publicly. To end an affiliation set its last day; it is never deleted."),
                "fields": ("user", "agency", "role", "valid_from", "valid_until", "validated_on", "ended_at"),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Affiliation, form: Any, change: bool) -> None:
        """Look after the keys of a person whose last day is set to one that has passed."""
        super().save_model(request, obj, form, change)
        note_departure(obj.user)

    @admin.action(description=_("End now: access ends at once, the history stays"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Affiliation]) -> None:
        """End the chosen affiliations."""
        self._each(request, queryset, lambda one, by: leave(affiliation=one, by=by))

    @admin.action(description=_("Validate: the person still serves"), permissions=["change"])
    def validate(self, request: HttpRequest, queryset: QuerySet[Affiliation]) -> None:
        """Record that the chosen people still serve."""
        self._each(request, queryset, lambda one, by: validate(affiliation=one, by=by))

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Affiliation], act: Callable[[Affiliation, User], Affiliation]
    ) -> None:
        by = actor(request)
        for one in queryset:
            act(one, by)
        count = queryset.count()
        said = ngettext("%(count)d affiliation changed.", "%(count)d affiliations changed.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
