"""What a person of the secretariat has to do next on a match, whatever its state says."""

from collections.abc import Mapping

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directory.models import User
from matching.choices import MatchStatus, SideAnswer
from matching.life.answers.clearing import WAITING
from matching.life.answers.refusing import AGAINST
from matching.models import Enquiry, Match, MatchSide

IS_PROPOSED = Q(status=MatchStatus.PROPOSED)

TODO: Mapping[str, StrPromise] = {
    "mine": _("Looked after by me"),
    "nobody": _("Looked after by nobody"),
    "introduce": _("Both interested: introduce"),
    "pass_on": _("One side declined, or its country objected: pass it on"),
    "clearance": _("Waits for a country"),
    "answers": _("Waits for an answer"),
    "hold": _("On hold"),
    "asked": _("A side asks about it"),
}


def condition(name: str, *, by: User | None = None) -> Q:
    """Return the condition on matches for one of TODO. Raises KeyError for another name."""
    sides = MatchSide.objects.filter(match=OuterRef("pk"))
    conditions: dict[str, Q] = {
        "mine": Q(assigned_to=by),
        "nobody": Q(assigned_to__isnull=True),
        "introduce": IS_PROPOSED & Q(on_hold_at__isnull=True) & ~Q(Exists(sides.exclude(answer=SideAnswer.INTERESTED))),
        "pass_on": IS_PROPOSED & Q(on_hold_at__isnull=True) & Q(Exists(sides.filter(AGAINST))),
        "clearance": IS_PROPOSED & Q(Exists(sides.filter(clearance__in=WAITING))),
        "answers": IS_PROPOSED & Q(Exists(sides.filter(asked_at__isnull=False, answer=""))),
        "hold": Q(on_hold_at__isnull=False),
        "asked": Q(Exists(Enquiry.objects.to_answer().filter(need=OuterRef("need"), offer=OuterRef("offer")))),
    }
    return conditions[name]


def counted() -> dict[str, int]:
    """Return how many matches wait for the secretariat, by name: `suggestions` and those of TODO; one query."""
    names = ("introduce", "pass_on", "clearance", "answers", "hold")
    return Match.objects.aggregate(
        suggestions=Count("pk", filter=Q(status=MatchStatus.SUGGESTED)),
        **{name: Count("pk", filter=condition(name)) for name in names},
    )
