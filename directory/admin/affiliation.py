"""Affiliations in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from directory.admin.base import HistoryAdmin
from directory.models import Affiliation


@admin.register(Affiliation)
class AffiliationAdmin(HistoryAdmin[Affiliation]):
    """Who serves which agency in which role: all that a person may do follows from this."""

    list_display = ("user", "agency", "role", "valid_from", "valid_until")
    list_display_links = ("user", "agency")
    list_filter = ("role", "agency__kind")
    list_select_related = ("user", "agency")
    search_fields = ("user__email", "user__full_name", "agency__name", "agency__acronym", "agency__code")
    search_help_text = _("By e-mail, name or agency.")
    ordering = ("user__email", "agency__name", "role")
    autocomplete_fields = ("user", "agency")
    fieldsets = (
        (
            None,
            {
                "description": _("Not shown publicly. To end an affiliation set its last day; it is never deleted."),
                "fields": ("user", "agency", "role", "valid_from", "valid_until"),
            },
        ),
    )
