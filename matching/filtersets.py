"""Filters of matches and runs, shared by pages and API.

A match belongs to both of its sides: country, group, area, modality and search find it by either. What a person
may not see is neither filtered nor ordered by: words and moments are those that `visible_to` shows. No list is ordered
by score: within a word fits stand alphabetically, so that no place says more than the word does.
"""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from directory.filters import area_filter, country_filter, group_filter, modality_filter
from directory.filtersets import countries_in
from directory.models import Country, CountryGroup, Modality, PriorityArea
from matching.choices import Fit, Word
from matching.models import Match, MatchRun
from surveys.filtersets import of_country, states_any_of
from surveys.models import Need, Offer
from web.filters import ListFilterSet, MomentFilter, SearchFilter
from web.ordering import ID, Ordering, SortKey

# The pair, not the row's own id: that one would tell how many matches there are.
_PAIR = (SortKey("need_id", "number"), SortKey("offer_id", "number"))
_ALPHABETICAL = (SortKey("need_party"), SortKey("offer_party"), *_PAIR)


class MatchFilter(ListFilterSet[Match]):
    """Filters of matches, as `Match.objects.visible_to(user).with_parties()` shows them."""

    q = SearchFilter(label=_("Search"), method="search")
    country = country_filter(method="by_country")
    group = group_filter(method="by_group")
    area = area_filter(method="by_area")
    modality = modality_filter(method="by_modality")
    fit = django_filters.ChoiceFilter(label=_("Fit"), choices=Fit.choices, method="by_fit", empty_label=_("Any"))
    updated_since = MomentFilter(label=_("Shown or updated since"), field_name="seen_since", lookup_expr="gte")

    orderings = {
        "fit": Ordering(_("Best fit first"), (SortKey("seen_word", "number", descending=True), *_ALPHABETICAL)),
        "-fit": Ordering(_("Weakest fit first"), (SortKey("seen_word", "number"), *_ALPHABETICAL)),
        "-updated_at": Ordering(_("Newest first"), (SortKey("seen_since", "moment", descending=True), *_PAIR)),
        "updated_at": Ordering(_("Oldest first"), (SortKey("seen_since", "moment"), *_PAIR)),
        "need": Ordering(_("By need"), _PAIR),
        "offer": Ordering(_("By offer"), (_PAIR[1], _PAIR[0])),
    }

    def search(self, queryset: QuerySet[Match], name: str, words: list[str]) -> QuerySet[Match]:
        """Return matches where each word is part of the need or of the offer."""
        for word in words:
            queryset = queryset.filter(Q(need__search_text__contains=word) | Q(offer__search_text__contains=word))
        return queryset

    def by_fit(self, queryset: QuerySet[Match], name: str, fit: str) -> QuerySet[Match]:
        """Return matches that the reader sees as a fit of this word."""
        return queryset.filter(Q(seen_word=Word.of(fit)))

    def by_country(self, queryset: QuerySet[Match], name: str, country: Country) -> QuerySet[Match]:
        """Return matches with the country on either side."""
        return queryset.filter(of_country([country.pk], side="need__") | of_country([country.pk], side="offer__"))

    def by_group(self, queryset: QuerySet[Match], name: str, group: CountryGroup) -> QuerySet[Match]:
        """Return matches with one of today's members of the group on either side."""
        countries = countries_in(group)
        return queryset.filter(of_country(countries, side="need__") | of_country(countries, side="offer__"))

    def by_area(self, queryset: QuerySet[Match], name: str, areas: list[PriorityArea]) -> QuerySet[Match]:
        """Return matches of which either posting states one of the areas."""
        return queryset.filter(
            states_any_of(Need.areas.through, "priorityarea", areas, posting="need", outer="need_id")
            | states_any_of(Offer.areas.through, "priorityarea", areas, posting="offer", outer="offer_id")
        )

    def by_modality(self, queryset: QuerySet[Match], name: str, modalities: list[Modality]) -> QuerySet[Match]:
        """Return matches of which either posting states one of the modalities."""
        return queryset.filter(
            states_any_of(Need.modalities.through, "modality", modalities, posting="need", outer="need_id")
            | states_any_of(Offer.modalities.through, "modality", modalities, posting="offer", outer="offer_id")
        )


class RunFilter(ListFilterSet[MatchRun]):
    """Orders of matching runs."""

    orderings = {
        "-on": Ordering(_("Newest first"), (SortKey("on", "day", descending=True), SortKey("pk", "number", True))),
        "on": Ordering(_("Oldest first"), (SortKey("on", "day"), ID)),
    }


class CooperationFilter(MatchFilter):
    """Filters of agreed cooperation, by what everyone reads of it: no words, scores or moments."""

    q = None  # type: ignore[assignment]
    fit = None
    updated_since = None  # type: ignore[assignment]

    orderings = {
        "need": Ordering(_("By country of the need"), _ALPHABETICAL),
        "offer": Ordering(_("By country of the offer"), (SortKey("offer_party"), SortKey("need_party"), *_PAIR)),
    }
