"""Modalities in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from directory.admin.base import SOURCE_FIELDSET, ScoredAdmin
from directory.models import Modality


@admin.register(Modality)
class ModalityAdmin(ScoredAdmin[Modality]):
    """Forms of cooperation."""

    code_fields = ("code",)
    list_display = ("label", "code", "aid_types", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "label", "aliases")
    search_help_text = _("By code, label or spelling.")
    ordering = ("position", "code")
    fieldsets = (
        (
            None,
            {"description": _("Code and label are shown publicly."), "fields": ("code", "label", "position")},
        ),
        (_("On input"), {"fields": ("aliases",)}),
        (_("Codes of others"), {"fields": ("aid_types",)}),
        SOURCE_FIELDSET,
    )
