"""New fits, needs that one could serve, and introductions of which nothing is recorded yet."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.models import User
from matching.life.seen.sides import OTHER_SIDE, posting_of, sides_of
from matching.models import Match
from surveys.choices import Side
from surveys.postings.shown.provenance import statement
from workspace.home.lists import MOST_SHOWN, HomeList, HomeRow, Link, row_of
from workspace.matches.groups import Group, in_groups, own_parts

CONFIRMED_FIRST = Case(
    When(Q(need__confirmed_on__isnull=True) | Q(offer__confirmed_on__isnull=True), then=Value(1)), default=Value(0)
)
"""What a survey said and nobody confirmed stands behind, as in every list."""
BEST_FIRST = (CONFIRMED_FIRST, "-seen_score", "need_id", "offer_id")
SOURCES = ("need__survey", "offer__survey")
LOOKED_AT = 200
"""So many of the best fits of one's offers are looked through for different needs: many offers may fit one need."""


def fit_lists(user: User, since: dt.datetime) -> list[HomeList]:
    """Return the lists of fits, new ones those first shown `since` then; none for who answers for no side."""
    if not can(user, Action.READ_OWN):
        return []
    told, shown = own_parts(user)
    return [_new(user, shown, since), _to_serve(user, shown), *_introduced(user, told)]


def _new(user: User, shown: QuerySet[Match], since: dt.datetime) -> HomeList:
    found = shown.filter(shown_since__gte=since).order_by(*BEST_FIRST)
    matches = list(found.for_lists().select_related(*SOURCES)[: MOST_SHOWN + 1])  # type: ignore[attr-defined]
    return HomeList(
        code="new_fits",
        heading=_("New fits for us"),
        empty=_("No fit has come up since %(day)s.") % {"day": date_format(since, "DATE_FORMAT")},
        rows=[_fit_row(user, match) for match in matches[:MOST_SHOWN]],
        has_more=len(matches) > MOST_SHOWN,
        see_all=_matches(Group.FITS),
    )


def _to_serve(user: User, shown: QuerySet[Match]) -> HomeList:
    """Return the needs of others that fit one's offers, each once, with the offer that fits it best: two queries."""
    of_our_offers = shown.filter(scope_of(user, Action.READ_OWN).q("offer__")).order_by(*BEST_FIRST)
    best: dict[int, int] = {}
    for pk, need in of_our_offers.values_list("pk", "need_id")[:LOOKED_AT]:
        best.setdefault(need, pk)
    chosen = list(best.values())[:MOST_SHOWN]
    rows = shown.filter(pk__in=chosen).for_lists().select_related(*SOURCES)  # type: ignore[attr-defined]
    by_id = {match.pk: match for match in rows}
    # A fit that is gone between the two queries is left out.
    matches = [by_id[pk] for pk in chosen if pk in by_id]
    return HomeList(
        code="to_serve",
        heading=_("Needs that we could serve"),
        empty=_("No open need of others fits an offer of ours at the moment."),
        rows=[_row(match, Side.OFFER) for match in matches],
        has_more=len(best) > MOST_SHOWN,
        see_all=_matches(Group.FITS),
        is_news=False,
    )


def _introduced(user: User, told: QuerySet[Match]) -> list[HomeList]:
    """Return the introductions that wait for a record; for who may record one."""
    if not can(user, Action.ANSWER_PROPOSALS):
        return []
    own: Any = told.of(user, Action.ANSWER_PROPOSALS)  # type: ignore[attr-defined]
    found = in_groups(own, Group.INTRODUCED).for_lists().select_related("introduction")  # type: ignore[attr-defined]
    matches = list(found.order_by("introduction__made_at", "pk")[: MOST_SHOWN + 1])
    rows = []
    for match in matches[:MOST_SHOWN]:
        side = sides_of(user, match, Action.ANSWER_PROPOSALS)[0]
        made = getattr(match, "introduction", None)
        day = date_format(made.made_at, "DATE_FORMAT") if made else ""
        rows.append(_row(match, side, _("Introduced on %(day)s") % {"day": day} if day else ""))
    return [
        HomeList(
            code="introduced",
            heading=_("Introduced: what came of it?"),
            empty=_("No introduction waits for a record."),
            rows=rows,
            has_more=len(matches) > MOST_SHOWN,
            see_all=_matches(Group.INTRODUCED),
        )
    ]


def _fit_row(user: User, match: Match) -> HomeRow:
    return _row(match, sides_of(user, match)[0])


def _row(match: Match, side: Side, detail: str = "") -> HomeRow:
    """Return the row of a match for its side: the other's posting, and for which of the own."""
    own, other = posting_of(match, side), posting_of(match, OTHER_SIDE[side])
    if not detail:
        words = _("%(fit)s, for our offer “%(own)s”") if side == Side.OFFER else _("%(fit)s, for our need “%(own)s”")
        detail = words % {"fit": match.seen.fit.label, "own": own.title}
        if not other.is_confirmed:
            detail = f"{detail} · {statement(other)}"
    return row_of(other, reverse("workspace:match", args=[match.need_id, match.offer_id]), detail)


def _matches(group: Group) -> Sequence[Link]:
    return (Link(_("See all"), f"{reverse('workspace:matches')}?state={group}"),)
