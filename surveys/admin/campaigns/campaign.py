"""The pages of a confirmation campaign in the admin: its one table, a country, the letters."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.admin.base import actor
from directory.mail.receivers import people_of
from surveys.admin.campaigns.forms import BeginForm, MoveForm, ReminderForm, ReplyForm, SentForm
from surveys.choices import AskedBy
from surveys.confirming import asking, campaigns, letters, replies, table
from surveys.confirming.campaigns import ConfirmingRefused
from surveys.confirming.joining import read_since
from surveys.confirming.letter_reminders import is_reminded_by_letter, record_reminder, to_remind_by_letter
from surveys.models import ConfirmationCampaign, ConfirmationRequest, ConfirmationRow, Survey
from surveys.postings.deciding.held import PostingRefused
from surveys.results.files import FORMATS, response_of
from web.calendar.days import today
from web.converters import row_number
from web.files.exports import named
from web.files.letters import DOCX

ZIP = "application/zip"
Page = Callable[..., HttpResponseBase]


class ConfirmingPages:
    """The pages of the campaigns of a survey."""

    def __init__(self, model_admin: ModelAdmin[Survey]) -> None:
        self._admin = model_admin

    def urls(self) -> list[URLPattern]:
        """Return their addresses."""
        view, name = self._admin.admin_site.admin_view, "surveys_survey_confirming"
        of_campaign, of_country = "<row:pk>/confirming/<row:campaign>/", "<row:pk>/confirming/country/<row:request_pk>/"
        return [
            path("<row:pk>/confirming/", view(self.campaign), name=name),
            path(f"{of_campaign}table.<slug:ending>", view(self.file), name=f"{name}_file"),
            path(f"{of_campaign}<slug:way>.zip", view(self.letters), name=f"{name}_letters"),
            path(f"{of_campaign}reminders/<slug:way>.zip", view(self.reminders), name=f"{name}_reminders"),
            path(of_country, view(self.country), name=f"{name}_country"),
            path(f"{of_country}<slug:way>.docx", view(self.letter), name=f"{name}_letter"),
            path(f"{of_country}reminder/<slug:way>.docx", view(self.reminder), name=f"{name}_reminder"),
        ]

    def campaign(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the table of the campaign under way, or of another by `?campaign=`; begin one, and move its day."""
        survey = self._survey(request, pk)
        may = can(request.user, Action.MANAGE_SURVEYS)
        chosen = self._chosen(request, survey)
        under_way = campaigns.open_campaign(survey)
        form: forms.Form = MoveForm(initial={"closes_on": under_way.closes_on}) if under_way else BeginForm()
        status = HTTPStatus.OK
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            moves = request.POST.get("do") == "move"
            form = (MoveForm if moves else BeginForm)(request.POST)
            if form.is_valid() and self._take(request, survey, under_way if moves else None, form, moves=moves):
                return HttpResponseRedirect(request.path)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        countries = table.countries_asked(chosen) if chosen else []
        state = request.GET.get("state", "")
        context = {
            "title": _("Confirmation by countries"),
            "campaign": chosen,
            "others": survey.confirmation_campaigns.exclude(pk=chosen.pk if chosen else 0),
            "states": table.counted(countries),
            "totals": table.totals(countries),
            "countries": [one for one in countries if not state or one.state == state],
            "state": state,
            "form": form,
            "to_remind": len(to_remind_by_letter(chosen, today())) if chosen and not chosen.closed_on else 0,
            "since": read_since(chosen, today()) if chosen else None,
            "to_read": None if under_way else len(campaigns.read_of(survey)),
            "may": may,
        }
        return self._page(request, survey, "confirming.html", context, status=status)

    def _take(
        self,
        request: HttpRequest,
        survey: Survey,
        campaign: ConfirmationCampaign | None,
        form: forms.Form,
        *,
        moves: bool,
    ) -> bool:
        """Begin a campaign, or move its day; return False, having said why, where that is refused."""
        try:
            if not moves:
                campaigns.begin(survey=survey, by=actor(request), **form.cleaned_data)
                messages.success(request, _("The campaign has begun. Nobody was written to yet."))
            elif campaign is None:
                messages.error(request, _("This campaign is closed."))
                return False
            else:
                campaigns.move_closing(campaign=campaign, by=actor(request), **form.cleaned_data)
                messages.success(request, _("The day is later now, for every country."))
        except ConfirmingRefused as refused:
            messages.error(request, str(refused))
            return False
        return True

    def country(self, request: HttpRequest, pk: int, request_pk: int) -> HttpResponse:
        """Show what a country is asked; record that it was, and what it answered on paper."""
        asked = self._request(request, pk, request_pk)
        may = can(request.user, Action.MANAGE_SURVEYS)
        rows = list(ConfirmationRow.objects.filter(request=asked).with_postings().order_by("pk"))
        reminds = request.method == "POST" and request.POST.get("do") == "remind"
        given = request.POST if request.method == "POST" else None
        form = self._form_of(asked, rows, None if reminds else given)
        reminder = ReminderForm(given if reminds else None, initial={"reminded_on": today()})
        status = HTTPStatus.OK
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            if form is None:
                messages.error(request, _("This country's part of the campaign is closed."))
                return HttpResponseRedirect(request.path)
            filled = reminder if reminds else form
            if filled.is_valid() and self._record(request, asked, filled):
                return HttpResponseRedirect(request.path)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        people = {
            person.pk: person
            for owner in {(row.posting.agency_id, row.posting.country_id) for row in rows}
            for person in people_of(*owner)
        }
        context = {
            "title": str(asked.country),
            "asked": asked,
            "rows": rows,
            "people": sorted(people.values(), key=lambda person: person.email),
            "form": form,
            "reminder": reminder if is_reminded_by_letter(asked) or reminder.is_bound else None,
            "may": may,
        }
        return self._page(request, asked.campaign.survey, "confirming_country.html", context, status=status)

    def _form_of(
        self, asked: ConfirmationRequest, rows: list[ConfirmationRow], data: Any
    ) -> SentForm | ReplyForm | None:
        """Return the form of the next step: it was asked, or it has answered; None once it is closed."""
        if asked.closed_on is not None:
            return None
        if asked.sent_on is None:
            usual = letters.usual_addressee(asked, AskedBy.NOTE)
            return SentForm(data, initial={"addressee": usual, "sent_on": today()})
        return ReplyForm(data, rows=[row for row in rows if row.outcome == "open"])

    def _record(
        self, request: HttpRequest, asked: ConfirmationRequest, form: SentForm | ReminderForm | ReplyForm
    ) -> bool:
        """Record what was filled in; return False, having said why, where that is refused."""
        given, by = form.cleaned_data, actor(request)
        try:
            if isinstance(form, SentForm):
                asking.record_sent(
                    request=asked,
                    way=AskedBy(given["way"]),
                    by=by,
                    on=given["sent_on"],
                    addressee=given["addressee"],
                    reference=given["reference"],
                )
                messages.success(request, _("Recorded. Whoever is designated there was written to."))
            elif isinstance(form, ReminderForm):
                record_reminder(request=asked, by=by, on=given["reminded_on"], reference=given["reminder_reference"])
                messages.success(request, _("The reminder is recorded."))
            else:
                replies.record_answer(
                    request=asked,
                    reference=given["reference"],
                    dated=given["dated"],
                    note=given["note"],
                    replies=form.replies(),
                    by=by,
                )
                messages.success(request, _("The answer is recorded."))
        except (ConfirmingRefused, PostingRefused) as refused:
            messages.error(request, str(refused))
            return False
        return True

    def file(self, request: HttpRequest, pk: int, campaign: int, ending: str) -> HttpResponseBase:
        """Return the table as a file."""
        survey = self._survey(request, pk)
        if ending not in FORMATS:
            raise Http404
        found = get_object_or_404(survey.confirmation_campaigns.select_related("survey"), pk=campaign)
        written = table.as_table(found, table.countries_asked(found))
        return response_of(written, name=f"confirming-{survey.code}", ending=ending)

    def letters(self, request: HttpRequest, pk: int, campaign: int, way: str) -> HttpResponseBase:
        """Return the notes or letters to all that are still to be asked."""
        survey = self._survey(request, pk)
        found = get_object_or_404(survey.confirmation_campaigns.all(), pk=campaign)
        packed = letters.letters_zip(found, _written(way))
        return named(HttpResponse(packed, content_type=ZIP), f"{way}-{survey.code}", "zip")

    def reminders(self, request: HttpRequest, pk: int, campaign: int, way: str) -> HttpResponseBase:
        """Return the reminders to all that are to have one by letter."""
        survey = self._survey(request, pk)
        found = get_object_or_404(survey.confirmation_campaigns.all(), pk=campaign)
        packed = letters.reminders_zip(found, _written(way))
        return named(HttpResponse(packed, content_type=ZIP), f"{way}-reminders-{survey.code}", "zip")

    def reminder(self, request: HttpRequest, pk: int, request_pk: int, way: str) -> HttpResponseBase:
        """Return the reminder to one country, where it is to have one by letter or had it."""
        asked = self._request(request, pk, request_pk)
        if not is_reminded_by_letter(asked) and asked.letter_reminded_on is None:
            raise Http404
        written = letters.letter_docx(asked, _written(way), reminds=True)
        answer = HttpResponse(written, content_type=DOCX)
        return named(answer, letters.letter_name(asked, _written(way), reminds=True), "docx")

    def letter(self, request: HttpRequest, pk: int, request_pk: int, way: str) -> HttpResponseBase:
        """Return the note or the letter to one country."""
        asked = self._request(request, pk, request_pk)
        written = letters.letter_docx(asked, _written(way))
        answer = HttpResponse(written, content_type=DOCX)
        return named(answer, letters.letter_name(asked, _written(way)), "docx")

    def _survey(self, request: HttpRequest, pk: int) -> Survey:
        if not self._admin.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Survey, pk=pk)

    def _request(self, request: HttpRequest, pk: int, request_pk: int) -> ConfirmationRequest:
        survey = self._survey(request, pk)
        rows = ConfirmationRequest.objects.select_related("campaign__survey", "country")
        return get_object_or_404(rows, pk=request_pk, campaign__survey=survey)

    def _chosen(self, request: HttpRequest, survey: Survey) -> ConfirmationCampaign | None:
        rows = survey.confirmation_campaigns.all()
        if "campaign" in request.GET:
            return get_object_or_404(rows, pk=row_number(request.GET["campaign"]) or 0)
        return campaigns.open_campaign(survey) or rows.first()

    def _page(
        self, request: HttpRequest, survey: Survey, template: str, context: dict[str, Any], *, status: int
    ) -> HttpResponse:
        frame = {**self._admin.admin_site.each_context(request), "opts": self._admin.opts, "survey": survey}
        own = {"confirming_address": reverse("admin:surveys_survey_confirming", args=[survey.pk])}
        template = f"admin/surveys/survey/{template}"
        return TemplateResponse(request, template, {**frame, **own, **context}, status=status)


def _written(way: str) -> AskedBy:
    """Return a way that is a document. Raises Http404 for another."""
    if way not in letters.WRITTEN:
        raise Http404
    return AskedBy(way)
