"""Filters of countries, groups and agencies, shared by pages and API."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from directory.filters import country_filter, group_filter
from directory.membership import members
from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from web.days import today
from web.filters import ListFilterSet, SearchFilter
from web.ordering import ID, Ordering, SortKey


def countries_in(group: CountryGroup) -> QuerySet[Any, Any]:
    """Return the ISO3 codes of today's members of the group, derived groups too, as a subquery."""
    return members(group.code, today()).order_by().values("country")


class CountryFilter(ListFilterSet[Country]):
    """Filters of countries and territories: in English alphabetical order, never ranked."""

    q = SearchFilter(label=_("Search"), method="search")
    group = group_filter(method="in_group")

    orderings = {"name": Ordering(_("Name"), (SortKey("position", "number"), SortKey("iso3")))}

    def search(self, queryset: QuerySet[Country], name: str, words: list[str]) -> QuerySet[Country]:
        """Return countries of whose names, in any language of the UN, all words are part."""
        for word in words:
            queryset = queryset.filter(search_text__contains=word)
        return queryset

    def in_group(self, queryset: QuerySet[Country], name: str, group: CountryGroup) -> QuerySet[Country]:
        """Return today's members."""
        return queryset.filter(iso3__in=countries_in(group))


class GroupFilter(ListFilterSet[CountryGroup]):
    """Filters of country groups."""

    q = SearchFilter(label=_("Search"), method="search")

    orderings = {
        "position": Ordering(_("As listed"), (SortKey("position", "number"), SortKey("code"))),
        "code": Ordering(_("Code"), (SortKey("code"),)),
    }

    def search(self, queryset: QuerySet[CountryGroup], name: str, words: list[str]) -> QuerySet[CountryGroup]:
        """Return groups of whose code, name or spellings all words are part."""
        for word in words:
            queryset = queryset.filter(search_text__contains=word)
        return queryset


class AgencyFilter(ListFilterSet[Agency]):
    """Filters of agencies."""

    q = SearchFilter(label=_("Search"), method="search")
    country = country_filter(method="of_country")
    group = group_filter(method="in_group")

    orderings = {
        "name": Ordering(_("Name"), (SortKey("name"), ID)),
        "-name": Ordering(_("Name, Z to A"), (SortKey("name", descending=True), ID)),
        "code": Ordering(_("Code"), (SortKey("code"),)),
    }

    def search(self, queryset: QuerySet[Agency], name: str, words: list[str]) -> QuerySet[Agency]:
        """Return agencies of whose code, name, acronym or description all words are part."""
        for word in words:
            queryset = queryset.filter(search_text__contains=word)
        return queryset

    def of_country(self, queryset: QuerySet[Agency], name: str, country: Country) -> QuerySet[Agency]:
        """Return agencies of the country."""
        return queryset.filter(country=country)

    def in_group(self, queryset: QuerySet[Agency], name: str, group: CountryGroup) -> QuerySet[Agency]:
        """Return agencies of today's members of the group."""
        return queryset.filter(country__in=countries_in(group))


class AreaFilter(ListFilterSet[PriorityArea]):
    """The order of priority areas."""

    orderings = {"position": Ordering(_("As listed"), (SortKey("position", "number"), SortKey("code")))}


class ModalityFilter(ListFilterSet[Modality]):
    """The order of modalities."""

    orderings = {"position": Ordering(_("As listed"), (SortKey("position", "number"), SortKey("code")))}
