"""From pairs to numbers: which countries seek, and how many partners reach each of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.coverage.counts.pairs import OpenPairs, Rows
from matching.coverage.counts.reading import CoverageTables
from matching.coverage.counts.words import MANY_FROM, CellWord, word_of


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one cell, from confirmed postings alone or from all that the view takes in."""

    seeking: int
    """Countries that seek."""
    partners: int
    """Distinct partners that reach one of them directly."""
    general: int
    """Distinct partners with an offer to one of them at lower reach."""
    without: int
    """Countries that seek and that no partner reaches directly."""
    at_most_one: int
    many: int
    met: int
    """Countries of whose needs all are met; the word does not look at it."""
    word: CellWord | None


NOTHING_SOUGHT = Figures(seeking=0, partners=0, general=0, without=0, at_most_one=0, many=0, met=0, word=None)


@dataclass(frozen=True, slots=True)
class Seeking:
    """Who seeks in one area, and who reaches whom: rows are `seekers` of the tables, columns are `parties`."""

    seeks: NDArray[np.bool_]
    is_met: NDArray[np.bool_]
    """Of those that seek: all their needs are met."""
    direct: NDArray[np.bool_]
    """bool[seekers, parties]."""
    general: NDArray[np.bool_]

    def figures(self) -> Figures:
        """Return its numbers."""
        return self.figures_among(np.ones((1, len(self.seeks)), dtype=np.bool_))[0]

    def figures_among(self, members: NDArray[np.bool_]) -> list[Figures]:
        """Return the numbers of the seekers in each of several columns; members: bool[columns, seekers]."""
        # As numbers whose product counts: how many of a column's members each partner reaches.
        rows = members.astype(np.float32)
        return _figures(
            seeks=members & self.seeks,
            is_met=members & self.is_met,
            numbers=np.broadcast_to(self.direct.sum(axis=1), members.shape),
            partners=np.count_nonzero(rows @ self.direct.astype(np.float32), axis=1),
            general=np.count_nonzero(rows @ self.general.astype(np.float32), axis=1),
        )


@dataclass(frozen=True, slots=True)
class InColumns:
    """Which needs and pairs of an area stand in each of several columns: bool[columns, needs], bool[columns, pairs]."""

    needs: NDArray[np.bool_]
    pairs: NDArray[np.bool_]


def seeking_of(tables: CoverageTables, needs: Rows, pairs: OpenPairs, *, confirmed_only: bool) -> Seeking:
    """Return who seeks with these needs and whom the pairs reach; on request from confirmed postings alone."""
    everything = InColumns(np.ones((1, len(needs)), dtype=np.bool_), np.ones((1, len(pairs.need)), dtype=np.bool_))
    places = _Places(
        tables.seeker_of[needs],
        tables.seeker_of[pairs.need],
        tables.party_of[pairs.offer],
        len(tables.seekers),
        len(tables.parties),
    )
    seeks, is_met, direct, general = _in_columns(
        tables, needs, pairs, everything, places, confirmed_only=confirmed_only
    )
    return Seeking(seeks[0], is_met[0], direct[0], general[0])


def figures_in_columns(
    tables: CoverageTables, needs: Rows, pairs: OpenPairs, asked: InColumns, *, confirmed_only: bool
) -> list[Figures]:
    """Return the numbers of each column, of the needs and pairs that stand in it: of `seeking_of` of these alone."""
    places = _Places.of_these(tables, needs, pairs)
    seeks, is_met, direct, general = _in_columns(tables, needs, pairs, asked, places, confirmed_only=confirmed_only)
    return _figures(
        seeks=seeks,
        is_met=is_met,
        numbers=direct.sum(axis=2),
        partners=np.count_nonzero(direct.any(axis=1), axis=1),
        general=np.count_nonzero(general.any(axis=1), axis=1),
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where needs and pairs stand among seekers and parties, and how many of these there are."""

    of_needs: Rows
    of_pairs: Rows
    of_parties: Rows
    n_seekers: int
    n_parties: int

    @classmethod
    def of_these(cls, tables: CoverageTables, needs: Rows, pairs: OpenPairs) -> "_Places":
        """Return them among those alone that these have: one area has few of all, and each takes room a column."""
        seekers = tables.seeker_of[needs]
        there, of_needs = np.unique(seekers, return_inverse=True)
        parties, of_parties = np.unique(tables.party_of[pairs.offer], return_inverse=True)
        of_pairs = np.searchsorted(there, tables.seeker_of[pairs.need])
        return cls(of_needs, of_pairs, of_parties, len(there), len(parties))


def _in_columns(
    tables: CoverageTables, needs: Rows, pairs: OpenPairs, asked: InColumns, places: _Places, *, confirmed_only: bool
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return by column who seeks, who of them is met, and whom offers reach directly and at lower reach."""
    asked_needs, asked_pairs = asked.needs, asked.pairs
    if confirmed_only:
        asked_needs = asked_needs & tables.need_is_confirmed[needs]
        asked_pairs = asked_pairs & (tables.need_is_confirmed[pairs.need] & tables.offer_is_confirmed[pairs.offer])
    shape = (len(asked_needs), places.n_seekers)
    seeks, still_seeks = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for found, taken in ((seeks, asked_needs), (still_seeks, asked_needs & ~tables.need_is_met[needs])):
        column, row = np.nonzero(taken)
        found[column, places.of_needs[row]] = True
    reached = []
    for taken in (asked_pairs & pairs.is_direct, asked_pairs & ~pairs.is_direct):
        found = np.zeros((*shape, places.n_parties), dtype=np.bool_)
        column, row = np.nonzero(taken)
        found[column, places.of_pairs[row], places.of_parties[row]] = True
        reached.append(found)
    return seeks, seeks & ~still_seeks, reached[0], reached[1]


def _figures(
    *,
    seeks: NDArray[np.bool_],
    is_met: NDArray[np.bool_],
    numbers: NDArray[np.intp],
    partners: NDArray[np.intp],
    general: NDArray[np.intp],
) -> list[Figures]:
    """Return the figures of each column: who seeks in it, with how many partners each, and how many there are."""
    counts = {
        "seeking": seeks,
        "without": seeks & (numbers == 0),
        "at_most_one": seeks & (numbers <= 1),
        "many": seeks & (numbers >= MANY_FROM),
        "met": is_met,
    }
    found = {name: np.count_nonzero(of_them, axis=1).tolist() for name, of_them in counts.items()}
    found |= {"partners": partners.tolist(), "general": general.tolist()}
    figures = []
    for column in range(len(seeks)):
        own: dict[str, int] = {name: values[column] for name, values in found.items()}
        named = {name: own[name] for name in ("seeking", "without", "at_most_one", "many")}
        figures.append(Figures(**own, word=word_of(**named)) if own["seeking"] else NOTHING_SOUGHT)
    return figures
