"""Whom to ask about a need, and proposing to them: for the secretariat alone."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.notes import NoteField
from desk.page import respond
from desk.pairs import Told, side_by_side
from directory.admin.base import actor
from matching.asking.proposing import propose_pair
from matching.asking.whom import PartiesToAsk, PartyToAsk, SpeakingOffer, whom_to_ask
from matching.choices import MatchStatus
from matching.life import review
from matching.life.review import ReviewRefused
from matching.models import Match
from matching.scoring.explanation import explain
from matching.scoring.reasons import Labels, in_short
from surveys.models import Need, Offer


class ProposeForm(forms.Form):
    """What a reviewer notes with a proposal."""

    note = NoteField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Internal: read by the secretariat only. At most 5,000 characters."),
    )


@dataclass(frozen=True)
class OfferLine:
    """An offer that speaks for a party, as the page shows it."""

    speaking: SpeakingOffer
    shared: list[str]
    """What the two share, in a few words."""
    can_be_proposed: bool


@dataclass(frozen=True)
class PartyLines:
    """A party with its offers."""

    party: PartyToAsk
    offers: list[OfferLine]


@dataclass(frozen=True)
class PartyGroup:
    """One of the two groups of the page."""

    lines: list[PartyLines]
    others: int

    @classmethod
    def of(cls, parties: PartiesToAsk, labels: Labels, *, is_need_confirmed: bool) -> "PartyGroup":
        """Put what was found into words."""
        return cls(
            [
                PartyLines(
                    party,
                    [
                        OfferLine(
                            speaking=one,
                            shared=in_short(one.explanation, labels),
                            can_be_proposed=is_need_confirmed and one.offer.is_confirmed and one.match is None,
                        )
                        for one in party.offers
                    ],
                )
                for party in parties.parties
            ],
            others=parties.others,
        )


def whom_page(request: HttpRequest, need_id: int) -> HttpResponse:
    """Show which agencies and countries to sound out first about a need, and the offers that speak for them."""
    need = _get(Need, need_id)
    found = whom_to_ask(need=need, reader=actor(request))
    labels, is_need_confirmed = Labels.read(), need.is_confirmed
    context = {
        "title": _("Whom to ask: %(need)s") % {"need": need},
        "need": need,
        "confirmed": PartyGroup.of(found.confirmed, labels, is_need_confirmed=is_need_confirmed),
        "to_be_verified": PartyGroup.of(found.to_be_verified, labels, is_need_confirmed=is_need_confirmed),
    }
    return respond(request, "admin/matching/match/whom.html", context)


def propose_page(request: HttpRequest, need_id: int, offer_id: int) -> HttpResponse:
    """Show a pair that is no match, with the step that proposes it, or take that step; of a match go to its page."""
    need, offer = _get(Need, need_id), _get(Offer, offer_id)
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form.is_valid():
            try:
                event = propose_pair(need=need, offer=offer, by=actor(request), note=form.cleaned_data["note"])
            except ReviewRefused as refusal:
                messages.error(request, _("Nothing was done. %(why)s") % {"why": refusal})
            else:
                messages.success(request, f"{event.get_kind_display()}: {event.match}")
                return HttpResponseRedirect(_page_of(event.match))
        else:
            messages.error(request, _("Nothing was done. Please correct what is marked below."))
    match = Match.objects.filter(need=need, offer=offer).exclude(status=MatchStatus.LAPSED).first()
    if match is not None and request.method != "POST":
        return HttpResponseRedirect(_page_of(match))
    today = explain(need=need, offer=offer)
    labels = Labels.read()
    context: dict[str, Any] = {
        "title": f"{need.party} ↔ {offer.party}",
        "form": form,
        "need": need,
        "match": match,
        "sides": side_by_side(need, offer, request),
        "today": Told.of(today, labels),
        "labels": labels,
        # As the step itself will ask once the two are a suggestion.
        "obstacle": review.obstacle(step="propose", match=match or Match(need=need, offer=offer), explanation=today),
    }
    return respond(request, "admin/matching/match/propose.html", context)


def _get(model: Any, pk: int) -> Any:
    row = model.objects.for_lists().filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _page_of(match: Match) -> str:
    return reverse("admin:matching_match_change", args=[match.pk])
