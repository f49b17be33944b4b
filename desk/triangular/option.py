"""Triangular options: the list that reviewers work through, and the page of one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateResponseMixin

from desk.base import DeskPages
from desk.drawn_up import DrawnUp
from desk.notes import NoteField
from desk.page import DeskPage
from desk.pairs import shown_need, shown_offer
from desk.triangular.filtersets import OptionFilter
from directory.admin.base import actor
from directory.models import Country
from matching.choices import OptionEventKind, OptionStatus
from matching.life.seen.shown import ShownEvents
from matching.life.steps import OPTION_STEPS, ReviewRefused
from matching.models import TriangularOption
from matching.models.triangular.option import POSTINGS
from matching.scoring.explanation import Explanation
from matching.scoring.reasons import Labels
from matching.triangular import letters, review
from matching.triangular.explanation import explain_options
from matching.triangular.reasons import asked_for, closed_words, option_reasons
from matching.triangular.shown import shown
from web.facets import Counts
from web.lists.pages import FilteredList
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


class OptionList(DeskPage, FilteredList[TriangularOption]):
    """Triangular options; without a choice, those that wait for a decision."""

    model = about = TriangularOption
    title = gettext_lazy("Triangular options")
    template_name = "admin/matching/triangularoption/list.html"
    results_template = "admin/matching/triangularoption/results.html"
    filterset_class = OptionFilter
    form_fields = ("status", "triple_south", "country")
    paginate_by = 50
    http_method_names = ["get", "head"]

    def rows(self) -> QuerySet[TriangularOption]:
        return _visible_to(self.request)

    def in_view(self, rows: QuerySet[TriangularOption]) -> QuerySet[TriangularOption]:
        return rows if "status" in self.asked else rows.filter(status=OptionStatus.SUGGESTED)

    def for_page(self, rows: QuerySet[TriangularOption]) -> QuerySet[TriangularOption]:
        return rows.for_lists()  # type: ignore[attr-defined]

    def rows_to_choose(self) -> dict[str, QuerySet[Any]]:
        found = Q()
        for posting in POSTINGS:
            for place in (f"{posting}__country", f"{posting}__agency__country"):
                found |= Q(pk__in=TriangularOption.objects.order_by().values(place))
        return {"country": Country.objects.listed().filter(found)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"rows": shown(list(context["object_list"]))}

    def count_choices(self) -> dict[str, Counts]:
        """Count the options of each state whatever the list shows of them."""
        return self.filterset.counts(["status"], in_view=lambda rows: rows)


class OptionPage(DeskPage, TemplateResponseMixin):
    """Shows one option, and takes the steps on it, or says why one was refused."""

    about = TriangularOption
    template_name = "admin/matching/triangularoption/option.html"

    def get(self, request: HttpRequest, *args: Any, row: TriangularOption, **kwargs: Any) -> HttpResponse:
        """Show the option."""
        return self._page(row, OptionStepForm())

    def post(self, request: HttpRequest, *args: Any, row: TriangularOption, **kwargs: Any) -> HttpResponse:
        """Take a step."""
        user, option = actor(request), row
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
        return self._page(_visible_to(request).for_lists().get(pk=option.pk), form)  # type: ignore[attr-defined]

    def _page(self, option: TriangularOption, form: OptionStepForm) -> HttpResponse:
        labels, request = Labels.read(), self.request
        today = explain_options([option])[0]
        told: Explanation = option.decided_on or today
        context = self.get_context_data(
            title=f"{option.need.party} ↔ {option.pivotal_offer.party} + {option.facilitating_offer.party}",
            option=option,
            fit=option.fit,
            told=told,
            today=today,
            closed=list(closed_words(today)),
            reasons=option_reasons(told, labels),
            asked=asked_for(told, labels),
            need=shown_need(option.need, request),
            pivotal=shown_offer(option.pivotal_offer, request),
            facilitating=shown_offer(option.facilitating_offer, request),
            events=option.events.select_related("by"),
            no_letter=letters.obstacle(option),
            form=form,
            buttons=[
                (kind.value, *BUTTONS[kind], review.obstacle(kind, option=option, today=today))
                for kind in BUTTONS
                if option.status in OPTION_STEPS[kind].open_from
            ],
        )
        return self.render_to_response(context | {AS_OF: ShownEvents(option).mark()})


class ThreeSidesLetter(DrawnUp[TriangularOption]):
    """The letter to the three sides, where it may be written."""

    def rows(self) -> QuerySet[TriangularOption]:
        return _visible_to(self.request).for_lists()  # type: ignore[attr-defined]

    def obstacle(self, row: TriangularOption) -> str:
        return letters.obstacle(row)

    def page_of(self, row: TriangularOption) -> str:
        return _address(row.pk)

    def written(self, row: TriangularOption, ending: str) -> bytes:
        return letters.letter_docx(row) if ending == "docx" else letters.letter_pdf(row)

    def name_of(self, row: TriangularOption, ending: str) -> str:
        return f"triangular-option-{row.pk}.{ending}"


@admin.register(TriangularOption)
class TriangularOptionAdmin(DeskPages[TriangularOption]):
    """Options are decided by the steps of `matching.triangular.review`, and changed in no other way."""

    list_page = OptionList
    one_page = OptionPage

    def get_urls(self) -> list[URLPattern]:
        letter = self.page(ThreeSidesLetter.as_view())
        written = path("<int:pk>/letter.<str:ending>", letter, name="matching_triangularoption_letter")
        return [written, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TriangularOption]:
        return _visible_to(request).for_lists()  # type: ignore[attr-defined]


def _visible_to(request: HttpRequest) -> QuerySet[TriangularOption]:
    return TriangularOption.objects.visible_to(request.user)


def _address(pk: int) -> str:
    return reverse("admin:matching_triangularoption_change", args=[pk])
