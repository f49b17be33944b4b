"""Responses in the admin: as given, and how their places were read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from directory.admin.base import HistoryAdmin, ListInline, NoAddMixin
from surveys.admin.of_import import OfImportMixin
from surveys.erasing.texts import ERASED, MARK
from surveys.models import Need, Offer, Reading, Response
from web.text import fold

GIVEN = ("survey", "country", "agency", "kind", "footnote", "cells")
ORIGIN = ("key", "file_import", "source_file", "source_sheet", "source_row", "created_at", "updated_at")


class ReadingInline(ListInline[Reading, Response]):
    """How each printed place was read; a click leads to where it is decided."""

    model = Reading
    fields = ("as_printed", "direction", "kind", "country", "group", "is_ambiguous", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reading]:
        """With the countries and groups, in one query."""
        return super().get_queryset(request).select_related("country", "group")


class OfferInline(ListInline[Offer, Response]):
    """The offer that came of it."""

    model = Offer
    fields = ("title", "status", "confirmed_on")


class NeedInline(ListInline[Need, Response]):
    """The need that came of it."""

    model = Need
    fields = ("title", "status", "confirmed_on")


@admin.register(Response)
class ResponseAdmin(OfImportMixin[Response], NoAddMixin, HistoryAdmin[Response]):
    """What a country said: only the secretariat's own note can be changed."""

    list_display = ("country", "survey", "kind", "source_row", "updated_at")
    list_filter = ("survey", "kind")
    list_select_related = ("country", "survey")
    search_fields = ("country__search_text", "key")
    search_help_text = _("By country.")
    inlines = (ReadingInline, OfferInline, NeedInline)
    fieldsets = (
        (
            _("As given"),
            {
                "description": _("Printed cells are shown publicly on the page of the survey."),
                "fields": GIVEN,
            },
        ),
        (
            _("Note"),
            {
                "description": _("For the secretariat. An import that changes the row writes it anew."),
                "fields": ("note",),
            },
        ),
        (_("Where it is from"), {"classes": ("collapse",), "fields": ORIGIN}),
    )
    readonly_fields = (*GIVEN, *ORIGIN)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        """With what its page shows."""
        return super().get_queryset(request).select_related("country", "survey", "agency", "file_import")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Response], search_term: str
    ) -> tuple[QuerySet[Response], bool]:
        """Search in folded text."""
        return super().get_search_results(request, queryset, fold(search_term))

    @admin.display(description=_("as given"))
    def cells(self, response: Response) -> SafeString:
        """The cells of the row, by column."""
        shown = {key: ERASED if str(text).startswith(MARK) else text for key, text in response.as_printed.items()}
        return format_html_join("", "<p><b>{}</b>: {}</p>", shown.items())
