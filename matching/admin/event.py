"""The log of steps: who decided what, when, with which note."""

from django.contrib import admin
from django.http import HttpRequest

from matching.models import MatchEvent


@admin.register(MatchEvent)
class MatchEventAdmin(admin.ModelAdmin[MatchEvent]):
    """Events are written once, by the steps of the review and by runs; here they are only read."""

    list_display = ("at", "kind", "match", "from_status", "to_status", "by", "note")
    list_display_links = None
    list_filter = ("kind", "at")
    list_select_related = ("match__need", "match__offer", "by")
    search_fields = ("note", "match__need__title", "match__offer__title", "by__email")
    ordering = ("-at", "-id")
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: MatchEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MatchEvent | None = None) -> bool:
        return False
