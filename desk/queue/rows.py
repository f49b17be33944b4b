"""The match queue: what its rows show, and which match comes next."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from matching.choices import Fit
from matching.models import Match
from matching.models.match import MatchQuerySet
from matching.scoring.explanation import Explanation, explain_pairs
from matching.scoring.reasons import Labels, in_short

QUEUE_ORDER = ("-score", "need_id", "offer_id")


@dataclass(frozen=True)
class QueueRow:
    """One match as the queue shows it."""

    match: Match
    fit: Fit
    reasons: list[str]

    @property
    def confirmed(self) -> str:
        """Which of the two postings the Governments have vouched for, in words."""
        match (self.match.need.is_confirmed, self.match.offer.is_confirmed):
            case (True, True):
                return _("Both confirmed")
            case (True, False):
                return _("Need confirmed, offer not")
            case (False, True):
                return _("Offer confirmed, need not")
            case _:
                return _("Neither confirmed")


def rows_of(matches: Iterable[Match]) -> list[QueueRow]:
    """Return the matches with their fit and reasons, in a fixed number of queries.

    A decided match shows the reasons that it was decided on, the others those of today.
    """
    matches = list(matches)
    undecided = [match for match in matches if not match.decided_on]
    explanations: dict[int, Explanation] = dict(
        zip(
            (match.pk for match in undecided),
            explain_pairs(pairs=[(match.need, match.offer) for match in undecided]),
            strict=True,
        )
    )
    labels = Labels.read() if matches else Labels({}, {}, {})
    return [
        QueueRow(
            match=match,
            fit=match.fit,
            reasons=in_short(match.decided_on or explanations[match.pk], labels),
        )
        for match in matches
    ]


class QueueChangeList(ChangeList):
    """The list of matches, with what its rows show read once for the page."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.title = _("Match queue")

    @cached_property
    def rows(self) -> list[QueueRow]:
        """The rows of this page."""
        return rows_of(self.result_list)

    @property
    def address_to_narrow(self) -> str:
        """The query of this list, to be followed by the one posting to narrow it to: `?`, or `?status=all&`."""
        query: str = self.get_query_string(remove=["need", "offer"])
        return query if query == "?" else f"{query}&"

    @property
    def address_with_all(self) -> str:
        """The query of this list, filters, search and order, without its page."""
        query: str = self.get_query_string(remove=["p"])
        return query if query != "?" else ""

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """The orders to choose from: words, address, and whether it is the one shown."""
        score, created = (self.list_display.index(name) for name in ("score", "created_at"))
        asked = self.params.get(ORDER_VAR, "")
        return [
            (words, self.get_query_string({ORDER_VAR: value or None}), asked == value)
            for words, value in (
                (_("Best fit first"), ""),
                (_("Weakest fit first"), str(score)),
                (_("Newest first"), f"-{created}"),
                (_("Oldest first"), str(created)),
            )
        ]


def queue_address(model_admin: ModelAdmin[Match], request: HttpRequest) -> str:
    """Return the address of the list that the reviewer came from, with its filters."""
    filters = QueryDict(model_admin.get_preserved_filters(request)).get("_changelist_filters", "")
    address = reverse("admin:matching_match_changelist")
    return f"{address}?{filters}" if filters else address


def queue_as_filtered(model_admin: ModelAdmin[Match], request: HttpRequest) -> QuerySet[Match]:
    """Return the matches of the list that the reviewer came from, as its filters narrow it now, in queue order."""
    listed = copy.copy(request)
    listed.GET = QueryDict(request.GET.get("_changelist_filters", ""))
    try:
        changelist = _changelist(model_admin, listed)
    except IncorrectLookupParameters:
        listed.GET = QueryDict("")
        changelist = _changelist(model_admin, listed)
    queryset: MatchQuerySet = changelist.queryset
    return queryset.order_by(*QUEUE_ORDER)


def queue_as_shown(model_admin: ModelAdmin[Match], request: HttpRequest) -> MatchQuerySet:
    """Return the matches of the list that the request's own query asks for, in the order that it asks for."""
    try:
        changelist = _changelist(model_admin, request)
    except IncorrectLookupParameters:
        return Match.objects.none()
    queryset: MatchQuerySet = changelist.queryset
    return queryset


def before(match: Match, queue: QuerySet[Match]) -> Match | None:
    """Return the match that stands before this one in the queue; None where it is the first."""
    earlier = (
        Q(score__gt=match.score)
        | Q(score=match.score, need_id__lt=match.need_id)
        | Q(score=match.score, need_id=match.need_id, offer_id__lt=match.offer_id)
    )
    return queue.exclude(pk=match.pk).filter(earlier).order_by("score", "-need_id", "-offer_id").first()


def next_after(match: Match, queue: QuerySet[Match]) -> Match | None:
    """Return the match that follows in the queue, else the first of those before it; None where no other waits.

    `match` is placed where the caller read it: a step taken since may have moved it out of the queue.
    """
    later = (
        Q(score__lt=match.score)
        | Q(score=match.score, need_id__gt=match.need_id)
        | Q(score=match.score, need_id=match.need_id, offer_id__gt=match.offer_id)
    )
    others = queue.exclude(pk=match.pk)
    return others.filter(later).first() or others.first()


def _changelist(model_admin: ModelAdmin[Match], request: HttpRequest) -> ChangeList:
    """Return the list that the address asks for, without reading what its rows show."""
    return ChangeList(
        request,
        Match,
        model_admin.list_display,
        (),
        model_admin.list_filter,
        None,
        model_admin.search_fields,
        False,
        model_admin.list_per_page,
        model_admin.list_max_show_all,
        (),
        model_admin,
        model_admin.sortable_by,
        None,
    )
