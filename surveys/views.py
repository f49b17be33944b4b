"""Pages of offers, needs and surveys."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.views.generic import DetailView, ListView

from directory.models import Country
from directory.pages import FilteredList, PublicPage, Row
from surveys.filtersets import NeedFilter, OfferFilter
from surveys.models import Need, Offer, Reading, Response, Survey
from surveys.page_rows import PARTNERS, TARGETS
from surveys.printed_table import rows_as_printed


class PostingList(FilteredList[Row]):
    """Offers or needs that the reader may see, open ones unless asked otherwise."""

    results_template = "surveys/posting_results.html"
    knows_closed = True

    def countries_to_choose(self) -> QuerySet[Country]:
        visible = self.rows().order_by()
        return Country.objects.listed().filter(
            Q(iso3__in=visible.values("country")) | Q(iso3__in=visible.filter(country=None).values("agency__country"))
        )

    def get_queryset(self) -> QuerySet[Row]:
        rows = super().get_queryset()
        if self.shows_closed or "is_open" in self.asked:
            return rows
        return rows.open_now()  # type: ignore[attr-defined]


class OfferList(PostingList[Offer]):
    """What countries and agencies offer."""

    model = Offer
    filterset_class = OfferFilter
    section = "offers"
    form_fields = ("q", "reaches", "country", "group", "area", "modality", "target", "ordering")
    extra_context = {"kind": "offer"}

    def rows(self) -> QuerySet[Offer]:
        return Offer.objects.visible_to(self.request.user)

    def for_page(self, rows: QuerySet[Offer]) -> QuerySet[Offer]:
        return rows.for_lists().prefetch_related(TARGETS)  # type: ignore[attr-defined]


class NeedList(PostingList[Need]):
    """What countries seek from others of the South."""

    model = Need
    filterset_class = NeedFilter
    section = "needs"
    extra_context = {"kind": "need"}

    def rows(self) -> QuerySet[Need]:
        return Need.objects.visible_to(self.request.user)

    def for_page(self, rows: QuerySet[Need]) -> QuerySet[Need]:
        return rows.for_lists()  # type: ignore[attr-defined]


class OfferDetail(PublicPage, DetailView[Offer]):
    """One offer."""

    model = Offer
    context_object_name = "posting"
    section = "offers"
    section_current = "true"
    extra_context = {"kind": "offer"}

    def get_queryset(self) -> QuerySet[Offer]:
        return Offer.objects.visible_to(self.request.user).for_lists().prefetch_related(TARGETS)


class NeedDetail(PublicPage, DetailView[Need]):
    """One need."""

    model = Need
    context_object_name = "posting"
    section = "needs"
    section_current = "true"
    extra_context = {"kind": "need"}

    def get_queryset(self) -> QuerySet[Need]:
        return Need.objects.visible_to(self.request.user).for_lists().prefetch_related(PARTNERS)


class SurveyList(PublicPage, ListView[Survey]):
    """Survey editions whose page is public."""

    queryset = Survey.objects.public().annotate(response_count=Count("responses"))
    section = "surveys"


class SurveyDetail(PublicPage, DetailView[Survey]):
    """One survey edition; its rows as printed where the edition is itself a public paper."""

    slug_field = "code"
    slug_url_kwarg = "code"
    section = "surveys"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Survey]:
        return Survey.objects.public()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        survey = self.object
        responses = Response.objects.none()
        if survey.publishes_on_import:
            responses = survey.responses.select_related("country").prefetch_related(
                Prefetch("readings", Reading.objects.select_related("country", "group"))
            )
        return context | {
            "table": rows_as_printed(responses),
            "counts": survey.responses.aggregate(
                answered=Count("pk", filter=Q(kind="answered")), compiled=Count("pk", filter=Q(kind="compiled"))
            ),
        }
