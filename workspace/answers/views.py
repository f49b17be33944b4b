"""Surveys to answer: the list, one survey with what is missing, one section at a time, printing, approving."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.access import Action
from surveys.answering import carrying_over, filling_in, sending_in
from surveys.answering.filling_in import AnsweringRefused, version_of
from surveys.answering.shown import ShownResponse
from surveys.choices import ResponseStatus
from surveys.models import Questionnaire, Response, Section, Survey
from surveys.questionnaires.asked import Asked
from surveys.questionnaires.lists import Lists
from surveys.questionnaires.rules import MOST_REPETITIONS, Rules
from surveys.questionnaires.versions import current_version
from web.calendar.days import today
from web.since_shown import AS_OF, ChangedSinceShown, as_shown
from workspace.answers.fields import ReadSection, check_rules, fields_of, read_fields
from workspace.current import current_affiliation
from workspace.kept import give_back
from workspace.pages import AUTOSAVE, WorkspacePage


class AnswerPage(WorkspacePage):
    """A page about the answers of the agency at work."""

    actions: ClassVar[tuple[Action, ...]] = (Action.POST,)
    part = "surveys"

    @property
    def agency(self) -> Any:
        """The agency at work; 404 where the person answers for none."""
        affiliation = current_affiliation(self.request)
        if affiliation is None or not filling_in.may_answer(self.request.user, affiliation.agency):  # type: ignore[arg-type]
            raise Http404
        return affiliation.agency

    def survey_of(self, code: str) -> Survey:
        """Return a survey that is open, or that the agency has answered; else 404."""
        survey = Survey.objects.filter(code=code, questionnaires__isnull=False).distinct().first()
        if survey is None:
            raise Http404
        if not filling_in.open_surveys().filter(pk=survey.pk).exists() and self.response_of(survey) is None:
            raise Http404
        return survey

    def response_of(self, survey: Survey) -> Response | None:
        """Return the response of the agency's side, where the person may read it."""
        response = filling_in.response_of(survey, self.agency)
        if response is None or not Response.objects.writable_by(self.request.user).filter(pk=response.pk).exists():
            return None
        return response


class SurveysToAnswer(AnswerPage):
    """Open surveys, with how far the agency is; what waits for approval stands where all approvals are."""

    actions = (Action.POST, Action.APPROVE_POSTINGS)

    def get(self, request: HttpRequest) -> HttpResponse:
        affiliation = current_affiliation(request)
        agency = affiliation.agency if affiliation else None
        answers = agency is not None and filling_in.may_answer(request.user, agency)  # type: ignore[arg-type]
        surveys = list(filling_in.open_surveys()) if answers else []
        rows = [(survey, filling_in.response_of(survey, agency)) for survey in surveys]  # type: ignore[arg-type]
        return render(request, "workspace/answers/list.html", self.frame(rows=rows, may_answer=answers))


