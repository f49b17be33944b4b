"""Filters of matches and runs, shared by pages and API.

A match belongs to both of its sides: country, group, agency, area, modality and search find it by either; all but
search by one side alone, where `side` names it. What a person
may not see is neither filtered nor ordered by: words and moments are those that `visible_to` shows. No list is ordered
by score: within a word fits stand alphabetically, so that no place says more than the word does.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from directory.filters import agency_filter, area_filter, country_filter, group_filter, modality_filter
from directory.listing.filtersets import in_any_group
from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from directory.searching.reading import read_query
from matching.choices import Fit, Word
from matching.models import Match, MatchRun
from surveys.choices import Side
from surveys.filtersets import of_country, states_any_of
from surveys.models import Need, Offer
from surveys.searching.finding import PostingSearch
from web.facets import by_condition, by_value
from web.filters import (
    PAIR,
    ListFilterSet,
    MomentFilter,
    SearchFilter,
    SeveralChoicesFilter,
    YesNoFilter,
    names_filter,
)
from web.ordering import ID, Ordering, SortKey

# The pair, not the row's own id: that one would tell how many matches there are.
_NEED, _OFFER = (SortKey(f"{side}_id", "number", is_always_there=True) for side in ("need", "offer"))
PAIR_KEYS = (_NEED, _OFFER)
_LATER_PAIR = tuple(replace(key, descending=True) for key in PAIR_KEYS)
_PARTIES = tuple(SortKey(f"{side}_party", is_always_there=True) for side in ("need", "offer"))
_ALPHABETICAL = (*_PARTIES, *PAIR_KEYS)
_BOTH_CONFIRMED = Q(need__confirmed_on__isnull=False, offer__confirmed_on__isnull=False)


def _by(field: str, kind: str, *, descending: bool = False, among: Sequence[int] = ()) -> SortKey:
    return SortKey(field, kind, descending, is_always_there=True, among=tuple(among))


def matches_found(matches: QuerySet[Match], text: str) -> QuerySet[Match]:
    """Return matches of whose need or offer each term of a text typed into a search finds one."""
    search = PostingSearch(read_query(text), by_reach=False)
    for term in search.query.terms:
        of_need = search.term_condition(term, side=Side.NEED, path="need__")
        matches = matches.filter(of_need | search.term_condition(term, side=Side.OFFER, path="offer__"))
    return matches


class MatchFilter(ListFilterSet[Match]):
    """Filters of matches, as `Match.objects.visible_to(user)` shows them."""

    q = SearchFilter(label=_("Search"), method="search")
    country = country_filter(condition="of_countries")
    group = group_filter(condition="of_groups")
    agency = agency_filter(condition="of_agencies")
    area = area_filter(condition="in_areas")
    modality = modality_filter(condition="in_modalities")
    side = django_filters.ChoiceFilter(
        label=_("On the side of"),
        choices=Side.choices,
        method="keep_all",
        empty_label=_("Any"),
        error_messages={"invalid_choice": _("Give one of: %(names)s.") % {"names": ", ".join(Side.values)}},
    )
    need = names_filter("need", label=_("Need"))
    offer = names_filter("offer", label=_("Offer"))
    id = names_filter(pattern=PAIR, example="12-34", condition="of_pairs")
    fit = SeveralChoicesFilter(label=_("Fit"), choices=Fit.choices, condition="of_fits")
    is_confirmed = YesNoFilter(label=_("Confirmed"), method="by_confirmation", empty_label=_("Any"))
    updated_since = MomentFilter(label=_("Shown or updated since"), field_name="seen_since", lookup_expr="gte")
    updated_before = MomentFilter(label=_("Shown or updated before"), field_name="seen_since", lookup_expr="lt")

    orderings = {
        "fit": Ordering(
            _("Best fit first"), (_by("seen_word", "number", descending=True, among=Word.values), *_ALPHABETICAL)
        ),
        "-fit": Ordering(_("Weakest fit first"), (_by("seen_word", "number", among=Word.values), *_ALPHABETICAL)),
        "-updated_at": Ordering(_("Newest first"), (_by("seen_since", "moment", descending=True), *PAIR_KEYS)),
        # Newest first, read backwards: one index serves both.
        "updated_at": Ordering(_("Oldest first"), (_by("seen_since", "moment"), *_LATER_PAIR)),
        "need": Ordering(_("By need"), PAIR_KEYS),
        "offer": Ordering(_("By offer"), (_OFFER, _NEED)),
    }
    facets = {
        "fit": by_value(Case(*(When(seen_word=word, then=Value(word.fit)) for word in Word))),
        "is_confirmed": by_condition(_BOTH_CONFIRMED),
    }

    def search(self, queryset: QuerySet[Match], name: str, text: str) -> QuerySet[Match]:
        """Return matches where each term finds the need or the offer."""
        return matches_found(queryset, text)

    def of_fits(self, fits: list[str]) -> Q:
        """Return the condition of matches that the reader sees as a fit of one of these words."""
        return Q(seen_word__in=[Word.of(fit) for fit in fits])

    def of_pairs(self, names: list[str]) -> Q:
        """Return the condition of the matches of these pairs, named as in 12-34, need first."""
        offers_of: dict[int, list[int]] = defaultdict(list)
        for name in names:
            need, _dash, offer = name.partition("-")
            offers_of[int(need)].append(int(offer))
        return reduce(or_, (Q(need=need, offer__in=offers) for need, offers in offers_of.items()))

    def by_confirmation(self, queryset: QuerySet[Match], name: str, value: str) -> QuerySet[Match]:
        """Return matches both of whose postings their own agencies vouched for, or the others."""
        return queryset.filter(_BOTH_CONFIRMED if value == "true" else ~_BOTH_CONFIRMED)

    def of_countries(self, countries: list[Country]) -> Q:
        """Return the condition of matches with one of the countries on a side asked for."""
        codes = [country.pk for country in countries]
        return self._on_a_side(lambda side: of_country(codes, side=f"{side}__"))

    def of_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of matches with one of today's members of the groups on a side asked for."""
        return self._on_a_side(
            lambda side: in_any_group(groups, lambda countries: of_country(countries, side=f"{side}__"))
        )

    def of_agencies(self, agencies: list[Agency]) -> Q:
        """Return the condition of matches with one of the agencies on a side asked for."""
        return self._on_a_side(lambda side: Q((f"{side}__agency__in", agencies)))

    def in_areas(self, areas: list[PriorityArea]) -> Q:
        """Return the condition of matches of which the posting on a side asked for states one of the areas."""
        return self._on_a_side(lambda side: _states(side, "areas", "priorityarea", areas))

    def in_modalities(self, modalities: list[Modality]) -> Q:
        """Return the condition of matches of which the posting on a side asked for states one of the modalities."""
        return self._on_a_side(lambda side: _states(side, "modalities", "modality", modalities))

    def _on_a_side(self, condition: Callable[[Side], Q]) -> Q:
        asked = self.form.cleaned_data.get("side")
        return reduce(or_, (condition(side) for side in ([Side(asked)] if asked else Side)))


def _states(side: Side, relation: str, field: str, rows: list[Any]) -> Q:
    through = getattr(Need if side == Side.NEED else Offer, relation).through
    return Q(states_any_of(through, field, rows, posting=side, outer=f"{side}_id"))


class RunFilter(ListFilterSet[MatchRun]):
    """Filters and orders of matching runs."""

    id = names_filter()

    days = {"on": _("Scored for")}

    orderings = {
        "-on": Ordering(_("Newest first"), (SortKey("on", "day", descending=True), SortKey("pk", "number", True))),
        "on": Ordering(_("Oldest first"), (SortKey("on", "day"), ID)),
    }


class CooperationFilter(MatchFilter):
    """Filters of agreed cooperation, by what everyone reads of it: no words, scores or moments."""

    q = None  # type: ignore[assignment]
    fit = None  # type: ignore[assignment]
    is_confirmed = None  # type: ignore[assignment]
    updated_since = None  # type: ignore[assignment]
    updated_before = None  # type: ignore[assignment]

    facets = {}
    orderings = {
        "need": Ordering(_("By country of the need"), _ALPHABETICAL),
        "offer": Ordering(_("By country of the offer"), (*reversed(_PARTIES), *PAIR_KEYS)),
    }
