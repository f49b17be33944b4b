"""Pages of offers, needs and surveys."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from directory.country_lists import CountryFilteredList
from directory.models import Country
from surveys.choices import ResponseStatus
from surveys.filtersets import NeedFilter, OfferFilter
from surveys.models import Need, Offer, Response, Survey
from surveys.postings.shown.page_rows import PARTNERS, TARGETS
from surveys.questionnaires.asked import Asked
from surveys.results.changes import as_table, changes_between
from surveys.results.counts import question_counts
from surveys.results.files import FORMATS, response_of
from surveys.results.rate import day_of, groups_on, response_rates
from surveys.results.table1 import responses_for_table1, table1
from surveys.results.table2 import table2
from web.days import today
from web.pages import PublicPage, Row

ROWS_ON_THE_PAGE = 300
"""Of Table 1; its files hold all."""


class PostingList(CountryFilteredList[Row]):
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

    queryset = Survey.objects.public().annotate(
        response_count=Count("responses", filter=Q(responses__status=ResponseStatus.RECEIVED))
    )
    section = "surveys"


class SurveyDetail(PublicPage, DetailView[Survey]):
    """One survey edition; what was answered once the secretariat has released it."""

    slug_field = "code"
    slug_url_kwarg = "code"
    section = "surveys"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Survey]:
        return Survey.objects.public()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        survey = self.object
        context["counts"] = (
            Response.objects.filter(survey=survey)
            .received()
            .aggregate(answered=Count("pk", filter=Q(kind="answered")), compiled=Count("pk", filter=Q(kind="compiled")))
        )
        return context | (released_results(survey) if survey.is_released else {})


class ResultFile(PublicPage, View):
    """A table of released results as a file."""

    def get(self, request: HttpRequest, code: str, table: str, ending: str) -> HttpResponseBase:
        survey = get_object_or_404(Survey.objects.public(), code=code)
        if not survey.is_released or ending not in FORMATS:
            raise Http404
        asked = Asked.of(survey)
        if table == "table-1":
            found = table1(survey, asked, responses_for_table1(survey)).as_table(survey)
        elif table == "table-2" and survey.challenges.exists():
            found = table2(survey, asked).as_table(survey)
        else:
            groups = groups_on(day_of(survey))
            counts = {one.code: one for one in question_counts(survey, asked, groups)}
            if table not in counts:
                raise Http404
            found = counts[table].as_table(survey, [label for label, _members in groups.values()])
        return response_of(found, name=f"{survey.code}-{table}", ending=ending)


class SurveyChanges(PublicPage, DetailView[Survey]):
    """What changed between an edition and an earlier one, country by country."""

    slug_field = "code"
    slug_url_kwarg = "code"
    section = "surveys"
    section_current = "true"
    template_name = "surveys/survey_changes.html"

    def get_queryset(self) -> QuerySet[Survey]:
        return Survey.objects.public().filter(results_released_on__lte=today())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        self.object = self.get_object()
        before = get_object_or_404(self.get_queryset(), code=kwargs["other"])
        found = changes_between(before, self.object)
        if ending := kwargs.get("ending"):
            if ending not in FORMATS:
                raise Http404
            name = f"{before.code}-{self.object.code}"
            return response_of(as_table(before, self.object, found), name=name, ending=ending)
        return self.render_to_response(self.get_context_data(before=before, found=found))


def released_results(survey: Survey) -> dict[str, Any]:
    """Return what the page of a released edition shows: rates, counts, both tables, editions to compare with."""
    asked = Asked.of(survey)
    groups = groups_on(day_of(survey))
    others = Survey.objects.public().filter(results_released_on__lte=today()).exclude(pk=survey.pk)
    return {
        "table": table1(survey, asked, responses_for_table1(survey)[:ROWS_ON_THE_PAGE]),
        "rows_on_the_page": ROWS_ON_THE_PAGE,
        "challenges": table2(survey, asked),
        "rates": response_rates(survey, groups, _("All that were asked")),
        "questions": question_counts(survey, asked, groups),
        "groups": [label for label, _members in groups.values()],
        "others": others,
    }
