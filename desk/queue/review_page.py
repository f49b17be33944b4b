"""The page of one match: need and offer side by side, why they fit, what happened, and the steps to take."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateResponseMixin

from desk.notes import NoteField, WithholdField
from desk.page import DeskPage
from desk.pairs import SideBySide, Told, side_by_side
from desk.queue import life_steps
from desk.queue.origin import Origin
from desk.queue.rows import QueueRow
from directory.admin.base import actor
from directory.models import User
from matching.choices import CONTACTS_SHOWN, EventKind, MatchStatus
from matching.life import review
from matching.life.introducing import is_ready
from matching.life.review import ReviewRefused
from matching.life.seen.shown import ShownEvents
from matching.life.steps import MATCH_STEPS
from matching.life.telling.contacts import contacts_of
from matching.models import Enquiry, Match
from matching.scoring.explanation import explain
from matching.scoring.reasons import Labels
from surveys.postings.duplicates import likely_duplicates
from web.since_shown import AS_OF, ChangedSinceShown, as_shown

TAKEN_BACK_FROM = MATCH_STEPS[EventKind.TAKEN_BACK].open_from
CHANGES_SHOWN = 20
OTHERS_SHOWN = 5

# What each button says, and what pressing it does.
STEP_WORDS: dict[str, tuple[Promise, Promise]] = {
    "release": (
        gettext_lazy("Release to the public"),
        gettext_lazy("Everyone then sees this fit as it stands today, as computed and binding nobody."),
    ),
    "withhold": (gettext_lazy("Withhold"), gettext_lazy("Takes the fit off the public pages.")),
    "propose": (
        gettext_lazy("Propose to both sides"),
        gettext_lazy("Puts the match to both sides; it keeps what it was decided on."),
    ),
    "set_aside": (
        gettext_lazy("Set aside"),
        gettext_lazy("No run suggests it again until somebody takes it back."),
    ),
    "take_back": (
        gettext_lazy("Take back"),
        gettext_lazy("Returns it to the suggestions, scored as of today. Needs a note."),
    ),
    "add_note": (gettext_lazy("Add the note only"), gettext_lazy("Changes nothing else.")),
}


# What the banner says once it is done; the match is named before it.
DONE_WORDS: dict[str, Promise] = {
    "release": gettext_lazy("Released: everyone sees this fit now."),
    "withhold": gettext_lazy("Withheld: it is off the public pages."),
    "propose": gettext_lazy("Proposed: each side is asked, or its country first where that is its wish."),
    "set_aside": gettext_lazy("Set aside: no run suggests it again until somebody takes it back."),
    "take_back": gettext_lazy("Taken back: it is a suggestion again, scored as of today."),
    "add_note": gettext_lazy("The note is added; nothing else has changed."),
}
WITHHELD_TOO = gettext_lazy("Set aside, and withheld from the public too.")
LEFT_RELEASED = gettext_lazy("Set aside; everyone still sees the fit.")


class ReviewStepForm(forms.Form):
    """A step with its note."""

    step = forms.ChoiceField(choices=[(name, words) for name, (words, _what) in STEP_WORDS.items()])
    note = NoteField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Internal: read by the secretariat only. At most 5,000 characters."),
    )
    withholds_too = WithholdField()
    go_on = forms.BooleanField(required=False, label=gettext_lazy("Then go to the next match of the list"))

    def said(self) -> dict[str, Any]:
        """Return what the step is told besides its note."""
        if self.cleaned_data["step"] != review.ASKS_TO_WITHHOLD:
            return {}
        return {"withholds_too": self.cleaned_data["withholds_too"]}


@dataclass(frozen=True)
class StepButton:
    """A step as the page offers it; with an obstacle it is shown, and cannot be pressed."""

    name: str
    words: Promise
    what: Promise
    obstacle: str


class Review(DeskPage, TemplateResponseMixin):
    """Shows one match, takes the steps on it, then goes on, or says why one was refused."""

    template_name = "admin/matching/match/review.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.match: Match = kwargs["row"]
        self.origin = Origin.of(request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the match."""
        return self._page(ReviewStepForm(initial={"go_on": request.GET.get("then") == "next"}))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a step."""
        user = actor(request)
        if "life" in request.POST:
            return self._take_life_step(request.POST["life"], by=user)
        form = ReviewStepForm(request.POST)
        if form.is_valid():
            step, note = form.cleaned_data["step"], form.cleaned_data["note"]
            try:
                with as_shown(ShownEvents(self.match), request.POST.get(AS_OF, "")):
                    review.REVIEW_STEPS[step](match=self.match, by=user, note=note, **form.said())
            except (ChangedSinceShown, ReviewRefused) as refusal:
                messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            else:
                messages.success(request, self._what_was_done(step=step, said=form.said()))
                return HttpResponseRedirect(self._onward(goes_on=form.cleaned_data["go_on"]))
        else:
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
        return self._page_again(form)

    def _what_was_done(self, *, step: str, said: dict[str, Any]) -> str:
        """Return the banner: the match, by its name and with the way back to it, and what it has come to."""
        words: Promise | str = DONE_WORDS[step]
        if said and self.match.released_at is not None:
            words = WITHHELD_TOO if said["withholds_too"] else LEFT_RELEASED
        return format_html('<a href="{}"><bdi>{}</bdi></a>: {}', self.origin.page_of(self.match), self.match, words)

    def _take_life_step(self, name: str, *, by: User) -> HttpResponse:
        """Take a step that has a form of its own; stay on the match."""
        request, match = self.request, self.match
        given: tuple[str, forms.BaseForm] | None = None
        try:
            form = life_steps.take_posted_step(match, by=by, name=name, data=request.POST, files=request.FILES)
        except (ChangedSinceShown, ReviewRefused) as refusal:
            messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            if name in life_steps.LIFE_STEPS:
                given = (name, life_steps.LIFE_STEPS[name].form(request.POST, request.FILES, match=match, prefix=name))
        else:
            if form is None:
                messages.success(request, f"{life_steps.LIFE_STEPS[name].heading}: {match}")
                return HttpResponseRedirect(f"{self.origin.page_of(match)}#life")
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
            given = (name, form)
        return self._page_again(ReviewStepForm(), given=given)

    def _onward(self, *, goes_on: bool) -> str:
        if not goes_on:
            return self.origin.page_of(self.match)
        following = self.origin.next_after(self.match)
        if following is None:
            messages.info(self.request, _("No other match is left in this list."))
            return self.origin.address
        return self.origin.page_of(following, goes_on=True)

    def _page_again(self, form: ReviewStepForm, *, given: tuple[str, forms.BaseForm] | None = None) -> HttpResponse:
        """Show the match as it is now, with what was typed."""
        self.match = Match.objects.for_lists().get(pk=self.match.pk)
        return self._page(form, given=given)

    def _page(self, form: ReviewStepForm, *, given: tuple[str, forms.BaseForm] | None = None) -> HttpResponse:
        match, origin = self.match, self.origin
        prefetch_related_objects([match], "sides__answered_by", "sides__cleared_by", "checks__by")
        following, preceding = origin.next_after(match), origin.before(match)
        return self.render_to_response(
            self.get_context_data(
                **_what_is_known(match, self.request),
                form=form,
                life=life_steps.forms_for(match, by=self.request.user, given=given),
                preserved=origin.carried,
                queue_address=origin.address,
                previous_address=origin.page_of(preceding) if preceding else "",
                next_address=origin.page_of(following) if following else "",
            )
        )


def _what_is_known(match: Match, request: HttpRequest) -> dict[str, Any]:
    """Return what the page shows of the match itself, in a fixed number of queries."""
    labels = Labels.read()
    sides: SideBySide = side_by_side(match.need, match.offer, request)
    today = explain(need=sides.need.posting, offer=sides.offer.posting)  # type: ignore[arg-type]
    return {
        # Two countries may have many matches: their windows and tabs are told apart by the numbers.
        "title": _("%(need_of)s ↔ %(offer_of)s (need %(need)d, offer %(offer)d)")
        % {
            "need_of": match.need.party,
            "offer_of": match.offer.party,
            "need": match.need_id,
            "offer": match.offer_id,
        },
        "match": match,
        "fit": match.fit,
        "is_decided": match.status not in (MatchStatus.SUGGESTED, MatchStatus.LAPSED),
        "sides": sides,
        "today": Told.of(today, labels),
        "has_moved": not match.decided_on and today["score"] != match.score,
        "decided": Told.of(match.decided_on, labels) if match.decided_on else None,
        "released": Told.of(match.released_as, labels) if match.released_as else None,
        "labels": labels,
        "events": match.events.select_related("by", "paper"),
        "enquiries": Enquiry.objects.received().filter(need=match.need_id, offer=match.offer_id).for_lists(),
        "changes": match.changes.select_related("run").order_by("-pk")[:CHANGES_SHOWN],
        "others": [
            (_("Other matches of this need"), "need", match.need_id, _others(match, need=match.need_id)),
            (_("Other matches of this offer"), "offer", match.offer_id, _others(match, offer=match.offer_id)),
        ],
        "asks_to_withhold": match.released_at is not None and not review.obstacle(step="set_aside", match=match),
        "is_ready": is_ready(match),
        "contacts": [
            (_("Need"), contacts_of(match.need), match.need.contact),
            (_("Offer"), contacts_of(match.offer), match.offer.contact),
        ],
        "is_introduced": match.status in CONTACTS_SHOWN,
        AS_OF: ShownEvents(match).mark(),
        "buttons": _buttons(match, today),
        "twins": [
            (heading, likely_duplicates(posting, request.user))
            for heading, posting in ((_("the need"), match.need), (_("the offer"), match.offer))
        ],
    }


def _buttons(match: Match, today: dict[str, Any]) -> list[StepButton]:
    """Return the steps that the page offers; of release and withhold only the one that makes sense."""
    hidden = "release" if match.released_at else "withhold"
    return [
        StepButton(
            name=name,
            words=words,
            what=what,
            obstacle=review.obstacle(step=name, match=match, explanation=today),
        )
        for name, (words, what) in STEP_WORDS.items()
        if name != hidden and (name != "take_back" or match.status in TAKEN_BACK_FROM)
    ]


def _others(match: Match, **side: int) -> list[QueueRow]:
    others: QuerySet[Match] = (
        Match.objects.for_lists()
        .filter(**side)
        .exclude(pk=match.pk)
        .exclude(status=MatchStatus.LAPSED)
        .order_by("-score", "need_id", "offer_id")
    )
    return [QueueRow(other, other.fit, []) for other in others[:OTHERS_SHOWN]]
