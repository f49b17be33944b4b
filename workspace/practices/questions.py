"""Asking the secretariat about a practice, the own questions, and those that a coordinator passes on."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from directory.access import Action, can
from practices.asking import questions
from practices.asking.questions import QuestionRefused, TooManyQuestions
from practices.choices import QuestionState
from practices.models import Practice, PracticeQuestion
from web.lists.pages import ROWS_A_PAGE
from workspace.current import current_affiliation
from workspace.kept import give_back
from workspace.pages import MemberRequest, WorkspacePage
from workspace.practices.forms import QuestionForm

UNPROCESSABLE, TOO_MANY = 422, 429


class AskAboutPractice(WorkspacePage):
    """The form of a question about a practice that everyone may read."""

    actions = (Action.ASK_SECRETARIAT,)
    part = "questions"
    keeps_typed = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = give_back(request)
        if kept is not None:
            messages.info(request, _("Here is what you had typed when your session ended. It is not sent yet."))
        return self._show(pk, QuestionForm(kept, initial={"form_key": uuid.uuid4()}))

    def post(self, request: MemberRequest, pk: int) -> HttpResponse:
        form, status = QuestionForm(request.POST), UNPROCESSABLE
        practice, retry_after = self._practice(pk), 0
        if form.is_valid():
            affiliation = current_affiliation(request)
            try:
                question = questions.ask(
                    practice=practice,
                    by=request.user,
                    agency=affiliation.agency if affiliation else None,
                    text=form.cleaned_data["text"],
                    key=form.cleaned_data["form_key"],
                )
            except TooManyQuestions as refused:
                form.add_error(None, str(refused))
                status, retry_after = TOO_MANY, refused.retry_after
            except QuestionRefused as refused:
                form.add_error(None, str(refused))
            else:
                waits = question.state == QuestionState.WITH_COORDINATOR
                said = _("Sent to your coordinator, who passes it on.") if waits else _("Sent to the secretariat.")
                messages.success(request, said)
                return redirect("workspace:questions")
        answer = self._show(pk, form, status=status)
        if retry_after:
            answer["Retry-After"] = str(retry_after)
        return answer

    def _practice(self, pk: int) -> Practice:
        return get_object_or_404(Practice.objects.public().select_related("agency__country"), pk=pk)

    def _show(self, pk: int, form: QuestionForm, *, status: int = 200) -> HttpResponse:
        key = form["form_key"].value()
        context = {**self.frame(), "practice": self._practice(pk), "form": form, "form_key": key or uuid.uuid4()}
        return render(self.request, "workspace/practices/ask.html", context, status=status)


class OwnQuestions(WorkspacePage, ListView[PracticeQuestion]):
    """What the person asked, with the answers; for a coordinator first what waits to be passed on."""

    template_name = "workspace/practices/questions.html"
    paginate_by = ROWS_A_PAGE
    actions = (Action.ASK_SECRETARIAT, Action.APPROVE_POSTINGS)
    part = "questions"

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        return PracticeQuestion.objects.filter(asked_by=user).select_related("practice__agency__country")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        related = ("practice__agency__country", "asked_by", "agency")
        waiting = PracticeQuestion.objects.to_pass_on_by(self.request.user).select_related(*related)
        context = super().get_context_data(**kwargs)
        asked = [question.practice_id for question in context["object_list"]]
        public = set(Practice.objects.public().filter(pk__in=asked).values_list("pk", flat=True))
        asks_about_postings = can(self.request.user, Action.ASK_ABOUT_POSTINGS)
        return context | {"to_pass_on": list(waiting), "public": public, "asks_about_postings": asks_about_postings}


class QuestionStep(WorkspacePage):
    """A coordinator passes a question on, or keeps it back."""

    actions = (Action.APPROVE_POSTINGS,)
    part = "questions"
    http_method_names = ["post"]

    def post(self, request: MemberRequest, pk: int, step: str) -> HttpResponse:
        steps = {
            "pass-on": (questions.pass_on, _("Passed on to the secretariat.")),
            "keep-back": (questions.keep_back, _("Not passed on. The person reads that on its page of questions.")),
        }
        if step not in steps:
            raise Http404
        take, said = steps[step]
        question = get_object_or_404(PracticeQuestion.objects.to_pass_on_by(request.user), pk=pk)
        try:
            take(question=question, by=request.user)
        except QuestionRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, said)
        return redirect("workspace:questions")
