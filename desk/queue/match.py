"""The match queue and the pages of the review."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from desk import pairs, whom
from desk.base import DeskAdmin
from desk.queue import around, bulk, review_page, saved_views
from desk.queue.figures import show_figures
from desk.queue.filters import FILTERS
from desk.queue.rows import QUEUE_ORDER, QueueChangeList
from directory.access import Action, can
from directory.models import User
from matching.filtersets import matches_found
from matching.models import Match
from web.filters import LONGEST_SEARCH
from web.search.words import words_in


def _bulk_action(step: str) -> Any:
    @admin.action(permissions=["review"], description=bulk.BULK_STEPS[step])
    def act(model_admin: "MatchAdmin", request: HttpRequest, selected: QuerySet[Match]) -> HttpResponse:
        return bulk.ask(model_admin, request, selected, step=step)

    act.__name__ = f"{step}_selected"
    return act


@admin.register(Match)
class MatchAdmin(DeskAdmin[Match]):
    """Matches are decided by the steps of `matching.life.review`, and changed in no other way."""

    list_display = ("score", "need", "offer", "status", "created_at")
    sortable_by = ("score", "created_at")
    list_filter = FILTERS
    search_fields = ("need", "offer")
    search_help_text = _("Title, text, country or agency of the need or the offer.")
    ordering = QUEUE_ORDER
    actions = [_bulk_action(step) for step in bulk.BULK_STEPS]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        return super().get_queryset(request).for_lists()  # type: ignore[attr-defined]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[QueueChangeList]:
        return QueueChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find matches of whose two postings each term finds one."""
        if not search_term.strip():
            return queryset, False
        if len(search_term) > LONGEST_SEARCH or not words_in(search_term):
            return queryset.none(), False
        return matches_found(queryset, search_term), False

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Whether the person decides on matches."""
        return isinstance(request.user, User) and can(request.user, Action.REVIEW_MATCHES)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("bulk/", view(require_POST(self.bulk_view)), name="matching_match_bulk"),
            path("export.<str:ending>", view(require_safe(self.export_view)), name="matching_match_export"),
            path("views/", view(require_POST(self.views_view)), name="matching_match_views"),
            path("figures/", view(require_safe(self.figures_view)), name="matching_match_figures"),
            path("<int:pk>/brief.pdf", view(require_safe(self.brief_view)), name="matching_match_brief"),
            path("<int:pk>/letter.<str:ending>", view(require_safe(self.letter_view)), name="matching_match_letter"),
            path("needs/", view(require_safe(self.needs_view)), name="matching_match_needs"),
            path("need/<int:need_id>/", view(require_safe(self.need_view)), name="matching_match_need"),
            path("need/<int:need_id>/whom/", view(require_safe(self.whom_view)), name="matching_match_whom"),
            path("need/<int:need_id>/propose/<int:offer_id>/", view(self.propose_view), name="matching_match_propose"),
            path("pair/", view(require_safe(self.pair_view)), name="matching_match_pair"),
            path("near/<str:kind>/<int:pk>/", view(require_safe(self.near_view)), name="matching_match_near"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the queue over the whole width."""
        own = list(request.user.saved_views.all()) if isinstance(request.user, User) else []
        as_left = saved_views.as_left(request)
        beside = {"is_nav_sidebar_enabled": False, "saved_views": own, "as_left": as_left}
        response = super().changelist_view(request, {**(extra_context or {}), **beside})
        saved_views.leave(request, response)
        return response

    def row_page(self, request: HttpRequest, row: Match) -> HttpResponse:
        """Review one match."""
        return review_page.show_or_take(self, request, row)

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """Take one step on many matches."""
        return bulk.take_on_all(self, request)

    def export_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        """Export what is on the screen."""
        self._may_look(request)
        if ending not in ("csv", "xlsx"):
            raise Http404
        return around.export(self, request, ending)

    def views_view(self, request: HttpRequest) -> HttpResponse:
        """Save or delete a view of the queue."""
        self._may_look(request)
        return around.save_view(request)

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        """Show figures."""
        self._may_look(request)
        return show_figures(self, request)

    def brief_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the brief of a match."""
        self._may_look(request)
        return around.brief(request, get_object_or_404(self.get_queryset(request), pk=pk))

    def letter_view(self, request: HttpRequest, pk: int, ending: str) -> HttpResponse:
        """Draft the letter of introduction."""
        self._may_look(request)
        return around.letter(get_object_or_404(self.get_queryset(request), pk=pk), ending)

    def needs_view(self, request: HttpRequest) -> HttpResponse:
        """Choose a need to ask about."""
        self._may_look(request)
        return pairs.needs_page(self, request)

    def need_view(self, request: HttpRequest, need_id: int) -> HttpResponse:
        """Set a need against the offers."""
        self._may_look(request)
        return pairs.need_page(self, request, need_id)

    def whom_view(self, request: HttpRequest, need_id: int) -> HttpResponse:
        """Say whom to ask about a need."""
        self._may_look(request)
        return whom.whom_page(self, request, need_id)

    def propose_view(self, request: HttpRequest, need_id: int, offer_id: int) -> HttpResponse:
        """Propose a pair that no run suggests."""
        self._may_look(request)
        return whom.propose_page(self, request, need_id, offer_id)

    def pair_view(self, request: HttpRequest) -> HttpResponse:
        """Explain a pair."""
        self._may_look(request)
        return pairs.pair_page(self, request)

    def near_view(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Show what one gate alone keeps from a need or an offer."""
        self._may_look(request)
        return pairs.near_page(self, request, kind, pk)

    def _may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
