"""The log of who went through the working rules, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory.admin.base import actor
from directory.models import RulesReview


@admin.register(RulesReview)
class RulesReviewAdmin(admin.ModelAdmin[RulesReview]):
    """Reviews of the page of working rules: added, and never changed."""

    list_display = ("at", "by", "note")
    list_select_related = ("by",)
    fields = ("note",)
    ordering = ("-at", "-id")
    search_help_text = _("By note.")
    search_fields = ("note",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False

    def save_model(self, request: HttpRequest, obj: RulesReview, form: Any, change: bool) -> None:
        """Note whose review it is: the person's who adds it."""
        obj.by = actor(request)
        super().save_model(request, obj, form, change)
