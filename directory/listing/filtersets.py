"""Filters of countries, groups and agencies, shared by pages and API."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from directory.filters import country_filter, group_filter
from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from directory.people.membership import countries_by_group, members
from directory.posters import has_postings
from directory.searching.finding import agencies_found, countries_found
from directory.searching.reading import read_query
from web.calendar.days import today
from web.facets import Counts, GroupedFacet, by_value, made_of
from web.filters import CODE, ListFilterSet, NamesFilter, SearchFilter, YesNoFilter, names_filter
from web.ordering import ID, Ordering, SortKey
from web.text import fold


def countries_in(group: CountryGroup) -> QuerySet[Any, Any]:
    """Return the ISO3 codes of today's members of the group, derived groups too, as a subquery."""
    return members(group.code, today()).order_by().values("country")


def in_any_group(groups: list[CountryGroup], condition: Callable[[Any], Q]) -> Q:
    """Return the condition that a row is of a member of any of the groups today.

    condition: returns, for ISO3 codes as a subquery, the condition that a row is of one of these countries.
    """
    return reduce(or_, (condition(countries_in(group)) for group in groups))


def code_filter(field_name: str = "pk", *, example: str) -> NamesFilter:
    """Return the filter `id` of a list whose rows are known by codes."""
    return names_filter(field_name, pattern=CODE, example=example, label=_("Code"))


def by_group_of(by_country: GroupedFacet) -> GroupedFacet:
    """Return a facet that counts rows by the groups of today whose members their countries are."""
    return made_of(by_country, _of_groups)


def _of_groups(numbers: Counts) -> Counts:
    return {
        group: sum(numbers.get(iso3, 0) for iso3 in countries)
        for group, countries in countries_by_group(today()).items()
    }


class CountryFilter(ListFilterSet[Country]):
    """Filters of countries and territories: in English alphabetical order, never ranked."""

    q = SearchFilter(label=_("Search"), method="search")
    group = group_filter(condition="in_groups")
    id = code_filter(example="KHM")
    with_postings = YesNoFilter(label=_("With open offers or needs"), method="by_postings", empty_label=_("Any"))

    orderings = {"name": Ordering(_("Name"), (SortKey("position", "number"), SortKey("iso3")))}
    facets = {"group": by_group_of(by_value("iso3"))}

    def search(self, queryset: QuerySet[Country], name: str, text: str) -> QuerySet[Country]:
        """Return the countries that a text names, as imports read it, or whose names have all of its words."""
        return queryset.filter(iso3__in=countries_found(read_query(text)))

    def in_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of today's members."""
        return in_any_group(groups, lambda countries: Q(iso3__in=countries))

    def by_postings(self, queryset: QuerySet[Country], name: str, value: str) -> QuerySet[Country]:
        """Return the countries with open offers or needs that the reader may see, or those without."""
        condition = has_postings(getattr(self.request, "user", None))
        return queryset.filter(condition) if value == "true" else queryset.exclude(condition)


class GroupFilter(ListFilterSet[CountryGroup]):
    """Filters of country groups."""

    q = SearchFilter(label=_("Search"), method="search")
    id = code_filter(example="LDC")

    orderings = {
        "position": Ordering(_("As listed"), (SortKey("position", "number"), SortKey("code"))),
        "code": Ordering(_("Code"), (SortKey("code"),)),
    }

    def search(self, queryset: QuerySet[CountryGroup], name: str, text: str) -> QuerySet[CountryGroup]:
        """Return groups of whose code, name or spellings all words are part."""
        for word in fold(text).split():
            queryset = queryset.filter(search_text__contains=word)
        return queryset


class AgencyFilter(ListFilterSet[Agency]):
    """Filters of agencies."""

    q = SearchFilter(label=_("Search"), method="search")
    country = country_filter()
    group = group_filter(condition="in_groups")
    id = code_filter("code", example="tica")

    orderings = {
        "name": Ordering(_("Name"), (SortKey("name"), ID)),
        "-name": Ordering(_("Name, Z to A"), (SortKey("name", descending=True), ID)),
        "code": Ordering(_("Code"), (SortKey("code"),)),
    }
    facets = {"country": by_value("country"), "group": by_group_of(by_value("country"))}

    def search(self, queryset: QuerySet[Agency], name: str, text: str) -> QuerySet[Agency]:
        """Return agencies that a text finds by name, acronym, code, description or country."""
        return queryset.filter(code__in=agencies_found(read_query(text)))

    def in_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of agencies of today's members."""
        return in_any_group(groups, lambda countries: Q(country__in=countries))


class AreaFilter(ListFilterSet[PriorityArea]):
    """Filter and order of priority areas."""

    id = code_filter(example="energy")

    orderings = {"position": Ordering(_("As listed"), (SortKey("position", "number"), SortKey("code")))}


class ModalityFilter(ListFilterSet[Modality]):
    """Filter and order of modalities."""

    id = code_filter(example="training")

    orderings = {"position": Ordering(_("As listed"), (SortKey("position", "number"), SortKey("code")))}
