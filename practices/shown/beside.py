"""Which practices stand beside a need, a country, an agency, an offer or an area: those that everyone may read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.urls import reverse

from directory.choices import AreaUse
from directory.models import Agency, Country, PriorityArea
from practices.filtersets import of_countries
from practices.models import Practice
from practices.models.practice import PracticeQuerySet
from surveys.models import Need, Offer

MOST_SHOWN = 3


@dataclass(frozen=True)
class PracticesBeside:
    """The first practices, and the address of the list that has them all; empty where it has no more."""

    practices: list[Practice]
    all_address: str = ""

    def __bool__(self) -> bool:
        return bool(self.practices)


def practices_for_need(need: Need) -> PracticesBeside:
    """Return practices of others that could help with a need: those that share most of its areas first."""
    country = need.posting_country
    return _in_areas(need.areas.all(), not_of=country)


def practices_for_country(country: Country, areas: Iterable[PriorityArea]) -> PracticesBeside:
    """Return practices of others in the areas that a country seeks."""
    return _in_areas(areas, not_of=country)


def practices_of_country(country: Country) -> PracticesBeside:
    """Return practices of the country's agencies, or put to use there."""
    return _newest(Practice.objects.public().filter(of_countries([country.pk])), {"country": country.pk})


def practices_of_agency(agency: Agency) -> PracticesBeside:
    """Return practices that an agency shares, or had part in."""
    own = Practice.objects.public().filter(Q(agency=agency) | Q(partners=agency)).distinct()
    return _newest(own, {"agency": agency.code})


def practices_of_offer(offer: Offer) -> PracticesBeside:
    """Return practices that can be shared by an offer."""
    return _newest(Practice.objects.public().filter(offers=offer), {})


def practices_in_area(area: PriorityArea) -> PracticesBeside:
    """Return practices in an area."""
    return _newest(Practice.objects.public().filter(areas=area), {"area": area.pk})


def _in_areas(areas: Iterable[PriorityArea], *, not_of: Country | None) -> PracticesBeside:
    """Return practices in areas that tell something apart, and that their agency's country does not have itself."""
    codes = sorted(area.pk for area in areas if area.use == AreaUse.AREA)
    if not codes:
        return PracticesBeside([])
    of_others = Practice.objects.public().filter(areas__in=codes)
    if not_of is not None:
        of_others = of_others.exclude(agency__country=not_of)
    by_shared = of_others.annotate(shared=Count("areas", distinct=True))
    newest = F("published_at").desc(nulls_last=True)
    found = list(by_shared.for_lists().order_by("-shared", newest, "pk")[: MOST_SHOWN + 1])
    return _beside(found, [("area", code) for code in codes])


def _newest(practices: PracticeQuerySet, asked: dict[str, str]) -> PracticesBeside:
    return _beside(list(practices.for_lists()[: MOST_SHOWN + 1]), list(asked.items()))


def _beside(found: list[Practice], asked: Collection[tuple[str, str]]) -> PracticesBeside:
    has_more = len(found) > MOST_SHOWN and bool(asked)
    address = f"{reverse('practices:practices')}?{urlencode(list(asked))}" if has_more else ""
    return PracticesBeside(found[:MOST_SHOWN], address)
