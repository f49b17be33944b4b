"""Filters of one's matches: by what is to be done, by own posting, and by words of the two postings."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from directory.access import Action, scope_of
from matching.filtersets import PAIR_KEYS, MatchFilter
from matching.models import Match
from surveys.choices import Side
from surveys.models import Need, Offer
from web.filters import ListFilterSet, SearchFilter
from web.lists.branches import ListParts
from web.ordering import Ordering, SortKey
from workspace.matches.groups import Group, in_groups

_MOST_URGENT = SortKey("group_rank", "number", is_always_there=True)
_BEST_FIRST = (SortKey("seen_score", "number", descending=True, is_always_there=True), *PAIR_KEYS)


class OwnMatchFilter(ListFilterSet[Match]):
    """Filters of the matches of `own_matches(user)`."""

    q = SearchFilter(label=_("Search"), method="search")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=Group.choices, method="by_state", empty_label=_("Any")
    )
    posting = django_filters.ChoiceFilter(label=_("Your posting"), method="by_posting", empty_label=_("Any"))

    orderings = {
        "state": Ordering(_("What waits for you first"), (_MOST_URGENT, *_BEST_FIRST)),
        "-score": Ordering(_("Best fit first"), _BEST_FIRST),
    }

    search = MatchFilter.search

    def __init__(self, *args: Any, parts: ListParts[Match], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["posting"].extra["choices"] = own_postings(self.request.user, parts)

    def by_state(self, queryset: QuerySet[Match], name: str, group: str) -> QuerySet[Match]:
        """Return the matches listed under the group."""
        return in_groups(queryset, Group(group))

    def by_posting(self, queryset: QuerySet[Match], name: str, posting: str) -> QuerySet[Match]:
        """Return the matches of one of the person's postings, given as "need-12"."""
        side, _hyphen, pk = posting.partition("-")
        return queryset.filter(**{f"{side}_id": int(pk)})


def own_postings(user: Any, parts: ListParts[Match]) -> list[tuple[str, str]]:
    """Return the person's postings that have matches, of its `own_parts`, to choose from: two queries."""
    scope = scope_of(user, Action.READ_OWN)
    if not scope:
        return []

    def with_matches(side: Side) -> Q:
        matched = Q(pk__in=[])
        for part in parts:
            matched |= Q(pk__in=part.order_by().values(side))
        return matched

    return [
        (f"{side}-{pk}", f"{side.label}: {title}")
        for side, model in ((Side.NEED, Need), (Side.OFFER, Offer))
        for pk, title in model.objects.filter(scope.q(), with_matches(side))
        .order_by("title", "pk")
        .values_list("pk", "title")
    ]
