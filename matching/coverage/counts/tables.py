"""The two tables of coverage: area by group of countries, and area by modality."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from django.urls import get_script_prefix, reverse

from matching.coverage.counts.columns import ALL, NOT_STATED, AreaLine, CoverageColumn, Layout
from matching.coverage.counts.pairs import OpenPairs, Rows
from matching.coverage.counts.reading import CoverageTables, CoverageView, Reader
from matching.coverage.counts.seeking import Figures, InColumns, figures_in_columns, seeking_of
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
        return _address(name, get_script_prefix()).format(self.line.code, self.column.code)


@cache
def _address(name: str, _prefix: str) -> str:
    """Return the addresses of cells, as a format of the codes of area and column: slugs, which stand as they are.

    A page has hundreds, and Django looks for the pattern of each.
    """
    found = reverse(name, args=["area-of-the-cell", "column-of-the-cell"])
    return found.replace("area-of-the-cell", "{}").replace("column-of-the-cell", "{}")


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
    asked = _asked(tables, [column], needs, pairs)
    return needs[asked.needs[0]], pairs.where(asked.pairs[0])


def _asked(tables: CoverageTables, columns: list[CoverageColumn], needs: Rows, pairs: OpenPairs) -> InColumns:
    """Return which needs and pairs stand in each column of modalities, as `of_modality` says."""
    asked, offered = tables.tables.needs.modalities, tables.tables.offers.modalities
    of_need, of_pair, of_offer = asked[needs], asked[pairs.need], offered[pairs.offer]
    in_needs, in_pairs = [], []
    for column in columns:
        if column.code == NOT_STATED:
            in_needs.append(of_need == 0)
            in_pairs.append(of_pair == 0)
        else:
            bit = np.uint64(1 << tables.tables.vocabulary.modalities.index(column.code))
            in_needs.append(of_need & bit != 0)
            in_pairs.append((of_pair & bit != 0) & ((of_offer == 0) | (of_offer & bit != 0)))
    return InColumns(np.array(in_needs), np.array(in_pairs))


def _row(tables: CoverageTables, layout: Layout, line: AreaLine) -> Row:
    needs, pairs = tables.needs_of(line.code), tables.pairs_of(line.code)
    asked = _asked(tables, layout.modalities, needs, pairs)
    by_group, by_modality = [], []
    for confirmed_only in (True, False):
        seeking = seeking_of(tables, needs, pairs, confirmed_only=confirmed_only)
        by_group.append(seeking.figures_among(layout.members))
        by_modality.append(figures_in_columns(tables, needs, pairs, asked, confirmed_only=confirmed_only))
    cells = [CountedCell(line, *one) for one in zip(layout.columns, *by_group, strict=True)]
    modalities = [CountedCell(line, *one) for one in zip(layout.modalities, *by_modality, strict=True)]
    return Row(line, offering_of(tables, line.code), cells, modalities)
