"""A refusal waits before it is passed on: until then, who gave it can take it back, and nobody else has heard of it.

So does the objection of a side's country. The match stays proposed meanwhile. The other side reads, hears and may do
exactly what it would had nothing been said: it is reminded, it may answer, and its country may clear. A reviewer passes
a refusal or an objection on; the daily work does where nobody has by the end of `terms.HELD_DAYS` working days. Only
then the other side learns that the match is not taken forward, and no more.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from directory.models import User
from matching.choices import REFUSALS, Clearance, MatchStatus, SideAnswer
from matching.life.answers.clearing import end_without_agreement
from matching.life.proposable import check_not_on_hold
from matching.life.steps import ReviewRefused, check_reviewer, lock_match
from matching.life.terms import NOT_NOW_MONTHS
from matching.models import Match, MatchSide
from surveys.choices import Side
from web.calendar.days import months_after

AGAINST = Q(answer__in=REFUSALS) | Q(clearance=Clearance.OBJECTED)
"""The condition that a side does not want to, or its country: as `MatchSide.is_against` says of one."""


def held_refusals() -> QuerySet[MatchSide]:
    """Return the sides whose refusal, or whose country's objection, has not been passed on, also those on hold."""
    rows = MatchSide.objects.filter(AGAINST, match__status=MatchStatus.PROPOSED)
    return rows.order_by(Coalesce("answered_at", "cleared_at"), "pk")


def is_held(match: Match) -> bool:
    """Whether a side or its country does not want to, and the other was not told that it ends; reads `match.sides`."""
    return match.status == MatchStatus.PROPOSED and any(row.is_against for row in match.sides.all())


@transaction.atomic
def pass_on(*, match: Match, by: User, note: str = "") -> Match:
    """End a match that a side has refused, or its country objected to: the other side learns only that it ends.

    By a reviewer. `note` is read by the secretariat alone.
    """
    check_reviewer(by, note)
    match = lock_match(match)
    check_not_on_hold(match)
    row = held_refusals().filter(match=match).first()
    if row is None:
        raise ReviewRefused(_("No side refuses this match, or it was passed on already. Look at it again."))
    _end(match, row, by=by, note=note)
    return match


def pass_on_due(on: dt.date) -> int:
    """Pass on the refusals and objections that nobody took back or passed on before the day `on`; return how many.

    What is on hold waits: its sides do not see it, and could take nothing back.
    """
    passed = 0
    due = held_refusals().filter(take_back_until__lt=on, match__on_hold_at__isnull=True)
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            match = lock_match(MatchSide.objects.select_related("match").get(pk=pk).match)
            row = due.filter(pk=pk).first()
            if row is not None:
                _end(match, row, by=None)
                passed += 1
    return passed


def _end(match: Match, row: MatchSide, *, by: User | None, note: str = "") -> None:
    until = None
    if row.answer == SideAnswer.NOT_NOW and row.answered_at is not None:
        until = months_after(row.answered_at.date(), NOT_NOW_MONTHS)
    end_without_agreement(match, side=Side(row.side), by=by, refused_until=until, note=note)
