"""Filters of one's matches: by what is to be done, by own posting, and by words of the two postings."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from directory.access import Action, scope_of
from matching.filtersets import MatchFilter
from matching.models import Match
from surveys.choices import Side
from surveys.models import Need, Offer
from web.filters import ListFilterSet, SearchFilter
from web.ordering import Ordering, SortKey
from workspace.matches.groups import Group, in_groups, own_matches

_PAIR = (SortKey("need_id", "number"), SortKey("offer_id", "number"))
_BEST_FIRST = (SortKey("seen_score", "number", descending=True), *_PAIR)


class OwnMatchFilter(ListFilterSet[Match]):
    """Filters of the matches of `own_matches(user)`."""

    q = SearchFilter(label=_("Search"), method="search")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=Group.choices, method="by_state", empty_label=_("Any")
    )
    posting = django_filters.ChoiceFilter(label=_("Your posting"), method="by_posting", empty_label=_("Any"))

    orderings = {
        "state": Ordering(_("What waits for you first"), (SortKey("group_rank", "number"), *_BEST_FIRST)),
        "-score": Ordering(_("Best fit first"), _BEST_FIRST),
    }

    search = MatchFilter.search

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["posting"].extra["choices"] = own_postings(self.request.user)

    def by_state(self, queryset: QuerySet[Match], name: str, group: str) -> QuerySet[Match]:
        """Return the matches listed under the group."""
        return in_groups(queryset, Group(group))

    def by_posting(self, queryset: QuerySet[Match], name: str, posting: str) -> QuerySet[Match]:
        """Return the matches of one of the person's postings, given as "need-12"."""
        side, _hyphen, pk = posting.partition("-")
        return queryset.filter(**{f"{side}_id": int(pk)})


def own_postings(user: Any) -> list[tuple[str, str]]:
    """Return the person's postings that have matches, to choose from: two queries."""
    scope = scope_of(user, Action.READ_OWN)
    if not scope:
        return []
    return [
        (f"{side}-{pk}", f"{side.label}: {title}")
        for side, model in ((Side.NEED, Need), (Side.OFFER, Offer))
        for pk, title in model.objects.filter(scope.q(), pk__in=own_matches(user).order_by().values(side))
        .order_by("title", "pk")
        .values_list("pk", "title")
    ]
