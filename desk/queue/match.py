"""Where the match queue and the pages of the review stand in the admin site."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from desk import pairs, whom
from desk.base import DeskPages
from desk.queue.bulk import BulkStep
from desk.queue.figures import DeskFigures
from desk.queue.papers import Brief, IntroductionLetter
from desk.queue.queue import Queue
from desk.queue.review_page import Review
from desk.queue.saved_views import SavedViews
from matching.models import Match


@admin.register(Match)
class MatchAdmin(DeskPages[Match]):
    """Matches are decided by the steps of `matching.life.review`, and changed in no other way."""

    list_page = Queue
    one_page = Review

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        return super().get_queryset(request).for_lists()  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        page = self.page
        own = [
            path("bulk/", page(BulkStep.as_view()), name="matching_match_bulk"),
            path("export.<str:ending>", page(Queue.as_view()), name="matching_match_export"),
            path("views/", page(SavedViews.as_view()), name="matching_match_views"),
            path("figures/", page(DeskFigures.as_view()), name="matching_match_figures"),
            path("<int:pk>/brief.pdf", page(Brief.as_view()), name="matching_match_brief"),
            path("<int:pk>/letter.<str:ending>", page(IntroductionLetter.as_view()), name="matching_match_letter"),
            path("needs/", page(require_safe(pairs.needs_page)), name="matching_match_needs"),
            path("need/<int:need_id>/", page(require_safe(pairs.need_page)), name="matching_match_need"),
            path("need/<int:need_id>/whom/", page(require_safe(whom.whom_page)), name="matching_match_whom"),
            path("need/<int:need_id>/propose/<int:offer_id>/", page(whom.propose_page), name="matching_match_propose"),
            path("pair/", page(require_safe(pairs.pair_page)), name="matching_match_pair"),
            path("near/<str:kind>/<int:pk>/", page(require_safe(pairs.near_page)), name="matching_match_near"),
        ]
        return [*own, *super().get_urls()]
