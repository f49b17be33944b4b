"""Triangular options: the list that reviewers work through, and the page of one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.notes import NoteField
from desk.pairs import shown_need, shown_offer
from desk.triangular.filters import OPTION_FILTERS
from directory.access import Action, can
from directory.models import User
from matching.choices import OptionEventKind
from matching.life.steps import OPTION_STEPS, ReviewRefused
from matching.models import TriangularOption
from matching.scoring.explanation import Explanation, fit_of
from matching.scoring.reasons import Labels
from matching.triangular import review
from matching.triangular.explanation import explain_options
from matching.triangular.reasons import asked_for, closed_words, option_reasons
from matching.triangular.shown import ShownOption, shown

STEPS = {
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
    """A step with its note, from a page that showed the option's events up to `last_event`."""

    step = forms.ChoiceField(choices=[(kind.value, words) for kind, (words, _what) in BUTTONS.items()])
    last_event = forms.IntegerField(min_value=0)
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
class TriangularOptionAdmin(admin.ModelAdmin[TriangularOption]):
    """Options are decided by the steps of `matching.triangular.review`, and changed in no other way."""

    list_display = ("score", "need", "pivotal_offer", "facilitating_offer", "status")
    sortable_by = ("score",)
    list_filter = OPTION_FILTERS
    ordering = ("-score", "need_id", "pivotal_offer_id", "facilitating_offer_id")
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[TriangularOption]:
        return super().get_queryset(request).for_lists()  # type: ignore[attr-defined]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OptionChangeList]:
        return OptionChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list over the whole width."""
        return super().changelist_view(request, {**(extra_context or {}), "is_nav_sidebar_enabled": False})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one option; answer POST by taking a step, or say why it was refused."""
        option = self.get_object(request, object_id)
        if option is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, option):
            raise PermissionDenied
        if request.method == "POST":
            return self._take_step(request, option)
        return self._page(request, option, OptionStepForm())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the page of the option: its history is its events."""
        return HttpResponseRedirect(f"{_address(object_id)}#history")

    def _take_step(self, request: HttpRequest, option: TriangularOption) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not can(user, Action.REVIEW_MATCHES):
            raise PermissionDenied
        form = OptionStepForm(request.POST)
        if form.is_valid():
            step = STEPS[OptionEventKind(form.cleaned_data["step"])]
            last_event, note = form.cleaned_data["last_event"], form.cleaned_data["note"]
            try:
                event = step(option=option, by=user, note=note, last_event=last_event)
            except ReviewRefused as refusal:
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
        events = list(option.events.select_related("by"))
        return TemplateResponse(
            request,
            "admin/matching/triangularoption/option.html",
            {
                **self.admin_site.each_context(request),
                "is_nav_sidebar_enabled": False,
                "opts": self.opts,
                "title": f"{option.need.party} ↔ {option.pivotal_offer.party} + {option.facilitating_offer.party}",
                "option": option,
                "fit": fit_of(option.score, option.profile),
                "told": told,
                "today": today,
                "closed": list(closed_words(today)),
                "reasons": option_reasons(told, labels),
                "asked": asked_for(told, labels),
                "need": shown_need(option.need, request),
                "pivotal": shown_offer(option.pivotal_offer, request),
                "facilitating": shown_offer(option.facilitating_offer, request),
                "events": events,
                "last_event": max((event.pk for event in events), default=0),
                "form": form,
                "buttons": [
                    (kind.value, *BUTTONS[kind], review.obstacle(kind, option=option, today=today))
                    for kind in BUTTONS
                    if option.status in OPTION_STEPS[kind].open_from
                ],
            },
        )


def _address(pk: int | str) -> str:
    return reverse("admin:matching_triangularoption_change", args=[pk])
