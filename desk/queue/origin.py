"""The list from which a page was opened: its address, and which match stands before and after one in it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from desk.queue.filtersets import QueueFilter, in_words_of_today, what_waits
from matching.models import Match
from web.filters import refusals
from web.lists.pages import PAGE_PARAMETERS, without_empty
from web.ordering import Ordering

CARRIED = "_changelist_filters"
"""The parameter that carries the query of a list, as in all of the admin site."""


@dataclass(frozen=True)
class Origin:
    """The queue, narrowed and ordered as it was when the reader left it."""

    request: HttpRequest
    query: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return the list that the address of a page carries; the whole queue where it carries none."""
        return cls(request, request.GET.get(CARRIED, ""))

    @property
    def address(self) -> str:
        """The address of the list."""
        queue = reverse("admin:matching_match_changelist")
        return f"{queue}?{self.query}" if self.query else queue

    @property
    def carried(self) -> str:
        """The query by which another page carries the list along; empty for the whole queue."""
        return urlencode({CARRIED: self.query}) if self.query else ""

    def page_of(self, match: Match, *, goes_on: bool = False) -> str:
        """Return the address of a match's page that carries the list along."""
        query = "&".join(filter(None, (self.carried, "then=next" if goes_on else "")))
        address = reverse("admin:matching_match_change", args=[match.pk])
        return f"{address}?{query}" if query else address

    def before(self, match: Match) -> Match | None:
        """Return the match that stands before this one in the list; None where it is the first."""
        order = self._ordering
        earlier = order.after(_place_of(match, order), backwards=True)
        return self._others(match).filter(earlier).order_by(*order.expressions(backwards=True)).first()

    def next_after(self, match: Match) -> Match | None:
        """Return the match that follows in the list, else the first of those before it; None where no other waits.

        `match` is placed where the caller read it: a step taken since may have moved it out of the list.
        """
        others, order = self._others(match), self._ordering
        return others.filter(order.after(_place_of(match, order))).first() or others.first()

    def _others(self, match: Match) -> QuerySet[Match]:
        return what_waits(self._filters.qs, self._filters.data).exclude(pk=match.pk)

    @property
    def _ordering(self) -> Ordering:
        return self._filters.ordering

    @cached_property
    def _filters(self) -> QueueFilter:
        """The filters of the list; none where they are not understood."""
        rows = Match.objects.visible_to(self.request.user)
        filters = QueueFilter(
            without_empty(in_words_of_today(QueryDict(self.query))), queryset=rows, request=self.request
        )
        if refusals(filters.data, filters, also=PAGE_PARAMETERS):
            filters = QueueFilter(QueryDict(), queryset=rows, request=self.request)
        return filters


def _place_of(match: Match, ordering: Ordering) -> list[object]:
    return [key.value_from(key.value_of(match)) for key in ordering.keys]
