"""Survey editions in the admin."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory.access import Action, can
from directory.admin.base import HistoryAdmin, actor
from directory.models import Agency
from surveys.admin.campaigns.campaign import ConfirmingPages
from surveys.admin.days import READ_DAYS
from surveys.admin.questionnaire import VersionInline
from surveys.answering import tracking
from surveys.choices import ResponseStatus
from surveys.models import Questionnaire, Survey
from surveys.questionnaires.bringing_in import QuestionnaireRefused, bring_in
from surveys.questionnaires.versions import copy_from, editable_version
from surveys.questionnaires.xlsform.library import XlsformRefused
from surveys.reading.cells import FileRefused
from surveys.results.rate import day_of, groups_on, response_rates
from web.converters import row_number

MAX_XLSFORM_BYTES = 5_000_000


@admin.register(Survey)
class SurveyAdmin(HistoryAdmin[Survey]):
    """Editions: who asked, when, and what becomes of the answers."""

    formfield_overrides = READ_DAYS
    list_display = ("title", "code", "stated_on", "is_public", "publishes_on_import", "responses_count")
    inlines = (VersionInline,)
    change_form_template = "admin/surveys/survey/change_form.html"
    list_filter = ("is_public", "publishes_on_import")
    search_fields = ("title", "code", "organisers")
    search_help_text = gettext_lazy("By title, code or organisers.")
    fieldsets = (
        (
            None,
            {
                "description": gettext_lazy("Shown on the page of the survey, once “shown publicly” is ticked."),
                "fields": (
                    "code", "title", "organisers", "description", "source", "disclaimer", "stated_on", "opens_on",
                    "closes_on", "languages", "is_public", "results_released_on",
                ),
            },
        ),
        (
            gettext_lazy("What an import makes of its rows"),
            {
                "description": gettext_lazy(
                    "Of files and of answers given here; what is written here counts from the next one on. "
                    "Postings that are there already keep their state."
                ),
                "fields": ("publishes_on_import", "has_agency_key"),
            },
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        """Count the responses along."""
        return (
            super()
            .get_queryset(request)
            .annotate(responses_count=Count("responses", filter=Q(responses__status=ResponseStatus.RECEIVED)))
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a survey."""
        return [*SurveyPages(self).urls(), *ConfirmingPages(self).urls(), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Survey | None = None) -> tuple[str, ...]:
        """Fix the code of an edition that exists: addresses and imports name it."""
        return ("code",) if obj else ()

    @admin.display(description=gettext_lazy("responses"), ordering="responses_count")
    def responses_count(self, survey: Survey) -> int:
        """How many responses it has."""
        return int(getattr(survey, "responses_count", 0))


class SurveyPages:
    """The pages of one survey in the admin: its questionnaire, and who has answered."""

    def __init__(self, model_admin: "SurveyAdmin") -> None:
        self._admin = model_admin

    def urls(self) -> list[URLPattern]:
        """Return their addresses."""
        view = self._admin.admin_site.admin_view
        return [
            path("<row:pk>/questionnaire/", view(self.questionnaire), name="surveys_survey_questionnaire"),
            path("<row:pk>/tracking/", view(self.tracking), name="surveys_survey_tracking"),
        ]

    def questionnaire(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List the versions; make one from an XLSForm, another edition, or nothing."""
        survey = self._get(request, pk)
        may = can(request.user, Action.MANAGE_SURVEYS)
        status = HTTPStatus.OK
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            if self._make(request, survey):
                return HttpResponseRedirect(request.path)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        versions = list(survey.questionnaires.annotate(was_given=Questionnaire.given()).order_by("-number"))
        others = Survey.objects.filter(questionnaires__isnull=False).exclude(pk=pk).distinct()
        context = {"title": _("Questionnaire"), "survey": survey, "versions": versions, "others": others, "may": may}
        return TemplateResponse(
            request, "admin/surveys/survey/questionnaire.html", {**self._context(request), **context}, status=status
        )

    def _make(self, request: HttpRequest, survey: Survey) -> bool:
        """Make a version of what was sent; return False, having said why, where it is refused."""
        do = request.POST.get("do")
        try:
            if do == "copy":
                other = get_object_or_404(Survey, code=request.POST.get("other", ""))
                copy_from(other, to=survey)
            elif do == "empty":
                editable_version(survey)
            else:
                brought = bring_in(survey=survey, data=_uploaded(request), by=actor(request))
                for notice in brought.notices:
                    messages.warning(request, notice)
        except (QuestionnaireRefused, XlsformRefused, FileRefused) as refused:
            messages.error(request, str(refused))
            return False
        messages.success(request, _("The questionnaire is there."))
        return True

    def tracking(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who was asked and who has answered; ask and remind."""
        survey = self._get(request, pk)
        may = can(request.user, Action.MANAGE_SURVEYS)
        chosen = [number for text in request.POST.getlist("agency") if (number := row_number(text)) is not None]
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            by = actor(request)
            if request.POST.get("do") == "ask":
                number = tracking.ask(survey=survey, agencies=Agency.objects.filter(pk__in=chosen), by=by)
                said = ngettext("%(number)d agency asked.", "%(number)d agencies asked.", number)
            else:
                number = tracking.remind(survey=survey, agencies=chosen, by=by)
                said = ngettext("%(number)d agency reminded.", "%(number)d agencies reminded.", number)
            messages.success(request, said % {"number": number})
            return HttpResponseRedirect(request.path)
        context = {
            "title": _("Who has answered"),
            "survey": survey,
            "tracked": tracking.track(survey),
            "reminders": tracking.to_remind(survey) if may and "remind" in request.GET else [],
            "shows_reminders": may and "remind" in request.GET,
            "to_ask": tracking.agencies_to_ask(survey) if may else [],
            "rates": response_rates(survey, groups_on(day_of(survey)), _("All that were asked")),
            "may": may,
        }
        return TemplateResponse(request, "admin/surveys/survey/tracking.html", {**self._context(request), **context})

    def _get(self, request: HttpRequest, pk: int) -> Survey:
        if not self._admin.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Survey, pk=pk)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self._admin.admin_site.each_context(request), "opts": self._admin.opts}


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > MAX_XLSFORM_BYTES:
        raise QuestionnaireRefused(_("Choose an .xlsx file of at most 5 MB."))
    return file.read()
