"""Filters of practices, shared by pages and API."""

from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from directory.filters import agency_filter, area_filter, country_filter, group_filter, modality_filter
from directory.listing.filtersets import in_any_group
from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from directory.people.membership import countries_by_group
from practices.choices import PracticeKind
from practices.models import Practice
from practices.searching.finding import practices_found
from surveys.filtersets import states_any_of
from web.calendar.days import today
from web.facets import Counts, ReadFacet, by_stated, by_value
from web.filters import ListFilterSet, MomentFilter, SearchFilter, SeveralChoicesFilter, names_filter
from web.ordering import ID, Ordering, SortKey


def of_countries(countries: Any) -> Q:
    """Return the condition that a practice is of an agency of one of the countries, or was put to use in one."""
    used_there = Practice.countries.through.objects.filter(practice=OuterRef("pk"), country__in=countries)
    return Q(agency__country__in=countries) | Q(Exists(used_there))


def _by_country(found: dict[str, set[int]]) -> Counts:
    """Count practices by the countries whose they are, or where they were put to use, each once a country."""
    return {iso3: len(practices) for iso3, practices in found.items()}


def _by_group(found: dict[str, set[int]]) -> Counts:
    """Count practices by the groups of today that such a country is in, each once a group."""
    return {
        group: len(set().union(*(found.get(iso3, ()) for iso3 in countries)))
        for group, countries in countries_by_group(today()).items()
    }


def _practices_by_country(rows: QuerySet[Any]) -> dict[str, set[int]]:
    used_in = Practice.countries.through.objects.filter(practice__in=rows.order_by().values("pk")).order_by()
    own = rows.order_by().filter(agency__country__isnull=False).values_list("agency__country", "pk")
    found: dict[str, set[int]] = defaultdict(set)
    for iso3, pk in used_in.values_list("country", "practice").union(own):
        found[iso3].add(pk)
    return found


class PracticeFilter(ListFilterSet[Practice]):
    """Filters of practices."""

    q = SearchFilter(label=_("Search"), method="search")
    kind = SeveralChoicesFilter(label=_("Kind"), choices=PracticeKind.choices)
    country = country_filter(condition="of_countries")
    group = group_filter(condition="of_groups")
    area = area_filter(condition="in_areas")
    modality = modality_filter(condition="in_modalities")
    agency = agency_filter(condition="of_agencies")
    id = names_filter()
    updated_since = MomentFilter(label=_("Updated since"), field_name="updated_at", lookup_expr="gte")
    updated_before = MomentFilter(label=_("Updated before"), field_name="updated_at", lookup_expr="lt")
    published_since = MomentFilter(label=_("Published since"), field_name="published_at", lookup_expr="gte")
    published_before = MomentFilter(label=_("Published before"), field_name="published_at", lookup_expr="lt")

    orderings = {
        "newest": Ordering(_("Newest first"), (SortKey("published_at", "moment", descending=True), ID)),
        "oldest": Ordering(_("Oldest first"), (SortKey("published_at", "moment"), ID)),
        "title": Ordering(_("Title"), (SortKey("title"), ID)),
        "-title": Ordering(_("Title, Z to A"), (SortKey("title", descending=True), ID)),
        "-updated_at": Ordering(_("Updated last"), (SortKey("updated_at", "moment", descending=True), ID)),
        "id": Ordering(_("Number"), (ID,)),
    }
    facets = {
        "kind": by_value("kind", is_whole=True),
        "country": ReadFacet(_practices_by_country, _by_country),
        "group": ReadFacet(_practices_by_country, _by_group),
        "area": by_stated(Practice.areas.through, row="practice", value="priorityarea"),
        "modality": by_stated(Practice.modalities.through, row="practice", value="modality"),
    }

    def search(self, queryset: QuerySet[Practice], name: str, text: str) -> QuerySet[Practice]:
        """Return practices that a text finds by what they are tied to and by their words."""
        return practices_found(queryset, text)

    def of_countries(self, countries: list[Country]) -> Q:
        """Return the condition of practices of the countries' agencies, or put to use there."""
        return of_countries([country.pk for country in countries])

    def of_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of practices of, or put to use in, today's members of the groups."""
        return in_any_group(groups, of_countries)

    def in_areas(self, areas: list[PriorityArea]) -> Q:
        """Return the condition of practices in one of the areas."""
        return Q(states_any_of(Practice.areas.through, "priorityarea", areas, posting="practice"))

    def in_modalities(self, modalities: list[Modality]) -> Q:
        """Return the condition of practices that can be shared in one of the forms."""
        return Q(states_any_of(Practice.modalities.through, "modality", modalities, posting="practice"))

    def of_agencies(self, agencies: list[Agency]) -> Q:
        """Return the condition of practices that one of the agencies shares, or had part in."""
        had_part = Practice.partners.through.objects.filter(practice=OuterRef("pk"), agency__in=agencies)
        return Q(agency__in=agencies) | Q(Exists(had_part))
