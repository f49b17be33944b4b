"""Filters of the match queue: those of pages and API, and what the desk alone asks besides."""

from collections.abc import Container
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from desk.queue.todo import TODO, condition
from directory.filters import area_filter, country_filter, group_filter
from directory.listing.filtersets import in_any_group
from directory.models import Country, CountryGroup, PriorityArea
from matching.choices import MatchStatus
from matching.filtersets import PAIR_KEYS, MatchFilter
from matching.models import AllocationPick, Match
from surveys.choices import Side
from surveys.filtersets import of_country, states_any_of
from surveys.models import Need, Offer
from web.facets import Counts, by_value, made_of
from web.filters import OneOrSeveral, ScoreFilter
from web.ordering import Ordering, SortKey

ALL = "all"
ORDER_OF_OLD = {"1": "score", "-1": "-score", "5": "created_at", "-5": "-created_at"}
"""By the number of a column of the list that stood here before: what `o` said of the order."""
NAME_OF_OLD = {"group": "need_group", "area": "shared_area", "p": "page"}
"""What that list called otherwise. Pages have a `group` and an `area` too, of either side: here they never had."""
NO_CHOICE = {"invalid_choice": _("This is not one of the choices.")}


def choice_filter(label: Any, choices: Any, **kwargs: Any) -> django_filters.ChoiceFilter:
    """Return a filter by one of a closed list."""
    options = {"label": label, "choices": choices, "error_messages": NO_CHOICE, "empty_label": _("Any")}
    return django_filters.ChoiceFilter(**{**options, **kwargs})


def with_all(counts: Counts) -> Counts:
    """Return the counts of states, and of all of them together."""
    return {**counts, ALL: sum(counts.values())}


BY_STATUS = made_of(by_value("status"), with_all)


class QueueFilter(MatchFilter):
    """Filters of matches for the secretariat: by how far they have come, by what is to do, and by score.

    A match is asked for by the country of one side and of the other, and by an area that both state: `group` and
    `area` of the pages, which mean either side, have no place here.
    """

    group = None  # type: ignore[assignment]
    area = None  # type: ignore[assignment]

    status = choice_filter(
        _("Status"), [*MatchStatus.choices, (ALL, _("All"))], method="by_status", empty_label=_("What waits")
    )
    todo = choice_filter(_("To do"), list(TODO.items()), method="by_todo")
    plan = choice_filter(_("Plan"), [("applied", _("Picked by the plan applied last"))], method="by_plan")
    confirmed = choice_filter(
        _("Confirmed"),
        [
            ("both", _("Both: can be proposed")),
            ("need", _("The need only")),
            ("offer", _("The offer only")),
            ("none", _("Neither")),
        ],
        method="by_who_confirmed",
    )
    released = choice_filter(
        _("Released"), [("yes", _("Released to the public")), ("no", _("Not released"))], method="by_release"
    )
    need_country = country_filter(label=_("Country of the need"), condition="of_need_countries")
    offer_country = country_filter(label=_("Country of the offer"), condition="of_offer_countries")
    need_group = group_filter(label=_("Need of a country of"), condition="of_need_groups")
    shared_area = area_filter(label=_("Shared area"), condition="sharing_areas", widget=OneOrSeveral)
    min_score = ScoreFilter(label=_("Score from"), field_name="score", lookup_expr="gte")
    max_score = ScoreFilter(label=_("Score to"), field_name="score", lookup_expr="lte")

    orderings = {
        "-score": Ordering(
            _("Best fit first"), (SortKey("score", "number", descending=True, is_always_there=True), *PAIR_KEYS)
        ),
        "score": Ordering(_("Weakest fit first"), (SortKey("score", "number", is_always_there=True), *PAIR_KEYS)),
        "-created_at": Ordering(
            _("Newest first"), (SortKey("created_at", "moment", descending=True, is_always_there=True), *PAIR_KEYS)
        ),
        "created_at": Ordering(_("Oldest first"), (SortKey("created_at", "moment", is_always_there=True), *PAIR_KEYS)),
    }
    facets = MatchFilter.facets | {"status": BY_STATUS}

    def by_status(self, queryset: QuerySet[Match], name: str, status: str) -> QuerySet[Match]:
        """Return the matches in this state."""
        return queryset if status == ALL else queryset.filter(status=status)

    def by_todo(self, queryset: QuerySet[Match], name: str, todo: str) -> QuerySet[Match]:
        """Return the matches with which a person has this to do next, whatever their state says."""
        return queryset.filter(condition(todo, by=self.request.user))

    def by_plan(self, queryset: QuerySet[Match], name: str, plan: str) -> QuerySet[Match]:
        """Return the matches that the plan applied last picked: which to propose."""
        return queryset.filter(pk__in=AllocationPick.objects.in_the_queue().order_by().values("match"))

    def by_who_confirmed(self, queryset: QuerySet[Match], name: str, who: str) -> QuerySet[Match]:
        """Return the matches of whose postings just these are vouched for; both can be proposed."""
        return queryset.filter(
            need__confirmed_on__isnull=who not in {"both", "need"},
            offer__confirmed_on__isnull=who not in {"both", "offer"},
        )

    def by_release(self, queryset: QuerySet[Match], name: str, released: str) -> QuerySet[Match]:
        """Return the matches that everyone sees, or the others."""
        return queryset.filter(released_at__isnull=released == "no")

    def of_need_countries(self, countries: list[Country]) -> Q:
        """Return the condition of matches whose need is of one of the countries."""
        return of_country([country.pk for country in countries], side="need__")

    def of_offer_countries(self, countries: list[Country]) -> Q:
        """Return the condition of matches whose offer is of one of the countries."""
        return of_country([country.pk for country in countries], side="offer__")

    def of_need_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of matches whose need is of one of today's members of the groups."""
        return in_any_group(groups, lambda countries: of_country(countries, side="need__"))

    def sharing_areas(self, areas: list[PriorityArea]) -> Q:
        """Return the condition of matches both of whose postings state one and the same of the areas."""
        found = Q(pk__in=[])
        for area in areas:
            both = [
                Q(states_any_of(model.areas.through, "priorityarea", [area], posting=side, outer=f"{side}_id"))
                for side, model in ((Side.NEED, Need), (Side.OFFER, Offer))
            ]
            found |= both[0] & both[1]
        return found


def what_waits(rows: QuerySet[Match], asked: Container[str]) -> QuerySet[Match]:
    """Return what the queue shows of the rows that its filters find: first decisions, unless the query asks otherwise.

    What is to do stands in other states than those that wait for a first decision.
    """
    return rows if "status" in asked or "todo" in asked else rows.filter(status=MatchStatus.SUGGESTED)


def in_words_of_today(query: QueryDict) -> QueryDict:
    """Return a query of the queue with the names that it goes by today: bookmarks and saved views keep old ones."""
    renamed = QueryDict(mutable=True)
    for name, values in query.lists():
        if name == "o":
            renamed.setlistdefault("ordering", [ORDER_OF_OLD.get(value, value) for value in values])
        elif name in NAME_OF_OLD:
            renamed.setlistdefault(NAME_OF_OLD[name], values)
        else:
            renamed.setlist(name, values)
    return renamed
