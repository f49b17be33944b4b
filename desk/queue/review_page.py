"""The page of one match: need and offer side by side, why they fit, what happened, and the steps to take."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.notes import NoteField, WithholdField
from desk.pairs import SideBySide, Told, side_by_side
from desk.queue import life_steps
from desk.queue.rows import QueueRow, before, next_after, queue_address, queue_as_filtered
from directory.access import Action, can
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


def show_or_take(model_admin: ModelAdmin[Match], request: HttpRequest, match: Match) -> HttpResponse:
    """Answer GET with the page; answer POST by taking a step, then go on, or say why it was refused."""
    if request.method != "POST":
        form = ReviewStepForm(initial={"go_on": request.GET.get("then") == "next"})
        return _page(model_admin, request, match, form)
    user = request.user
    if not isinstance(user, User) or not can(user, Action.REVIEW_MATCHES):
        raise PermissionDenied
    if "life" in request.POST:
        return _take_life_step(model_admin, request, match, by=user)
    form = ReviewStepForm(request.POST)
    if form.is_valid():
        step = form.cleaned_data["step"]
        try:
            with as_shown(ShownEvents(match), request.POST.get(AS_OF, "")):
                review.REVIEW_STEPS[step](match=match, by=user, note=form.cleaned_data["note"], **form.said())
        except (ChangedSinceShown, ReviewRefused) as refusal:
            messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
        else:
            messages.success(request, _what_was_done(model_admin, request, match, step=step, said=form.said()))
            return HttpResponseRedirect(_onward(model_admin, request, match, goes_on=form.cleaned_data["go_on"]))
    else:
        messages.error(request, _("Nothing was done. Please correct what is marked below."))
    match = model_admin.get_queryset(request).get(pk=match.pk)
    return _page(model_admin, request, match, form)


def _what_was_done(
    model_admin: ModelAdmin[Match], request: HttpRequest, match: Match, *, step: str, said: dict[str, Any]
) -> str:
    """Return the banner: the match, by its name and with the way back to it, and what it has come to."""
    words: Promise | str = DONE_WORDS[step]
    if said and match.released_at is not None:
        words = WITHHELD_TOO if said["withholds_too"] else LEFT_RELEASED
    return format_html('<a href="{}"><bdi>{}</bdi></a>: {}', _address(model_admin, request, match), match, words)


def _take_life_step(model_admin: ModelAdmin[Match], request: HttpRequest, match: Match, *, by: User) -> HttpResponse:
    """Take a step that has a form of its own; stay on the match."""
    name = request.POST["life"]
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
            return HttpResponseRedirect(f"{_address(model_admin, request, match)}#life")
        messages.error(request, _("Nothing was done. Please correct what is marked below."))
        given = (name, form)
    match = model_admin.get_queryset(request).get(pk=match.pk)
    return _page(model_admin, request, match, ReviewStepForm(), given=given)


def _onward(model_admin: ModelAdmin[Match], request: HttpRequest, match: Match, *, goes_on: bool) -> str:
    if not goes_on:
        return _address(model_admin, request, match)
    following = next_after(match, queue_as_filtered(model_admin, request))
    if following is None:
        messages.info(request, _("No other match is left in this list."))
        return queue_address(model_admin, request)
    return _address(model_admin, request, following, goes_on=True)


def _address(model_admin: ModelAdmin[Match], request: HttpRequest, match: Match, *, goes_on: bool = False) -> str:
    query = "&".join(filter(None, (model_admin.get_preserved_filters(request), "then=next" if goes_on else "")))
    address = reverse("admin:matching_match_change", args=[match.pk])
    return f"{address}?{query}" if query else address


def _page(
    model_admin: ModelAdmin[Match],
    request: HttpRequest,
    match: Match,
    form: ReviewStepForm,
    *,
    given: tuple[str, forms.BaseForm] | None = None,
) -> HttpResponse:
    prefetch_related_objects([match], "sides__answered_by", "sides__cleared_by", "checks__by")
    labels = Labels.read()
    sides: SideBySide = side_by_side(match.need, match.offer, request)
    today = explain(need=sides.need.posting, offer=sides.offer.posting)  # type: ignore[arg-type]
    queue = queue_as_filtered(model_admin, request)
    following, preceding = next_after(match, queue), before(match, queue)
    return TemplateResponse(
        request,
        "admin/matching/match/review.html",
        {
            **model_admin.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": model_admin.opts,
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
            "form": form,
            "asks_to_withhold": match.released_at is not None and not review.obstacle(step="set_aside", match=match),
            "life": life_steps.forms_for(match, by=request.user, given=given),
            "is_ready": is_ready(match),
            "contacts": [
                (_("Need"), contacts_of(match.need), match.need.contact),
                (_("Offer"), contacts_of(match.offer), match.offer.contact),
            ],
            "is_introduced": match.status in CONTACTS_SHOWN,
            AS_OF: ShownEvents(match).mark(),
            "buttons": _buttons(match, today),
            "preserved": model_admin.get_preserved_filters(request),
            "queue_address": queue_address(model_admin, request),
            "twins": [
                (heading, likely_duplicates(posting, request.user))
                for heading, posting in ((_("the need"), match.need), (_("the offer"), match.offer))
            ],
            "previous_address": _address(model_admin, request, preceding) if preceding else "",
            "next_address": _address(model_admin, request, following) if following else "",
        },
    )


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
