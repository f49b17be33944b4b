"""The log of steps: who decided what, when, with which note."""

from django.contrib import admin

from desk.base import DeskList
from matching.models import MatchEvent


@admin.register(MatchEvent)
class MatchEventAdmin(DeskList[MatchEvent]):
    """Events are written once, by the steps of the review and by runs; nobody has the permission to change them."""

    list_display = ("at", "kind", "match", "from_status", "to_status", "by", "note")
    list_display_links = None
    list_filter = ("kind", "at")
    list_select_related = ("match__need", "match__offer", "by")
    search_fields = ("note", "match__need__title", "match__offer__title", "by__email")
    ordering = ("-at", "-id")
