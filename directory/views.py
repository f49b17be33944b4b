"""Pages of countries and agencies."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import DetailView

from directory.files import AGENCY_COLUMNS, COUNTRY_COLUMNS
from directory.listing.country_lists import CountryFilteredList
from directory.listing.filtersets import AgencyFilter, CountryFilter
from directory.models import Agency, AgencyFact, Country
from directory.people.membership import describe, groups_of, since
from directory.searching.lexicon import load_lexicon
from web.calendar.days import today
from web.lists.pages import FilteredList, PublicPage


@dataclass(frozen=True)
class Badge:
    """A group of a country in words, with what sets it; linked to the list of its members."""

    code: str
    label: str
    words: str
    since: str
    source: str


class CountryList(FilteredList[Country]):
    """Countries and territories in English alphabetical order, never ranked."""

    model = Country
    filterset_class = CountryFilter
    results_template = "directory/country_results.html"
    section = "countries"
    file_name = "countries"
    columns = COUNTRY_COLUMNS
    form_fields = ("q", "group", "with_postings", "ordering")

    def rows(self) -> QuerySet[Country]:
        return Country.objects.listed()


class CountryDetail(PublicPage, DetailView[Country]):
    """One country or territory: its groups, agencies, offers, needs and released fits."""

    is_kept = True
    slug_field = "iso3"
    slug_url_kwarg = "iso3"
    section = "countries"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Country]:
        return Country.objects.listed()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            return self._found_by_name(kwargs["iso3"])

    def _found_by_name(self, text: str) -> HttpResponse:
        """Lead from a code in small letters, an ISO2 code or a name to the page; from a name of several to the list.

        Names are read as imports read them. Raises Http404 for what names no country that is listed.
        """
        read = load_lexicon().names.resolve(text, codes=True, suggests=False)
        if read.iso3 and read.is_listed and read.iso3 != text:
            return redirect("directory:country", read.iso3, permanent=True)
        if read.kind == "ambiguous" and self.get_queryset().filter(pk__in=read.suggestions).exists():
            return redirect(f"{reverse('directory:countries')}?{urlencode({'q': text})}")
        raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "agencies": with_facts(Agency.objects.public().filter(country=self.object)),
            "badges": list(_badges(self.object, today())),
        }


class AgencyList(CountryFilteredList[Agency]):
    """Agencies by name."""

    model = Agency
    filterset_class = AgencyFilter
    results_template = "directory/agency_results.html"
    section = "agencies"
    file_name = "agencies"
    columns = AGENCY_COLUMNS
    form_fields = ("q", "country", "group", "ordering")

    def countries_to_choose(self) -> QuerySet[Country]:
        return Country.objects.listed().filter(iso3__in=self.rows().order_by().values("country"))

    def rows(self) -> QuerySet[Agency]:
        return Agency.objects.public()

    def for_page(self, rows: QuerySet[Agency]) -> QuerySet[Agency]:
        return rows.select_related("country")


class AgencyDetail(PublicPage, DetailView[Agency]):
    """One agency: what it is, institutional facts with their sources, its offers and needs."""

    is_kept = True
    slug_field = "code"
    slug_url_kwarg = "code"
    section = "agencies"
    section_current = "true"

    def get_queryset(self) -> QuerySet[Agency]:
        return with_facts(Agency.objects.public().select_related("country"))


def with_facts(agencies: QuerySet[Agency]) -> QuerySet[Agency]:
    """Return the agencies with their institutional facts, as `facts_in_use`: one query more."""
    return agencies.prefetch_related(Prefetch("facts", AgencyFact.objects.active(), to_attr="facts_in_use"))


def _badges(country: Country, on: dt.date) -> Iterator[Badge]:
    seen: set[str] = set()
    for membership in groups_of(country, on):
        if membership.group_id not in seen:
            seen.add(membership.group_id)
            yield Badge(
                code=membership.group_id,
                label=membership.group.display_label,
                words=describe(membership, on),
                since=since(membership),
                source=membership.source,
            )
