"""Practices in the admin: the list that reviewers work through, and the page on which one is read and decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.base import DeskAdmin
from desk.notes import NoteField
from directory.access import Action, can
from directory.models import User
from practices.choices import WITHDRAWABLE_BY_REVIEW, PracticeStatus
from practices.models import Practice
from practices.offering import states
from practices.offering.refusing import PracticeRefused
from practices.searching.finding import practices_found
from practices.shown.editing import ShownPractice, events_of
from practices.views import parts_of
from web.filters import LONGEST_SEARCH
from web.search.words import words_in
from web.since_shown import AS_OF, ChangedSinceShown, as_shown


@dataclass(frozen=True)
class ReviewStep:
    """A decision: what its button says, what pressing it does, in which states it is open, and what takes it."""

    words: Promise
    about: Promise
    open_in: frozenset[str]
    take: Callable[[Practice, User, str], Any]


STEPS_OF_REVIEW: Mapping[str, ReviewStep] = {
    "publish": ReviewStep(
        gettext_lazy("Publish"),
        gettext_lazy("Everyone can read it, find it and ask about it."),
        frozenset({PracticeStatus.SUBMITTED}),
        lambda practice, by, note: states.publish(practice=practice, by=by),
    ),
    "ask_for_changes": ReviewStep(
        gettext_lazy("Ask for changes"),
        gettext_lazy("Its agency reads the note, changes it and sends it in again. Needs a note."),
        frozenset({PracticeStatus.SUBMITTED}),
        lambda practice, by, note: states.ask_for_changes(practice=practice, by=by, note=note),
    ),
    "withdraw": ReviewStep(
        gettext_lazy("Withdraw"),
        gettext_lazy("Nobody else sees it any more. Its agency reads the note. Needs a note."),
        WITHDRAWABLE_BY_REVIEW,
        lambda practice, by, note: states.withdraw(practice=practice, by=by, note=note),
    ),
}


class ReviewForm(forms.Form):
    """A decision with its note."""

    step = forms.ChoiceField(choices=[(name, step.words) for name, step in STEPS_OF_REVIEW.items()])
    note = NoteField(
        label=gettext_lazy("Note to the agency"),
        help_text=gettext_lazy("Read by its agency and the secretariat. At most 5,000 characters."),
    )


@admin.register(Practice)
class PracticeAdmin(DeskAdmin[Practice]):
    """Practices are decided by the steps of `practices.offering.states`; what they say, their agency alone changes."""

    list_display = ("title", "agency", "kind", "status", "submitted_at", "updated_at")
    list_filter = ("status", "kind", ("areas", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("agency",)
    search_fields = ("title",)
    search_help_text = _("By words of title or text, by country, agency, area or modality.")
    ordering = ("-updated_at", "-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find practices as the public search does."""
        if not search_term.strip():
            return queryset, False
        if len(search_term) > LONGEST_SEARCH or not words_in(search_term):
            return queryset.none(), False
        return practices_found(queryset, search_term), False

    def row_page(self, request: HttpRequest, row: Practice) -> HttpResponse:
        """Show one practice; answer POST by taking a step, or say why it was refused."""
        return self._take_step(request, row) if request.method == "POST" else self._page(request, row, ReviewForm())

    def _take_step(self, request: HttpRequest, practice: Practice) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not can(user, Action.REVIEW_PRACTICES):
            raise PermissionDenied
        form = ReviewForm(request.POST)
        if form.is_valid():
            step = STEPS_OF_REVIEW[form.cleaned_data["step"]]
            try:
                with as_shown(ShownPractice(practice, names_staff=True), request.POST.get(AS_OF, "")):
                    step.take(practice, user, form.cleaned_data["note"])
            except (ChangedSinceShown, PracticeRefused) as refusal:
                messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            else:
                now = Practice.objects.get(pk=practice.pk)
                messages.success(request, f"{now.get_status_display()}: {now}")
                return HttpResponseRedirect(reverse("admin:practices_practice_change", args=[practice.pk]))
        else:
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
        return self._page(request, practice, form)

    def _page(self, request: HttpRequest, practice: Practice, form: ReviewForm) -> HttpResponse:
        row = Practice.objects.for_lists().get(pk=practice.pk)
        return TemplateResponse(
            request,
            "admin/practices/practice.html",
            {
                **self.admin_site.each_context(request),
                "is_nav_sidebar_enabled": False,
                "opts": self.opts,
                "title": row.title,
                "practice": row,
                **parts_of(row),
                "is_public": Practice.objects.public().filter(pk=row.pk).exists(),
                "events": events_of(row, names_staff=True),
                "questions": row.questions.with_secretariat(),
                AS_OF: ShownPractice(row).mark(),
                "form": form,
                "steps": [(name, step) for name, step in STEPS_OF_REVIEW.items() if row.status in step.open_in],
            },
        )
