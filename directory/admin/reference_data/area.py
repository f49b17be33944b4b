"""Priority areas in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from directory.admin.base import SOURCE_FIELDSET, ScoredAdmin
from directory.models import PriorityArea


@admin.register(PriorityArea)
class PriorityAreaAdmin(ScoredAdmin[PriorityArea]):
    """Fields of cooperation."""

    code_fields = ("code",)
    list_display = ("label", "code", "parent", "use", "sdg_goals", "is_active")
    list_filter = ("use", "is_active")
    list_select_related = ("parent",)
    search_fields = ("code", "label", "aliases")
    search_help_text = _("By code, label or spelling.")
    ordering = ("position", "code")
    autocomplete_fields = ("parent",)
    fieldsets = (
        (
            None,
            {
                "description": _("Code and label are shown publicly."),
                "fields": ("code", "label", "parent", "use", "position", "listed_from"),
            },
        ),
        (_("On input"), {"fields": ("aliases",)}),
        (_("Codes of others"), {"fields": ("sdg_goals", "dac_sectors", "dac_purposes")}),
        SOURCE_FIELDSET,
    )