class SurveyAnswers(AnswerPage):
    """One survey: its sections, what is missing, and the steps."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        survey = self.survey_of(code)
        response = self.response_of(survey)
        version = version_of(response) if response else current_version(survey)
        other = None if response else filling_in.response_of(survey, self.agency)
        is_being_answered = response is not None and response.status == ResponseStatus.IN_PROGRESS
        context = self.frame(
            survey=survey,
            response=response,
            other=other,
            is_being_answered=is_being_answered,
            sections=_sections(survey, version, response) if version else [],
            lacking=filling_in.missing(response, version) if response and version and is_being_answered else [],
            earlier=carrying_over.earlier_response(response) if response and is_being_answered else None,
            is_open=filling_in.open_surveys().filter(pk=survey.pk).exists(),
        )
        return render(request, "workspace/answers/survey.html", context)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        survey = self.survey_of(code)
        by: Any = request.user
        do = request.POST.get("do", "")
        try:
            if do == "begin":
                filling_in.begin(survey=survey, agency=self.agency, by=by)
                return redirect("workspace:survey", code)
            response = self.response_of(survey)
            if response is None:
                raise Http404
            if do == "submit":
                sent = sending_in.submit(response=response, by=by)
                received = sent.status == ResponseStatus.RECEIVED
                messages.success(
                    request, _("Received. Thank you.") if received else _("Sent in; it waits for approval.")
                )
            elif do == "take_back":
                sending_in.take_back(response=response, by=by)
            elif do == "carry_over":
                number = carrying_over.carry_over(response=response, by=by)
                messages.success(request, _("%(number)d answers taken over: confirm each.") % {"number": number})
        except AnsweringRefused as refused:
            messages.error(request, str(refused))
        return redirect("workspace:survey", code)


class SectionAnswers(AnswerPage):
    """One section, or one repetition of it: saved as one goes, complete without JavaScript."""

    keeps_typed = True

    def get(self, request: HttpRequest, code: str, section: str, repeat: int = 0) -> HttpResponse:
        self._begin(code, section, repeat)
        fields = self._fields()
        kept = give_back(request)
        if kept is not None:
            messages.info(request, _("Here is what you had typed when your session ended. It is not saved yet."))
            read_fields(fields, kept, iso3=str(self.response.country_id))
        return self._show(fields)

    def post(self, request: HttpRequest, code: str, section: str, repeat: int = 0) -> HttpResponse:
        self._begin(code, section, repeat)
        fields = self._fields()
        read = read_fields(fields, request.POST, iso3=str(self.response.country_id))
        check_rules(read, self._rules_with(read))
        is_autosave = AUTOSAVE in request.headers
        try:
            saved = filling_in.save_answers(
                response=self.response,
                answers=read.given,
                places=read.places,
                asked=read.asked,
                marks=read.marks,
                by=request.user,  # type: ignore[arg-type]
            )
        except AnsweringRefused as refused:
            if is_autosave:
                return JsonResponse({"saved": False, "said": str(refused)})
            messages.error(request, str(refused))
            return redirect("workspace:survey", code)
        for one in read.fields:
            one.error = saved.conflicts.get(one.question.code, one.error)
        self._begin(code, section, repeat)
        if is_autosave:
            return self._autosaved(" ".join(saved.conflicts.values()), read.numbers)
        if any(one.error for one in read.fields):
            for now, one in zip(self._fields(), read.fields, strict=True):
                one.as_of = now.as_of
            return self._show(read.fields, status=422)
        if read.numbers:
            messages.info(request, _read_as(read.numbers))
        return redirect(self._next(request.POST.get("do", "")))

    def _begin(self, code: str, section: str, repeat: int) -> None:
        self.survey = self.survey_of(code)
        response = self.response_of(self.survey)
        if response is None:
            raise Http404
        self.response = Response.objects.prefetch_related("answers", "readings__country", "readings__group").get(
            pk=response.pk
        )
        self.response.survey = self.survey
        self.version = version_of(self.response)
        sections = {one.code: one for one in self.version.sections.all()}
        if section not in sections or repeat >= MOST_REPETITIONS:
            raise Http404
        self.own, self.repeat = sections[section], repeat
        if repeat and not self.own.repeats:
            raise Http404
        self.asked = Asked(self.survey, self.version)
        self.rules = filling_in.rules_for(self.response, self.version)

    def _fields(self) -> list[Any]:
        return fields_of(self.own, self.repeat, self.response, self.asked, self.rules)

    def _rules_with(self, read: ReadSection) -> Rules:
        """Return the rules with what was posted in the place of what is stored."""
        kept = [one for one in self.response.answers.all() if (one.question, one.repeat) not in read.asked]
        return filling_in.rules_for(self.response, self.version, [*kept, *read.given])

    def _autosaved(self, conflict: str, numbers: list[str]) -> JsonResponse:
        if conflict:
            return JsonResponse({"saved": False, "said": conflict})
        return JsonResponse(
            {
                "saved": True,
                "address": self.request.path,
                "marks": {one.mark_name: one.as_of for one in self._fields()},
                "said": " ".join([_("Saved."), *([_read_as(numbers)] if numbers else [])]),
            }
        )

    def _next(self, do: str) -> str:
        code = self.survey.code
        if do == "again" and self._takes_one_more():
            return reverse("workspace:survey_repeat", args=[code, self.own.code, self.repeat + 1])
        if do != "go_on":
            messages.success(self.request, _("Saved."))
            return self.request.path
        response = Response.objects.prefetch_related("answers").get(pk=self.response.pk)
        response.survey = self.survey
        rules = filling_in.rules_for(response, self.version)
        shown = [one for one in self.version.sections.all() if _is_asked(one, rules)]
        after = [one for one in shown if (one.position, one.pk) > (self.own.position, self.own.pk)]
        if after:
            return reverse("workspace:survey_section", args=[code, after[0].code])
        return reverse("workspace:survey", args=[code])

    def _takes_one_more(self) -> bool:
        most = self.rules.repetitions(self.own)
        return self.repeat + 1 < (MOST_REPETITIONS if most is None else most)

    def _show(self, fields: Any, *, status: int = 200) -> HttpResponse:
        context = self.frame(
            survey=self.survey,
            response=self.response,
            own=self.own,
            fields=fields,
            repeat=self.repeat,
            number=self.repeat + 1,
            title=self.rules.filled(self.own, "label", self.repeat),
            help=self.rules.filled(self.own, "help", self.repeat),
            takes_one_more=self.own.repeats and self._takes_one_more(),
            may_write=self.response.status == ResponseStatus.IN_PROGRESS,
        )
        return render(self.request, "workspace/answers/section.html", context, status=status)


class PrintAnswers(AnswerPage):
    """The whole questionnaire on one page, with the answers as far as they are there: for paper."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        survey = self.survey_of(code)
        response = self.response_of(survey)
        version = version_of(response) if response else current_version(survey)
        if version is None:
            raise Http404
        asked = Asked(survey, version)
        context = self.frame(survey=survey, response=response, parts=printed(version, response, asked))
        return render(request, "workspace/answers/print.html", context)


