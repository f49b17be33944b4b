"""The matches of those who answer for a side: the list, one match with what is asked of them, and the letter."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from directory.models import User
from matching.life.seen.sides import OTHER_SIDE, SideState, posting_of, shown_state, side_row, sides_of
from matching.life.steps import ReviewRefused
from matching.life.telling.letters import is_introduced, letter_docx, letter_name, letter_pdf
from matching.listing.branches import MatchParts
from matching.models import Match, MatchSide
from surveys.choices import Side
from surveys.models import PreferredPartner, Target
from surveys.models.postings.posting import Posting
from web.files.letters import CONTENT_TYPES
from web.files.pdf import PdfUnavailable
from web.lists.pages import FilteredList
from web.since_shown import AS_OF, ChangedSinceShown
from workspace.kept import give_back
from workspace.matches.filtersets import OwnMatchFilter
from workspace.matches.groups import GROUPS, counts_of, own_matches, own_parts
from workspace.matches.page import mistakes_in, page_of
from workspace.matches.steps import SIDE_STEPS, add_errors, form_for, take_as_shown, values_of
from workspace.pages import WorkspacePage

ON_THE_PAGE = (
    "sides",
    "need__areas",
    "need__modalities",
    "offer__areas",
    "offer__modalities",
    Prefetch("need__preferred_partners", PreferredPartner.objects.select_related("country", "group")),
    Prefetch("offer__targets", Target.objects.select_related("country", "group")),
)

INVALID, CONFLICT = 422, 409

WRITERS = {"docx": letter_docx, "pdf": letter_pdf}


@dataclass(frozen=True)
class ListedSide:
    """One side of a listed match that is the person's: what it is told, and what of its row the list shows."""

    side: Side
    own: Posting
    other: Posting
    state: SideState
    row: MatchSide | None


class OwnMatches(WorkspacePage, FilteredList[Match]):
    """The matches of one's agency or country, what waits for an answer first."""

    model = Match
    template_name = "workspace/matches/list.html"
    results_template = "workspace/matches/results.html"
    filterset_class = OwnMatchFilter
    form_fields = ("q", "posting", "ordering")
    part = "matches"

    def rows(self) -> QuerySet[Match]:
        return own_matches(self.request.user)  # type: ignore[arg-type]

    def branches(self) -> MatchParts:
        return own_parts(self.request.user)  # type: ignore[arg-type]

    def new_filterset(self) -> OwnMatchFilter:
        # The person's own postings are read once a request: for the parts.
        return OwnMatchFilter(self.asked, queryset=self.rows(), parts=self.parts_of_list, request=self.request)

    def for_page(self, rows: QuerySet[Match]) -> QuerySet[Match]:
        return rows.for_lists().prefetch_related("sides")  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for match in context["object_list"]:
            match.group = GROUPS[match.group_rank]
            match.own_sides = self._own_sides(match)
        return context | {
            "groups": list(counts_of(self.parts_of_list).items()),
            "group": self.asked.get("state", ""),
            "by_group": self.filterset.ordering_name == "state",
        }

    def _own_sides(self, match: Match) -> list[ListedSide]:
        user = self.request.user
        return [
            ListedSide(
                side=side,
                own=posting_of(match, side),
                other=posting_of(match, OTHER_SIDE[side]),
                state=shown_state(match, user, side),
                row=side_row(match, side),
            )
            for side in sides_of(user, match)
        ]


class MatchPage(WorkspacePage):
    """A page about one of one's matches; any other is not found."""

    part = "matches"

    def find(self) -> Match:
        """Return the match with all that its page shows."""
        match = (
            own_matches(self.request.user)  # type: ignore[arg-type]
            .for_lists()
            .select_related("outcome", "introduction")
            .prefetch_related(*ON_THE_PAGE)
            .filter(need=self.kwargs["need_pk"], offer=self.kwargs["offer_pk"])
            .first()
        )
        if match is None:
            raise Http404
        return match


class OwnMatch(MatchPage, TemplateView):
    """Both postings, why they fit, how far it has come for one's side, and what one is asked."""

    template_name = "workspace/matches/detail.html"
    keeps_typed = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page; with what was typed into it when the session had ended."""
        match, kept = self.find(), give_back(request)
        name, side = (kept.get("step", ""), kept.get("side", "")) if kept else ("", "")
        if name not in SIDE_STEPS or side not in sides_of(request.user, match, SIDE_STEPS[name].action):
            return self.render_to_response(self.get_context_data(match=match, **kwargs))
        form = form_for(name, match=match, side=Side(side), data=kept)
        context = self.get_context_data(match=match, given=(name, Side(side), form), **kwargs)
        told = _("You had been logged out. What you had typed is here again; nothing was sent.")
        return self.render_to_response(context | {"told": told})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        match: Match = kwargs.pop("match", None) or self.find()
        page = page_of(match, self.request.user, given=kwargs.pop("given", None))  # type: ignore[arg-type]
        return super().get_context_data(**kwargs) | {"page": page}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take a step; what was typed stays on the page where it cannot be taken."""
        match, user = self.find(), cast("User", request.user)
        name, side = request.POST.get("step", ""), request.POST.get("side", "")
        if name not in SIDE_STEPS or side not in sides_of(user, match):
            raise Http404
        if side not in sides_of(user, match, SIDE_STEPS[name].action):
            raise PermissionDenied
        side = Side(side)
        form = form_for(name, match=match, side=side, data=request.POST)
        if not form.is_valid():
            return self._again(match, name, side, form, status=INVALID)
        try:
            is_new = take_as_shown(
                name=name, match=match, side=side, by=user, values=values_of(form), mark=request.POST.get(AS_OF, "")
            )
        except ValidationError as error:
            add_errors(form, error)
            return self._again(match, name, side, form, status=INVALID)
        except (ChangedSinceShown, ReviewRefused) as refusal:
            return self._again(self.find(), name, side, form, status=CONFLICT, told=str(refusal))
        messages.success(request, str(SIDE_STEPS[name].said) if is_new else _("This was recorded already."))
        return redirect("workspace:match", match.need_id, match.offer_id)

    def _again(
        self, match: Match, name: str, side: Side, form: forms.BaseForm, *, status: int, told: str = ""
    ) -> HttpResponse:
        context = self.get_context_data(match=match, given=(name, side, form), **self.kwargs)
        return self.render_to_response(context | {"told": told, "mistakes": mistakes_in(form)}, status=status)


class LetterDownload(MatchPage, TemplateView):
    """The letter of introduction, for the two sides once they are introduced."""

    template_name = "workspace/matches/no_pdf.html"

    def get(self, request: HttpRequest, *args: Any, ending: str, **kwargs: Any) -> HttpResponse:
        """Return the file; where PDFs cannot be made, a page that says so."""
        match = self.find()
        if not is_introduced(match):
            raise Http404
        try:
            written = WRITERS[ending](match)
        except PdfUnavailable as missing:
            return self.render_to_response(
                self.get_context_data(match=match, words=str(missing)), status=missing.status
            )
        response = HttpResponse(written, content_type=CONTENT_TYPES[ending])
        response["Content-Disposition"] = f'attachment; filename="{letter_name(match, ending)}"'
        return response
