"""Public pages of practices."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from directory.access import Action, can
from directory.searching.reading import read_query
from matching.life.telling.cooperation import as_published, published
from practices.filtersets import PracticeFilter
from practices.models import Practice
from practices.searching.finding import PracticeSearch
from practices.shown.feed import practice_feed
from practices.shown.frame import COLUMNS
from surveys.feeds import CONTENT_TYPE, MOST_ENTRIES
from surveys.models import Offer
from web.lists.pages import FilteredList, PublicPage


class PracticeList(FilteredList[Practice]):
    """Practices that everyone may read, the same for everyone."""

    model = Practice
    filterset_class = PracticeFilter
    form_fields = ("q", "kind", "country", "group", "area", "modality", "ordering")
    results_template = "practices/practice_results.html"
    section = "practices"
    file_name = "practices"
    columns = COLUMNS
    has_feed = True

    def rows(self) -> QuerySet[Practice]:
        return Practice.objects.public()

    def for_page(self, rows: QuerySet[Practice]) -> QuerySet[Practice]:
        return rows.for_lists()  # type: ignore[attr-defined]

    def default_order(self) -> str:
        return _("Best found first") if "q" in self.asked else super().default_order()

    def get_queryset(self) -> QuerySet[Practice]:
        rows = super().get_queryset()
        if "q" in self.asked and "ordering" not in self.asked and not self.refusals:
            return PracticeSearch(read_query(str(self.asked["q"]))).best_first(rows)
        return rows


class PracticeFeed(PracticeList):
    """Practices that changed last."""

    own_parameters = frozenset()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        shown = self.get_queryset().order_by("-updated_at", "pk")[:MOST_ENTRIES]
        if self.refusals:
            return self.refused()
        feed = practice_feed(
            shown,
            feed_url=request.build_absolute_uri(self.address_of("atom")),
            list_url=request.build_absolute_uri(self.address_of("")),
            host=request.build_absolute_uri("/").rstrip("/"),
        )
        return HttpResponse(feed, content_type=CONTENT_TYPE)


class PracticeDetail(PublicPage, DetailView[Practice]):
    """One practice, the same for everyone but for how its reader asks about it."""

    model = Practice
    context_object_name = "practice"
    section = "practices"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Practice]:
        return Practice.objects.public().for_lists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = parts_of(self.object)
        asks = can(self.request.user, Action.ASK_SECRETARIAT)
        return super().get_context_data(**kwargs) | shown | {"asks": asks}


def parts_of(practice: Practice) -> dict[str, Any]:
    """Return what the page of a practice shows of others: public offers, and the cooperation if that is published."""
    match = published().filter(pk=practice.match_id).first() if practice.match_id else None
    return {
        "offers": list(Offer.objects.public().filter(practices=practice)),
        "cooperation": as_published(match) if match is not None else None,
    }
