"""What stands behind a number: the countries that seek, their needs, who reaches them, and with which offers."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.models import Agency, Country
from matching.coverage.counts.columns import AreaLine, CoverageColumn, Layout
from matching.coverage.counts.pairs import Rows
from matching.coverage.counts.reading import CoverageTables, CoverageView, Reader, closed_lately
from matching.coverage.counts.seeking import Seeking, seeking_of
from matching.coverage.counts.tables import CountedCell, Offering, of_modality, offering_of
from matching.coverage.counts.words import UnitState, state_of
from surveys.models import Need, Offer


@dataclass(frozen=True)
class Partner:
    """An offering country, or an agency without one, with its offers that count here."""

    party: Country | Agency
    offers: list[Offer]

    @property
    def is_confirmed(self) -> bool:
        """Whether one of these offers was confirmed."""
        return any(offer.is_confirmed for offer in self.offers)

    def __str__(self) -> str:
        if self.is_confirmed:
            return str(self.party)
        years = [offer.stated_on.year for offer in self.offers if offer.stated_on]
        if not years:
            return _("%(party)s (not confirmed)") % {"party": self.party}
        return _("%(party)s (%(year)d, not confirmed)") % {"party": self.party, "year": max(years)}

    @property
    def address(self) -> str:
        """The page of the country; an agency has none that everyone may open."""
        return reverse("directory:country", args=[self.party.pk]) if isinstance(self.party, Country) else ""


@dataclass(frozen=True)
class SeekingCountry:
    """One unit of coverage: a country that seeks in the area."""

    country: Country
    needs: list[Need]
    direct: list[Partner]
    general: list[Partner]
    related: list[Partner]
    confirmed_direct: int
    """How many partners reach a confirmed need of it with a confirmed offer."""
    state: UnitState
    is_as_stated: bool
    """The state is that of all postings, because none of its needs here is confirmed."""


@dataclass(frozen=True)
class OfferingParty:
    """One that offers the very area, and how many of the countries that seek it reaches."""

    partner: Partner
    reached: int
    reached_generally: int


@dataclass(frozen=True)
class CellLists:
    """A cell, and all that it counts."""

    view: CoverageView
    cell: CountedCell
    offering: Offering
    seeking: list[SeekingCountry]
    offered_by: list[OfferingParty]
    closed_needs: list[Need] = field(default_factory=list)
    closed_offers: list[Offer] = field(default_factory=list)


def lists_behind(*, reader: Reader, view: CoverageView, area: str, column: str, is_modality: bool) -> CellLists | None:
    """Return what one cell counts, in a fixed number of queries; None where there is no such cell."""
    tables = CoverageTables.read(reader=reader, view=view)
    layout = Layout.of(tables)
    line, of_it = layout.line(area), layout.column(column, is_modality=is_modality)
    if line is None or of_it is None:
        return None
    behind = _Behind(tables, layout, line, of_it)
    return CellLists(
        view=view,
        cell=CountedCell(line, of_it, behind.confirmed.figures(), behind.stated.figures()),
        offering=offering_of(tables, area),
        seeking=sorted(map(behind.unit, behind.countries), key=lambda unit: unit.is_as_stated),
        offered_by=[behind.offering_party(partner) for partner in behind.offering],
        closed_needs=list(with_party(closed_lately(Need, reader, view).filter(areas=area))),
        closed_offers=list(with_party(closed_lately(Offer, reader, view).filter(areas=area))),
    )


def with_party(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return postings with what a line of them shows: who, its title, and where it comes from."""
    rows = rows.select_related("country", "agency", "agency__country", "survey", "response")
    return rows.defer("text", "english_text", "search_text")


