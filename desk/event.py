"""The log of steps: who decided what, when, with which note."""

from django.contrib import admin

from matching.models import MatchEvent


@admin.register(MatchEvent)
class MatchEventAdmin(admin.ModelAdmin[MatchEvent]):
    """Events are written once, by the steps of the review and by runs; nobody has the permission to change them."""

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
