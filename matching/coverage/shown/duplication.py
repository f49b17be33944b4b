"""Several offers of one kind to one place: where those who offer may want to talk to each other.

A kind is an area and a modality; a place is a country or a group that the offers themselves name. Offers
that name no place are open to all and are to no one place; those that state no modality are of no kind.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from directory.models import Country, CountryGroup, Modality, PriorityArea
from matching.coverage.counts.reading import CoverageTables, CoverageView, Reader
from matching.coverage.shown.lists import with_party
from surveys.choices import PlaceKind
from surveys.models import Offer
from web.text import fold

SEVERAL = 2

PlaceCode = tuple[str, str]
"""Its kind, and the code of its country or group."""


@dataclass(frozen=True)
class DoubledKind:
    """One area and modality, with the ids of the offers of it to one place."""

    area: str
    modality: str
    offers: tuple[int, ...]
    confirmed: int
    """How many of the offers are confirmed."""
    partners: int
    """Of how many partners they are."""


@dataclass(frozen=True)
class DoublingPlace:
    """A place with the kinds of which there are several offers to it."""

    kind: str
    """A country or a group, as `PlaceKind`."""
    place: Country | CountryGroup
    kinds: list[DoubledKind]

    @property
    def code(self) -> str:
        """The code of the country or group."""
        return str(self.place.pk)

    @cached_property
    def offers(self) -> int:
        """How many offers these are, each once."""
        return len({offer for kind in self.kinds for offer in kind.offers})


@dataclass(frozen=True)
class NumberedOffer:
    """An offer with its number in the list of the page, by which the kinds name it."""

    number: int
    offer: Offer

    @property
    def party(self) -> str:
        """The country that offers, or the agency where there is none."""
        return str(self.offer.posting_country or self.offer.agency)


@dataclass(frozen=True)
class DoublingKind:
    """A kind as a page shows it."""

    area: PriorityArea
    modality: Modality
    offers: list[NumberedOffer]
    confirmed: int
    partners: int


def doubling_places(*, reader: Reader, view: CoverageView) -> list[DoublingPlace]:
    """Return the places with several offers of one kind, countries first, each in its order; fixed queries."""
    tables = CoverageTables.read(reader=reader, view=view)
    kinds = {place: found for place, rows in _to_places(tables).items() if (found := _kinds(tables, rows))}
    countries = Country.objects.filter(pk__in=[code for kind, code in kinds if kind == PlaceKind.COUNTRY])
    # Lists that others made for other ends explain a reach; they are no heading.
    groups: QuerySet[Any] = CountryGroup.objects.active().filter(
        pk__in=[code for kind, code in kinds if kind == PlaceKind.GROUP], is_heading=True
    )
    places: list[tuple[PlaceKind, Country | CountryGroup]] = [
        *((PlaceKind.COUNTRY, one) for one in countries),
        *((PlaceKind.GROUP, one) for one in groups),
    ]
    return [DoublingPlace(kind.value, one, kinds[kind.value, one.pk]) for kind, one in places]


def offers_to(place: DoublingPlace) -> list[NumberedOffer]:
    """Return the offers of the kinds of a place, numbered: confirmed ones first, by whose they are. One query."""
    ids = {pk for kind in place.kinds for pk in kind.offers}
    offers = sorted(with_party(Offer.objects.filter(pk__in=ids)), key=_confirmed_first_by_party)
    return [NumberedOffer(number, offer) for number, offer in enumerate(offers, start=1)]


def _confirmed_first_by_party(offer: Offer) -> tuple[bool, str, int]:
    return not offer.is_confirmed, fold(str(offer.posting_country or offer.agency)), offer.pk


def kinds_in_words(place: DoublingPlace, offers: list[NumberedOffer]) -> list[DoublingKind]:
    """Return the kinds of a place with what is shown of them, by area and form: two queries."""
    areas, modalities = PriorityArea.objects.in_bulk(), Modality.objects.in_bulk()
    found = [
        DoublingKind(
            area=areas[kind.area],
            modality=modalities[kind.modality],
            offers=[one for one in offers if one.offer.pk in kind.offers],
            confirmed=kind.confirmed,
            partners=kind.partners,
        )
        for kind in place.kinds
    ]
    return sorted(found, key=lambda kind: (kind.area.position, kind.area.pk, kind.modality.position, kind.modality.pk))


def _to_places(tables: CoverageTables) -> dict[PlaceCode, list[int]]:
    """Return the rows of the offers that name each place; a list of one year is not a place."""
    rows: dict[PlaceCode, list[int]] = defaultdict(list)
    for row, pk in enumerate(tables.tables.offers.ids.tolist()):
        places = {(place.kind, place.code) for place in tables.tables.offer_places.get(pk, ()) if place.code}
        for place in places:
            rows[place].append(row)
    return {place: found for place, found in rows.items() if len(found) >= SEVERAL}


def _kinds(tables: CoverageTables, rows: Iterable[int]) -> list[DoubledKind]:
    """Return the kinds of which there are several offers among these rows."""
    offers, vocabulary = tables.tables.offers, tables.tables.vocabulary
    by_kind: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        modalities = vocabulary.modality_codes(int(offers.modalities[row]))
        for area in vocabulary.area_codes(int(offers.areas[row])):
            for modality in modalities:
                by_kind[area, modality].append(row)
    return [
        DoubledKind(
            area=area,
            modality=modality,
            offers=tuple(offers.ids[found].tolist()),
            confirmed=int(tables.offer_is_confirmed[found].sum()),
            partners=len(set(tables.party_of[found].tolist())),
        )
        for (area, modality), found in by_kind.items()
        if len(found) >= SEVERAL
    ]