class _Behind:
    """The rows of one cell, with what is shown of them read at once."""

    def __init__(self, tables: CoverageTables, layout: Layout, line: AreaLine, column: CoverageColumn) -> None:
        self._tables = tables
        needs, pairs, related = (
            tables.needs_of(line.code),
            tables.pairs_of(line.code),
            tables.related_pairs_of(line.code),
        )
        self._offers = tables.offers_of(line.code)
        if column.is_modality:
            _needs, related = of_modality(tables, column, needs, related)
            needs, pairs = of_modality(tables, column, needs, pairs)
            is_member = np.ones(len(tables.tables.vocabulary.countries), dtype=np.bool_)
        else:
            is_member = layout.is_member[column.code]
        country = tables.tables.needs.country
        self._needs = needs[is_member[country[needs]]]
        self._pairs, self._related = (found.where(is_member[country[found.need]]) for found in (pairs, related))

    @cached_property
    def confirmed(self) -> Seeking:
        return seeking_of(self._tables, self._needs, self._pairs, confirmed_only=True)

    @cached_property
    def stated(self) -> Seeking:
        return seeking_of(self._tables, self._needs, self._pairs, confirmed_only=False)

    @cached_property
    def countries(self) -> list[Country]:
        """The countries that seek, in English alphabetical order."""
        codes, columns = self._tables.tables.vocabulary.countries, self._tables.seekers[self.stated.seeks]
        return list(Country.objects.filter(pk__in=[codes[column] for column in columns]))

    @cached_property
    def offering(self) -> list[Partner]:
        """Who offers the very area: countries in their order, then agencies without one."""
        return self._partners(self._offers)

    def unit(self, country: Country) -> SeekingCountry:
        tables = self._tables
        seeker = int(np.searchsorted(tables.seekers, tables.tables.vocabulary.column(country.iso3)))
        needs = self._needs[tables.seeker_of[self._needs] == seeker]
        pairs = self._pairs.where(tables.seeker_of[self._pairs.need] == seeker)
        related = self._related.where(tables.seeker_of[self._related.need] == seeker)
        has_confirmed = bool(tables.need_is_confirmed[needs].any())
        counted = self.confirmed if has_confirmed else self.stated
        return SeekingCountry(
            country=country,
            needs=sorted(
                (self._need_rows[pk] for pk in tables.tables.needs.ids[needs].tolist() if pk in self._need_rows),
                key=_unconfirmed_last,
            ),
            direct=self._partners(pairs.offer[pairs.is_direct]),
            general=self._partners(pairs.offer[~pairs.is_direct]),
            related=self._partners(related.offer),
            confirmed_direct=int(self.confirmed.direct[seeker].sum()),
            state=state_of(
                direct=int(counted.direct[seeker].sum()),
                general=int(counted.general[seeker].sum()),
                is_met=bool(counted.is_met[seeker]),
            ),
            is_as_stated=not has_confirmed,
        )

    def offering_party(self, partner: Partner) -> OfferingParty:
        row = np.flatnonzero(self._tables.tables.offers.ids == partner.offers[0].pk)[0]
        place = self._tables.party_of[row]
        return OfferingParty(
            partner,
            reached=int(self.stated.direct[:, place].sum()),
            reached_generally=int(self.stated.general[:, place].sum()),
        )

    @cached_property
    def _need_rows(self) -> dict[int, Need]:
        return _rows(Need, self._tables.tables.needs.ids[self._needs].tolist())

    @cached_property
    def _offer_rows(self) -> dict[int, Offer]:
        rows = np.union1d(self._offers, self._related.offer)
        return _rows(Offer, self._tables.tables.offers.ids[rows].tolist())

    def _partners(self, rows: Rows) -> list[Partner]:
        """Return the partners of these offers, each once with all of them."""
        offers: dict[Country | Agency, list[Offer]] = defaultdict(list)
        for pk in np.unique(self._tables.tables.offers.ids[rows]).tolist():
            if pk in self._offer_rows:
                offers[_party(self._offer_rows[pk])].append(self._offer_rows[pk])
        found = [Partner(party, sorted(offers[party], key=_unconfirmed_last)) for party in _in_order(offers)]
        return sorted(found, key=lambda partner: not partner.is_confirmed)


def _rows(model: Any, ids: Collection[int]) -> dict[int, Any]:
    return {row.pk: row for row in with_party(model.objects.filter(pk__in=ids)).order_by("pk")}


def _unconfirmed_last(posting: Need | Offer) -> bool:
    return not posting.is_confirmed


def _party(offer: Offer) -> Country | Agency:
    party = offer.posting_country or offer.agency
    if party is None:
        raise ValueError(f"offer {offer.pk} is of nobody, which the database forbids")
    return party


def _in_order(parties: Iterable[Country | Agency]) -> list[Country | Agency]:
    """Return countries in English alphabetical order, then agencies by name."""
    return sorted(
        parties,
        key=lambda party: (0, party.position, party.pk) if isinstance(party, Country) else (1, 0, str(party)),
    )
