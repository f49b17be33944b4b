"""Pages of countries and agencies."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.views.generic import DetailView

from directory.country_lists import CountryFilteredList
from directory.filtersets import AgencyFilter, CountryFilter
from directory.membership import describe, groups_of
from directory.models import Agency, AgencyFact, Country
from web.days import today
from web.pages import FilteredList, PublicPage


@dataclass(frozen=True)
class Badge:
    """A group of a country in words, with what sets it; linked to the list of its members."""

    code: str
    label: str
    words: str
    source: str


class CountryList(FilteredList[Country]):
    """Countries and territories in English alphabetical order, never ranked."""

    model = Country
    filterset_class = CountryFilter
    results_template = "directory/country_results.html"
    section = "countries"
    form_fields = ("q", "group", "ordering")

    def rows(self) -> QuerySet[Country]:
        return Country.objects.listed()


class CountryDetail(PublicPage, DetailView[Country]):
    """One country or territory: its groups, agencies, offers, needs and released fits."""

    slug_field = "iso3"
    slug_url_kwarg = "iso3"
    section = "countries"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Country]:
        return Country.objects.listed()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "agencies": Agency.objects.public().filter(country=self.object),
            "badges": list(_badges(self.object, today())),
        }


class AgencyList(CountryFilteredList[Agency]):
    """Agencies by name."""

    model = Agency
    filterset_class = AgencyFilter
    results_template = "directory/agency_results.html"
    section = "agencies"
    form_fields = ("q", "country", "group", "ordering")

    def countries_to_choose(self) -> QuerySet[Country]:
        return Country.objects.listed().filter(iso3__in=self.rows().order_by().values("country"))

    def rows(self) -> QuerySet[Agency]:
        return Agency.objects.public()

    def for_page(self, rows: QuerySet[Agency]) -> QuerySet[Agency]:
        return rows.select_related("country")


class AgencyDetail(PublicPage, DetailView[Agency]):
    """One agency: what it is, institutional facts with their sources, its offers and needs."""

    slug_field = "code"
    slug_url_kwarg = "code"
    section = "agencies"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Agency]:
        facts = Prefetch("facts", AgencyFact.objects.active(), to_attr="facts_in_use")
        return Agency.objects.public().select_related("country").prefetch_related(facts)


def _badges(country: Country, on: dt.date) -> Iterator[Badge]:
    seen: set[str] = set()
    for membership in groups_of(country, on):
        if membership.group_id not in seen:
            seen.add(membership.group_id)
            yield Badge(
                code=membership.group_id,
                label=membership.group.label,
                words=describe(membership, on),
                source=membership.source,
            )