class ApproveAnswers(WorkspacePage):
    """Submitted answers, for whom approves them."""

    actions = (Action.APPROVE_POSTINGS,)
    part = "approvals"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(self._response(pk))

    def _show(self, response: Response, *, note: str = "") -> HttpResponse:
        asked = Asked(response.survey, version_of(response))
        context = self.frame(
            response=response,
            as_of=ShownResponse(response).mark(),
            note=note,
            survey=response.survey,
            parts=printed(version_of(response), response, asked),
        )
        return render(self.request, "workspace/answers/approve.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        response, by = self._response(pk), request.user
        note = request.POST.get("note", "")
        try:
            with as_shown(ShownResponse(response), request.POST.get(AS_OF, "")):
                if request.POST.get("do") == "approve":
                    sending_in.approve(response=response, by=by)  # type: ignore[arg-type]
                    said = _("Approved and received.")
                else:
                    sending_in.send_back(response=response, by=by, note=note)  # type: ignore[arg-type]
                    said = _("Sent back.")
        except (AnsweringRefused, ChangedSinceShown) as refused:
            messages.error(request, str(refused))
            return self._show(self._response(pk), note=note)
        messages.success(request, said)
        return redirect("workspace:approvals")

    def _response(self, pk: int) -> Response:
        waiting = sending_in.awaiting_approval_by(self.request.user).filter(pk=pk)  # type: ignore[arg-type]
        response = waiting.prefetch_related("answers", "readings").first()
        if response is None:
            raise Http404
        return response


def printed(version: Questionnaire, response: Response | None, asked: Asked) -> list[dict[str, Any]]:
    """Return the sections with their questions and what was answered, in words; repetitions one after the other."""
    stored = {(one.question, one.repeat): one for one in response.answers.all()} if response else {}
    rules = Rules(version, stored.values(), today=today(), lists=asked.lists)
    parts = []
    for section in version.sections.all():
        own = {question.code for question in section.questions.all()}
        repeats = sorted({repeat for code, repeat in stored if code in own}) or [0]
        for repeat in repeats if section.repeats else [0]:
            rows = []
            for question in section.questions.all():
                answer = stored.get((question.code, repeat))
                known = asked.questions[question.code]
                words = asked.value_words(known, answer.value, answer.other) if answer else ""
                options = [] if len(known.choices) > 40 else list(known.choices.values())
                rows.append({"label": rules.filled(question, "label", repeat), "words": words, "options": options})
            parts.append({"own": section, "number": repeat + 1 if section.repeats else 0, "rows": rows})
    return parts


def _read_as(numbers: list[str]) -> str:
    """Show back how numbers were read that were typed with a mark in them."""
    return _("Read as: %(numbers)s.") % {"numbers": "; ".join(numbers)}


def _sections(survey: Survey, version: Questionnaire, response: Response | None) -> list[dict[str, Any]]:
    answers = list(response.answers.all()) if response else []
    rules = Rules(version, answers, today=today(), lists=Lists(survey))
    found = []
    for section in version.sections.all():
        own = {question.code for question in section.questions.all()}
        repeats = sorted({one.repeat for one in answers if one.question in own})
        most = rules.repetitions(section)
        takes_more = section.repeats and bool(repeats) and (most is None or repeats[-1] + 1 < most)
        found.append(
            {
                "own": section,
                "is_shown": _is_asked(section, rules),
                "answered": len({(one.question, one.repeat) for one in answers if one.question in own}),
                "questions": _asked_of(section),
                "repeats": [(number, number + 1) for number in repeats if number] if section.repeats else [],
                "next": repeats[-1] + 1 if takes_more else 0,
            }
        )
    return found


def _is_asked(section: Section, rules: Rules) -> bool:
    return rules.is_shown(section) and rules.repetitions(section) != 0


def _asked_of(section: Section) -> int:
    return len(section.questions.all())
