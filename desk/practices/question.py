"""Questions about practices in the admin: the list, and the page on which one is answered."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.base import DeskAdmin
from desk.notes import NoteField
from directory.access import Action, can
from directory.models import User
from practices.asking import questions
from practices.asking.questions import QuestionRefused
from practices.choices import QuestionState
from practices.models import PracticeQuestion


class QuestionAnswerForm(forms.Form):
    """An answer."""

    answer = NoteField(
        label=gettext_lazy("Answer"),
        required=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Read by the person who asked. It cannot be changed once it is sent."),
    )


@admin.register(PracticeQuestion)
class PracticeQuestionAdmin(DeskAdmin[PracticeQuestion]):
    """Questions are answered once, by `practices.asking.questions`; what a coordinator holds is not among them."""

    list_display = ("practice", "agency", "state", "asked_at", "answered_at")
    list_filter = ("state",)
    list_select_related = ("practice", "agency")
    ordering = ("-asked_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PracticeQuestion]:
        rows = super().get_queryset(request).with_secretariat()  # type: ignore[attr-defined]
        return rows.select_related("practice__agency__country", "agency__country", "asked_by", "answered_by")

    def row_page(self, request: HttpRequest, row: PracticeQuestion) -> HttpResponse:
        """Show one question; answer POST by answering it, or say why it was refused."""
        return (
            self._answer(request, row) if request.method == "POST" else self._page(request, row, QuestionAnswerForm())
        )

    def _answer(self, request: HttpRequest, question: PracticeQuestion) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not can(user, Action.REVIEW_PRACTICES):
            raise PermissionDenied
        form = QuestionAnswerForm(request.POST)
        if form.is_valid():
            try:
                questions.answer(question=question, by=user, text=form.cleaned_data["answer"])
            except QuestionRefused as refusal:
                messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            else:
                messages.success(request, _("The answer is sent."))
                return HttpResponseRedirect(reverse("admin:practices_practicequestion_change", args=[question.pk]))
        else:
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
        return self._page(request, self.get_queryset(request).get(pk=question.pk), form)

    def _page(self, request: HttpRequest, question: PracticeQuestion, form: QuestionAnswerForm) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "title": _("Question about “%(practice)s”") % {"practice": question.practice},
            "question": question,
            "form": form if question.state == QuestionState.WITH_SECRETARIAT or form.is_bound else None,
        }
        return TemplateResponse(request, "admin/practices/question.html", context)
