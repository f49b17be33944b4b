"""Survey editions in the admin."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory.admin.base import HistoryAdmin
from surveys.models import Survey


@admin.register(Survey)
class SurveyAdmin(HistoryAdmin[Survey]):
    """Editions: who asked, when, and what becomes of the answers."""

    list_display = ("title", "code", "stated_on", "is_public", "publishes_on_import", "responses_count")
    list_filter = ("is_public", "publishes_on_import")
    search_fields = ("title", "code", "organisers")
    search_help_text = _("By title, code or organisers.")
    fieldsets = (
        (
            None,
            {
                "description": _("Shown publicly, on the page of the survey, once “shown publicly” is ticked."),
                "fields": (
                    "code", "title", "organisers", "description", "source", "disclaimer", "stated_on", "opens_on",
                    "closes_on", "is_public",
                ),
            },
        ),
        (
            _("What an import makes of its rows"),
            {
                "description": _(
                    "Files are brought in with import_survey; what is written here counts from the next import on. "
                    "Postings that are there already keep their state."
                ),
                "fields": ("publishes_on_import", "has_agency_key"),
            },
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        """Count the responses along."""
        return super().get_queryset(request).annotate(responses_count=Count("responses"))

    def get_readonly_fields(self, request: HttpRequest, obj: Survey | None = None) -> tuple[str, ...]:
        """Fix the code of an edition that exists: addresses and imports name it."""
        return ("code",) if obj else ()

    @admin.display(description=_("responses"), ordering="responses_count")
    def responses_count(self, survey: Survey) -> int:
        """How many responses it has."""
        return int(getattr(survey, "responses_count", 0))
