"""Triangular options: the list that reviewers work through, and the page of one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from desk.base import DeskAdmin
from desk.notes import NoteField
from desk.pairs import shown_need, shown_offer
from desk.triangular.filters import OPTION_FILTERS
from directory.access import Action, can
from directory.models import User
from matching.choices import OptionEventKind
from matching.life.seen.shown import ShownEvents
from matching.life.steps import OPTION_STEPS, ReviewRefused
from matching.models import TriangularOption
from matching.scoring.explanation import Explanation
from matching.scoring.reasons import Labels
from matching.triangular import letters, review
from matching.triangular.explanation import explain_options
from matching.triangular.reasons import asked_for, closed_words, option_reasons
from matching.triangular.shown import ShownOption, shown
from web.files.letters import DOCX
from web.since_shown import AS_OF, ChangedSinceShown, as_shown

STEP_OF_BUTTON = {
    OptionEventKind.PROPOSED: review.propose,
    OptionEventKind.SET_ASIDE: review.set_aside,
    OptionEventKind.TAKEN_BACK: review.take_back,
}
# What each button says, and what pressing it does.
BUTTONS: dict[OptionEventKind, tuple[Promise, Promise]] = {
    OptionEventKind.PROPOSED: (
        gettext_lazy("Propose to the three sides"),
        gettext_lazy("Puts it to the three sides as an option; it keeps what it was decided on."),
    ),
    OptionEventKind.SET_ASIDE: (
        gettext_lazy("Set aside"),
        gettext_lazy("No run suggests it again until somebody takes it back."),
    ),
    OptionEventKind.TAKEN_BACK: (
        gettext_lazy("Take back"),
        gettext_lazy("Returns it to the suggestions, scored as of today. Needs a note."),
    ),
}


class OptionStepForm(forms.Form):
    """A step with its note."""

    step = forms.ChoiceField(choices=[(kind.value, words) for kind, (words, _what) in BUTTONS.items()])
    note = NoteField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Internal: read by the secretariat only. At most 5,000 characters."),
    )


class OptionChangeList(ChangeList):
    """The list of options, with what its rows show read once for the page."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.title = _("Triangular options")

    @cached_property
    def rows(self) -> list[ShownOption]:
        """The rows of this page."""
        return shown(list(self.result_list))


@admin.register(TriangularOption)
class TriangularOptionAdmin(DeskAdmin[TriangularOption]):
    """Options are decided by the steps of `matching.triangular.review`, and changed in no other way."""

    list_display = ("score", "need", "pivotal_offer", "facilitating_offer", "status")
    sortable_by = ("score",)
    list_filter = OPTION_FILTERS
    ordering = ("-score", "need_id", "pivotal_offer_id", "facilitating_offer_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TriangularOption]:
        rows = super().get_queryset(request).visible_to(request.user)  # type: ignore[attr-defined]
        return rows.for_lists()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OptionChangeList]:
        return OptionChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list over the whole width."""
        return super().changelist_view(request, {**(extra_context or {}), "is_nav_sidebar_enabled": False})

    def get_urls(self) -> list[URLPattern]:
        letter = self.admin_site.admin_view(require_safe(self.letter_view))
        return [path("<int:pk>/letter.docx", letter, name="matching_triangularoption_letter"), *super().get_urls()]

    def letter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draft the letter to the three sides, where it may be written."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        option = get_object_or_404(self.get_queryset(request), pk=pk)
        if why := letters.obstacle(option):
            messages.error(request, why)
            return HttpResponseRedirect(_address(pk))
        response = HttpResponse(letters.letter_docx(option), content_type=DOCX)
        response["Content-Disposition"] = f'attachment; filename="triangular-option-{pk}.docx"'
        response["Cache-Control"] = "no-store"
        return response

    def row_page(self, request: HttpRequest, row: TriangularOption) -> HttpResponse:
        """Show one option; answer POST by taking a step, or say why it was refused."""
        return self._take_step(request, row) if request.method == "POST" else self._page(request, row, OptionStepForm())

    def _take_step(self, request: HttpRequest, option: TriangularOption) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not can(user, Action.REVIEW_MATCHES):
            raise PermissionDenied
        form = OptionStepForm(request.POST)
        if form.is_valid():
            step = STEP_OF_BUTTON[OptionEventKind(form.cleaned_data["step"])]
            try:
                with as_shown(ShownEvents(option), request.POST.get(AS_OF, "")):
                    event = step(option=option, by=user, note=form.cleaned_data["note"])
            except (ChangedSinceShown, ReviewRefused) as refusal:
                messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            else:
                messages.success(request, f"{event.get_kind_display()}: {option}")
                return HttpResponseRedirect(_address(option.pk))
        else:
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
        return self._page(request, self.get_queryset(request).get(pk=option.pk), form)

    def _page(self, request: HttpRequest, option: TriangularOption, form: OptionStepForm) -> HttpResponse:
        labels = Labels.read()
        today = explain_options([option])[0]
        told: Explanation = option.decided_on or today
        return TemplateResponse(
            request,
            "admin/matching/triangularoption/option.html",
            {
                **self.admin_site.each_context(request),
                "is_nav_sidebar_enabled": False,
                "opts": self.opts,
                "title": f"{option.need.party} ↔ {option.pivotal_offer.party} + {option.facilitating_offer.party}",
                "option": option,
                "fit": option.fit,
                "told": told,
                "today": today,
                "closed": list(closed_words(today)),
                "reasons": option_reasons(told, labels),
                "asked": asked_for(told, labels),
                "need": shown_need(option.need, request),
                "pivotal": shown_offer(option.pivotal_offer, request),
                "facilitating": shown_offer(option.facilitating_offer, request),
                "events": option.events.select_related("by"),
                "no_letter": letters.obstacle(option),
                AS_OF: ShownEvents(option).mark(),
                "form": form,
                "buttons": [
                    (kind.value, *BUTTONS[kind], review.obstacle(kind, option=option, today=today))
                    for kind in BUTTONS
                    if option.status in OPTION_STEPS[kind].open_from
                ],
            },
        )


def _address(pk: int) -> str:
    return reverse("admin:matching_triangularoption_change", args=[pk])
