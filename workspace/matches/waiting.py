"""What waits for a person here: proposals, clearances with their last day, outcomes, and whether a need was met."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.models import User
from matching.choices import COOPERATION
from matching.models import Match, MatchSide, Outcome
from web.calendar.days import today, years_before
from workspace.matches.groups import Group, counts_of, in_groups, told_matches
from workspace.waiting import Waiting

ASKED_AFTER_YEARS = 1
"""After the agreement: was the need met?"""


def waiting_for(user: User) -> list[Waiting]:
    """Return what waits for the person, in a fixed number of queries; nothing for who may not answer."""
    if not can(user, Action.ANSWER_PROPOSALS):
        return []
    matches = in_groups(told_matches(user, Action.ANSWER_PROPOSALS), Group.TO_ANSWER, Group.TO_CLEAR, Group.TO_CONFIRM)
    counts = counts_of([matches])
    found = [
        _waiting(Group.TO_ANSWER, counts, _("Proposals to answer"), is_urgent=True),
        _waiting(Group.TO_CLEAR, counts, _("Proposals to clear for your country"), detail=_next_term(user, matches)),
        _waiting(Group.TO_CONFIRM, counts, _("Outcomes to confirm")),
        _follow_ups(user),
    ]
    return [one for one in found if one is not None]


def _waiting(group: Group, counts: Mapping[Group, int], what: str, **more: Any) -> Waiting | None:
    if not (count := counts.get(group, 0)):
        return None
    return Waiting(what=what, count=count, address=f"{reverse('workspace:matches')}?state={group}", **more)


def _next_term(user: User, matches: QuerySet[Match]) -> str:
    """Return the first last day among the clearances that wait, in words: one query, for who clears alone."""
    if not can(user, Action.APPROVE_POSTINGS):
        return ""
    waiting = MatchSide.objects.filter(
        match__in=in_groups(matches, Group.TO_CLEAR).order_by().values("pk"), asked_at__isnull=True
    )
    first = waiting.aggregate(first=Min("clearance_due_on"))["first"]
    return _("The first term ends on %(day)s.") % {"day": date_format(first, "DATE_FORMAT")} if first else ""


def _follow_ups(user: User) -> Waiting | None:
    """Return the needs of the person's side whose cooperation was agreed a year ago: one query."""
    outcomes = Outcome.objects.filter(
        Exists(Match.objects.visible_to(user).filter(pk=OuterRef("match"))),
        scope_of(user, Action.ANSWER_PROPOSALS).q("match__need__"),
        match__status__in=COOPERATION,
        need_met="",
        agreed_on__lte=years_before(today(), ASKED_AFTER_YEARS),
    ).order_by("agreed_on", "pk")
    pairs = list(outcomes.values_list("match__need", "match__offer"))
    if not pairs:
        return None
    return Waiting(
        what=_("Was the need met?"),
        count=len(pairs),
        address=reverse("workspace:match", args=pairs[0]) + "#met",
        detail=_("Agreed a year ago or more; a word from you closes it."),
    )
