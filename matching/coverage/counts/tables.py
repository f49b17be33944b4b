"""The two tables of coverage: area by group of countries, and area by modality."""

from dataclasses import dataclass

import numpy as np
from django.urls import reverse

from matching.coverage.counts.columns import ALL, NOT_STATED, AreaLine, CoverageColumn, Layout
from matching.coverage.counts.pairs import OpenPairs, Rows
from matching.coverage.counts.reading import CoverageTables, CoverageView, Reader
from matching.coverage.counts.seeking import Figures, Seeking, seeking_of
from matching.coverage.counts.words import CellWord


@dataclass(frozen=True, slots=True)
class CountedCell:
    """One area in one column, from confirmed postings, and from these with what was only stated."""

    line: AreaLine
    column: CoverageColumn
    confirmed: Figures
    stated: Figures

    @property
    def word(self) -> CellWord | None:
        """The word of the confirmed postings; where they have none, that of all."""
        return self.confirmed.word or self.stated.word

    @property
    def is_as_stated(self) -> bool:
        """Whether the word is not that of confirmed postings."""
        return self.confirmed.word is None and self.stated.word is not None

    @property
    def name(self) -> str:
        """What it is called: its area, and its column where that is not all countries."""
        return str(self.line.area) if self.column.code == ALL else f"{self.line.area}: {self.column.label}"

    @property
    def address(self) -> str:
        """The address of what it counts."""
        name = "matching:coverage_modality" if self.column.is_modality else "matching:coverage_cell"
        return reverse(name, args=[self.line.code, self.column.code])


@dataclass(frozen=True, slots=True)
class Offering:
    """How many partners have an open offer of the very area, whomever it reaches."""

    confirmed: int
    stated: int


@dataclass(frozen=True, slots=True)
class Row:
    """One area: who offers it, and its cells in the order of the columns, that of all countries first."""

    line: AreaLine
    offering: Offering
    cells: list[CountedCell]
    modalities: list[CountedCell]

    @property
    def whole(self) -> CountedCell:
        """The cell of all countries that seek."""
        return self.cells[0]


@dataclass(frozen=True)
class CoverageTable:
    """Both tables; a row has its cells of either."""

    view: CoverageView
    layout: Layout
    rows: list[Row]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is sought and nothing offered."""
        return not any(row.whole.stated.seeking or row.offering.stated for row in self.rows)


def coverage(*, reader: Reader, view: CoverageView) -> CoverageTable:
    """Count what the reader may see, now: nothing is kept. A fixed number of queries."""
    tables = CoverageTables.read(reader=reader, view=view)
    layout = Layout.of(tables)
    return CoverageTable(view, layout, [_row(tables, layout, line) for line in layout.lines])


def offering_of(tables: CoverageTables, area: str) -> Offering:
    """Return how many partners offer the very area."""
    offers = tables.offers_of(area)
    confirmed = offers[tables.offer_is_confirmed[offers]]
    return Offering(*(len(np.unique(tables.party_of[rows])) for rows in (confirmed, offers)))


def of_modality(
    tables: CoverageTables, column: CoverageColumn, needs: Rows, pairs: OpenPairs
) -> tuple[Rows, OpenPairs]:
    """Return the needs that ask for the modality, and the pairs of these with offers that have it or state none.

    In the column of what is not stated: the needs that state no modality, with all offers.
    """
    asked, offered = tables.tables.needs.modalities, tables.tables.offers.modalities
    if column.code == NOT_STATED:
        return needs[asked[needs] == 0], pairs.where(asked[pairs.need] == 0)
    bit = np.uint64(1 << tables.tables.vocabulary.modalities.index(column.code))
    has_it = (offered[pairs.offer] == 0) | (offered[pairs.offer] & bit != 0)
    return needs[asked[needs] & bit != 0], pairs.where((asked[pairs.need] & bit != 0) & has_it)


def _row(tables: CoverageTables, layout: Layout, line: AreaLine) -> Row:
    needs, pairs = tables.needs_of(line.code), tables.pairs_of(line.code)
    confirmed, stated = _both(tables, needs, pairs)
    cells = []
    for column in layout.columns:
        is_member = layout.is_member[column.code][tables.seekers]
        cells.append(CountedCell(line, column, *(one.among(is_member).figures() for one in (confirmed, stated))))
    modalities = []
    for column in layout.modalities:
        of_it = _both(tables, *of_modality(tables, column, needs, pairs))
        modalities.append(CountedCell(line, column, *(one.figures() for one in of_it)))
    return Row(line, offering_of(tables, line.code), cells, modalities)


def _both(tables: CoverageTables, needs: Rows, pairs: OpenPairs) -> tuple[Seeking, Seeking]:
    return (
        seeking_of(tables, needs, pairs, confirmed_only=True),
        seeking_of(tables, needs, pairs, confirmed_only=False),
    )
