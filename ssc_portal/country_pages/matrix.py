"""A country's areas against what it seeks, offers, could take up and has under way: every number leads to its list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from directory.models import Country, PriorityArea, User
from matching.life.telling.cooperation import published
from matching.models import Match
from ssc_portal.country_pages.open_to import OpenTo
from surveys.filtersets import of_country
from surveys.models import Need, Offer

Reader = User | AnonymousUser


@dataclass(frozen=True)
class MatrixCell:
    """A number, how many of it nobody has confirmed yet, and the list that has exactly so many rows."""

    number: int
    unconfirmed: int
    address: str


@dataclass(frozen=True)
class MatrixRow:
    """One area."""

    area: PriorityArea
    cells: Sequence[MatrixCell]


@dataclass(frozen=True)
class OwnPostings:
    """How many open postings of one kind the country has, in all and by area: all of them and unconfirmed ones."""

    count: int
    by_area: dict[str, tuple[int, int]]


def own_postings(model: Any, country: Country, *, reader: Reader) -> OwnPostings:
    """Return the numbers of the country's own open offers or needs that the reader may see: two queries."""
    side = model.__name__.lower()
    visible = model.objects.visible_to(reader).open_now().filter(of_country([country.pk])).order_by()
    rows = (
        model.areas.through.objects.filter(**{f"{side}__in": visible.values("pk")})
        .order_by()
        .values_list("priorityarea")
        .annotate(all=Count("pk"), unconfirmed=Count("pk", filter=Q(**{f"{side}__confirmed_on__isnull": True})))
    )
    return OwnPostings(visible.count(), {area: (number, unconfirmed) for area, number, unconfirmed in rows})


def matrix(
    country: Country,
    *,
    reader: Reader,
    areas: Iterable[PriorityArea],
    needs: OwnPostings,
    offers: OwnPostings,
    open_to_it: OpenTo,
) -> list[MatrixRow]:
    """Return the areas in which there is something, in their order; six more queries."""
    own = of_country([country.pk], side="need__") | of_country([country.pk], side="offer__")
    fits = _by_area(Match.objects.visible_to(reader).filter(own))
    agreed = _by_area(published().filter(own))
    reaching = {one.area.pk: _unconfirmed(one) for one in open_to_it.areas}
    columns = (
        ("surveys:needs", "country", needs.by_area),
        ("surveys:offers", "country", offers.by_area),
        ("surveys:offers", "reaches", reaching),
        ("matching:matches", "country", {area: (number, 0) for area, number in fits.items()}),
        ("matching:cooperation", "country", {area: (number, 0) for area, number in agreed.items()}),
    )
    return [
        MatrixRow(
            area,
            [
                MatrixCell(
                    *numbers.get(area.pk, (0, 0)),
                    f"{reverse(name)}?{urlencode({filtered: country.pk, 'area': area.pk})}",
                )
                for name, filtered, numbers in columns
            ],
        )
        for area in areas
        if any(area.pk in numbers for _name, _filtered, numbers in columns)
    ]


def _unconfirmed(one: Any) -> tuple[int, int]:
    offers = [offer for helper in (*one.confirmed, *one.stated) for offer in helper.offers]
    return one.offers, sum(not offer.is_confirmed for offer in offers)


def _by_area(matches: QuerySet[Match]) -> dict[str, int]:
    """Return how many of the matches there are in each area: a match belongs to the areas of both of its sides."""
    pairs = list(matches.order_by().values_list("need_id", "offer_id"))
    areas_of_needs = _areas_of(Need, {need for need, _offer in pairs})
    areas_of_offers = _areas_of(Offer, {offer for _need, offer in pairs})
    numbers: dict[str, int] = {}
    for need, offer in pairs:
        for area in areas_of_needs.get(need, set()) | areas_of_offers.get(offer, set()):
            numbers[area] = numbers.get(area, 0) + 1
    return numbers


def _areas_of(model: Any, postings: set[int]) -> dict[int, set[str]]:
    side = model.__name__.lower()
    found: dict[int, set[str]] = {}
    rows = model.areas.through.objects.filter(**{f"{side}__in": postings}).values_list(f"{side}_id", "priorityarea_id")
    for posting, area in rows:
        found.setdefault(posting, set()).add(area)
    return found
