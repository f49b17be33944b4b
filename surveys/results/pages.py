"""Pages and files of a survey edition: what it found first, its tables behind that."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from surveys.choices import ResponseKind, ResponseStatus
from surveys.models import Response, Survey
from surveys.questionnaires.asked import Asked
from surveys.results.changes import as_table, changes_between
from surveys.results.counts import question_counts
from surveys.results.files import FORMATS, response_of
from surveys.results.findings import Finding, findings, shown_first
from surveys.results.rate import day_of, groups_on, response_rates
from surveys.results.table1 import responses_for_table1, table1
from surveys.results.table2 import table2
from web.calendar.days import today
from web.lists.pages import PublicPage
from web.pictures.files import picture_response

ROWS_ON_THE_PAGE = 300
"""Of Table 1; its files hold all."""
PICTURE = "svg"


def _responses(kind: ResponseKind) -> Count:
    """Return the number of received responses of a kind: what was compiled from public sources is no answer."""
    return Count("responses", filter=Q(responses__status=ResponseStatus.RECEIVED, responses__kind=kind))


class SurveyList(PublicPage, ListView[Survey]):
    """Survey editions whose page is public."""

    queryset = Survey.objects.public().annotate(
        response_count=_responses(ResponseKind.ANSWERED), compiled_count=_responses(ResponseKind.COMPILED)
    )
    section = "surveys"


class SurveyPage(PublicPage, DetailView[Survey]):
    """A page of one survey edition."""

    is_kept = True
    slug_field = "code"
    slug_url_kwarg = "code"
    section = "surveys"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Survey]:
        return Survey.objects.public()


class ReleasedPage(SurveyPage):
    """A page of results: there is none before the secretariat has released them."""

    def get_queryset(self) -> QuerySet[Survey]:
        return super().get_queryset().filter(results_released_on__lte=today())


class SurveyDetail(SurveyPage):
    """One survey edition: what it is, and what it found once the secretariat has released it."""

    template_name = "surveys/survey_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        survey = self.object
        received = list(Response.objects.filter(survey=survey).received().select_related("country"))
        context["counts"] = {
            "answered": sum(one.kind == ResponseKind.ANSWERED for one in received),
            "compiled": sum(one.kind == ResponseKind.COMPILED for one in received),
        }
        asked = Asked.of(survey)
        context["challenges"] = table2(survey, asked)
        if not survey.is_released:
            return context
        groups = groups_on(day_of(survey))
        found = findings(asked, question_counts(survey, asked, groups))
        return context | {
            "findings": shown_first(found),
            "has_answers": bool(found),
            "answered_by": _countries(received, ResponseKind.ANSWERED),
            "compiled_of": _countries(received, ResponseKind.COMPILED),
            "rates": response_rates(survey, groups, _("All that were asked")),
            "others": Survey.objects.public().filter(results_released_on__lte=today()).exclude(pk=survey.pk),
        }


class Table1Page(ReleasedPage):
    """Table 1, as the countries gave it, with the notes on its transcription."""

    template_name = "surveys/survey_table1.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = responses_for_table1(self.object)[:ROWS_ON_THE_PAGE]
        table = table1(self.object, Asked.of(self.object), rows)
        return super().get_context_data(**kwargs) | {"table": table, "rows_on_the_page": ROWS_ON_THE_PAGE}


class Table2Page(ReleasedPage):
    """Table 2: the challenges, in the printed words."""

    template_name = "surveys/survey_table2.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        challenges = table2(self.object, Asked.of(self.object))
        if not challenges.rows:
            raise Http404
        return super().get_context_data(**kwargs) | {"challenges": challenges}


class AnswersPage(ReleasedPage):
    """Every question that was answered by choosing: how often each answer was given, also by group of countries."""

    template_name = "surveys/survey_answers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, groups = Asked.of(self.object), groups_on(day_of(self.object))
        found = findings(asked, question_counts(self.object, asked, groups))
        labels = [label for label, _members in groups.values()]
        return super().get_context_data(**kwargs) | {"findings": found, "groups": labels}


class ResultFile(PublicPage, View):
    """A table of released results as a file; of a question, its picture too."""

    def get(self, request: HttpRequest, code: str, table: str, ending: str) -> HttpResponseBase:
        survey = get_object_or_404(Survey.objects.public(), code=code)
        if not survey.is_released or ending not in (*FORMATS, PICTURE):
            raise Http404
        asked = Asked.of(survey)
        name = f"{survey.code}-{table}"
        if table in ("table-1", "table-2"):
            if ending == PICTURE or (table == "table-2" and not survey.challenges.exists()):
                raise Http404
            whole = table1(survey, asked, responses_for_table1(survey)) if table == "table-1" else table2(survey, asked)
            return response_of(whole.as_table(survey), name=name, ending=ending)
        groups = groups_on(day_of(survey))
        found = {one.question.code: one for one in findings(asked, question_counts(survey, asked, groups))}
        if table not in found:
            raise Http404
        if ending == PICTURE:
            return _picture(survey, found[table], name=name)
        counted = found[table].question.as_table(survey, [label for label, _members in groups.values()])
        return response_of(counted, name=name, ending=ending)


class SurveyChanges(ReleasedPage):
    """What changed between an edition and an earlier one, country by country."""

    template_name = "surveys/survey_changes.html"

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


def _picture(survey: Survey, finding: Finding, *, name: str) -> HttpResponseBase:
    if not finding.given:
        raise Http404
    return picture_response(finding.picture, name=name, notes=finding.notes(survey))


def _countries(received: list[Response], kind: ResponseKind) -> list[Any]:
    """Return the countries of responses of a kind, each once, in alphabetical order."""
    found = {one.country_id: one.country for one in received if one.kind == kind}
    return sorted(found.values(), key=lambda country: (country.position, country.pk))
