"""One step on many matches: a page that lists them and asks for a note, and one that says what was done."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from django_stubs_ext import StrPromise

from desk.notes import NoteField, WithholdField
from desk.page import respond
from desk.queue.filtersets import QueueFilter
from desk.queue.origin import Origin
from directory.admin.base import actor
from matching.choices import Fit
from matching.life import review
from matching.models import Match
from web.converters import row_number

MOST_AT_ONCE = 500

BULK_STEPS: dict[str, StrPromise] = {
    "release": _("Release to the public"),
    "withhold": _("Withhold: take off the public pages"),
    "propose": _("Propose to both sides"),
    "set_aside": _("Set aside"),
    "take_back": _("Take back to the suggestions"),
}


UNDOING = {"release": "withhold", "withhold": "release", "set_aside": "take_back", "propose": "take_back"}


class IdsField(forms.CharField):
    """Ids of matches, by commas: one field, however many."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> list[int]:
        """Return the ids; refuse anything that is not a list of at most MOST_AT_ONCE of them."""
        parts = super().clean(value).split(",")
        numbers = [row_number(part) for part in parts]
        if None in numbers:
            raise forms.ValidationError(_("This is not a list of matches."))
        if len(parts) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most %(most)d matches at once.") % {"most": MOST_AT_ONCE})
        return [number for number in numbers if number is not None]


class BulkForm(forms.Form):
    """A step, the matches, and the note that goes with each of them."""

    step = forms.ChoiceField(choices=list(BULK_STEPS.items()), widget=forms.HiddenInput)
    ids = IdsField()
    note = NoteField(label=_("Note"), help_text=_("Kept with each of the matches; read by the secretariat only."))
    withholds_too = WithholdField(label=_("Everyone can see some of these fits, as marked below."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("step") == "take_back" and "note" in cleaned and not cleaned["note"]:
            self.add_error("note", _("Say why the matches are taken back."))
        return cleaned


@dataclass(frozen=True)
class BulkCandidate:
    """A match on the page that asks, and what already stands in the way of the step; empty: nothing seen."""

    match: Match
    fit: Fit
    obstacle: str


def ask(origin: Origin, selected: QuerySet[Match], *, step: str) -> HttpResponse:
    """Show the selected matches, at most MOST_AT_ONCE of them, the best first, and ask for a note."""
    ids = list(_best_first(selected).values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    left_out = selected.count() - MOST_AT_ONCE if len(ids) > MOST_AT_ONCE else 0
    ids = ids[:MOST_AT_ONCE]
    form = BulkForm(initial={"step": step, "ids": ",".join(map(str, ids))})
    return _ask(origin, form, step=step, ids=ids, left_out=left_out)


class BulkStep(View):
    """Takes a step on each of the matches, and says what was done and what was refused, and why."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the step; a form that is not filled in right is shown again, with the matches."""
        form, origin = BulkForm(request.POST), Origin.of(request)
        if not form.is_valid():
            if "step" in form.errors or "ids" in form.errors:
                refusal = str(_("This is not a list of matches."))
                return HttpResponse(status=400, content=refusal, content_type="text/plain")
            return _ask(origin, form, step=form.cleaned_data["step"], ids=form.cleaned_data["ids"])
        step, note = form.cleaned_data["step"], form.cleaned_data["note"]
        outcome = review.each(
            step=review.REVIEW_STEPS[step],
            matches=_matches(form.cleaned_data["ids"]),
            by=actor(request),
            note=note,
            **({"withholds_too": form.cleaned_data["withholds_too"]} if step == review.ASKS_TO_WITHHOLD else {}),
        )
        context = _context(origin, step=step) | {"outcome": outcome, "note": note, "undo": _undo(step, outcome)}
        return respond(request, "admin/matching/match/bulk_done.html", context)


def _undo(step: str, outcome: review.BulkOutcome) -> BulkForm | None:
    """Return the form that undoes what was just done, for the same matches; None where there is nothing to undo."""
    if step not in UNDOING or not outcome.done:
        return None
    ids = ",".join(str(event.match_id) for event in outcome.done)
    return BulkForm(initial={"step": UNDOING[step], "ids": ids}, auto_id="undo_%s")


def _ask(origin: Origin, form: BulkForm, *, step: str, ids: list[int], left_out: int = 0) -> HttpResponse:
    candidates = [
        BulkCandidate(
            match=match,
            fit=match.fit,
            obstacle=review.obstacle(step=step, match=match),
        )
        for match in _matches(ids)
    ]
    context = _context(origin, step=step) | {
        "form": form,
        "candidates": candidates,
        "asks_to_withhold": step == review.ASKS_TO_WITHHOLD
        and any(candidate.match.released_at and not candidate.obstacle for candidate in candidates),
        "hindered": sum(bool(candidate.obstacle) for candidate in candidates),
        "left_out": left_out,
        "most_at_once": MOST_AT_ONCE,
    }
    return respond(origin.request, "admin/matching/match/bulk_ask.html", context)


def _matches(ids: list[int]) -> QuerySet[Match]:
    return _best_first(Match.objects.for_lists().filter(pk__in=ids))


def _best_first(matches: QuerySet[Match]) -> QuerySet[Match]:
    return matches.order_by(*QueueFilter.orderings["-score"].expressions())


def _context(origin: Origin, *, step: str) -> dict[str, Any]:
    return {
        "title": BULK_STEPS[step],
        "step": step,
        "preserved": origin.carried,
        "queue_address": origin.address,
    }
