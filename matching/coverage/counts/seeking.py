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

    def among(self, is_member: NDArray[np.bool_]) -> "Seeking":
        """Return the same for the seekers that are members of a column."""
        return Seeking(
            self.seeks & is_member,
            self.is_met & is_member,
            self.direct & is_member[:, np.newaxis],
            self.general & is_member[:, np.newaxis],
        )

    def figures(self) -> Figures:
        """Return its numbers."""
        if not self.seeks.any():
            return NOTHING_SOUGHT
        numbers: list[int] = self.direct[self.seeks].sum(axis=1).tolist()
        return Figures(
            seeking=len(numbers),
            partners=int(self.direct.any(axis=0).sum()),
            general=int(self.general.any(axis=0).sum()),
            without=sum(number == 0 for number in numbers),
            at_most_one=sum(number <= 1 for number in numbers),
            many=sum(number >= MANY_FROM for number in numbers),
            met=int(self.is_met.sum()),
            word=word_of(numbers),
        )


def seeking_of(tables: CoverageTables, needs: Rows, pairs: OpenPairs, *, confirmed_only: bool) -> Seeking:
    """Return who seeks with these needs and whom the pairs reach; on request from confirmed postings alone."""
    if confirmed_only:
        needs = needs[tables.need_is_confirmed[needs]]
        pairs = pairs.where(tables.need_is_confirmed[pairs.need] & tables.offer_is_confirmed[pairs.offer])
    seeks, still_seeks = (np.zeros(len(tables.seekers), dtype=np.bool_) for _ in range(2))
    seeks[tables.seeker_of[needs]] = True
    still_seeks[tables.seeker_of[needs[~tables.need_is_met[needs]]]] = True
    reached = {}
    for is_direct in (True, False):
        reached[is_direct] = np.zeros((len(tables.seekers), len(tables.parties)), dtype=np.bool_)
        taken = pairs.is_direct == is_direct
        reached[is_direct][tables.seeker_of[pairs.need[taken]], tables.party_of[pairs.offer[taken]]] = True
    return Seeking(seeks, seeks & ~still_seeks, direct=reached[True], general=reached[False])
