"""The best options of each need that no single offer covers well: arrays in, arrays out.

An option is a need, the pivotal offer that fits it already, and a facilitating one that brings what is still lacking.
To try every two offers for every need would be needs × offers × offers. Two things make it small. The pivotal offer is
sought in the need's own list alone, which the run has found. And a third is compared by what it brings: offers with
equal areas, modalities and reach are one *kind*, and each kind is scored once against each offer of the list. The cost
is needs × `top_k` (20) × kinds.

From the best cell (pivotal offer, kind) down, the offers of the kind are then looked at one by one: whether they are of
a third side, open to the need, and not decided already; the first `BEST_KEPT` are kept. Cells that are equal in score
and pivotal offer are taken together, so that ids decide between their offers, whatever their kinds.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules import areas
from matching.engine.rules.criteria import CRITERIA
from matching.engine.rules.overlap import GOOD, word
from matching.triangular.gates import OF_THE_MASKS, not_open, one_side, pivotal_does_not_fit
from matching.triangular.together import parts_of_triples, words_of_triples

BEST_KEPT = 5
"""Options kept for a need."""

Triple = tuple[int, int, int]
"""Rows of a need, of the pivotal and of the facilitating offer."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which postings may take which part: by what their agencies allow, by their country, by their agency's kind."""

    beneficiary: NDArray[np.bool_]
    """bool[n_needs]."""
    pivotal: NDArray[np.bool_]
    """bool[n_offers]."""
    facilitating: NDArray[np.bool_]
    """bool[n_offers]."""
    confirmed: NDArray[np.bool_]
    """bool[n_offers]: its own agency stands by it, so that it may be said to cover a need."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The pairs of the needs' own lists, in any order."""

    need_index: NDArray[np.int64]
    offer_index: NDArray[np.int64]
    topic: NDArray[np.int32]
    """What the topic contributes to each, in millionths."""


@dataclass(frozen=True, slots=True)
class Options:
    """One entry an option: by need id, then best first.

    Of equal scores, the one with the lower id of the pivotal offer comes first, then with that of the facilitating one.
    """

    need_index: NDArray[np.int64]
    pivotal_index: NDArray[np.int64]
    facilitating_index: NDArray[np.int64]
    parts: NDArray[np.int32]
    """int32[k, criteria], contributions in millionths, columns as `engine.CRITERIA`."""
    score: NDArray[np.int32]
    """Their sum."""
    word: NDArray[np.int8]
    """int8[k]: how far what the need and the two offers together state overlaps, as `engine.rules.overlap`."""
    rank: NDArray[np.int32]
    """Place among the need's options, from 1."""

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """The facilitating offers by what they bring."""

    first: Index
    """One offer of each kind."""
    members: list[Index]
    """The offers of each kind, by id."""

    @classmethod
    def of(cls, case: Case, rows: Index) -> "_Kinds":
        offers = case.offers
        rows = rows[np.argsort(offers.ids[rows])]
        keys = np.empty(len(rows), dtype=[("areas", np.uint64), ("modalities", np.uint64), ("reach", np.int32)])
        keys["areas"], keys["modalities"], keys["reach"] = (
            offers.areas[rows],
            offers.modalities[rows],
            case.reach.row_of[rows],
        )
        _, kind, size = np.unique(keys, return_inverse=True, return_counts=True)
        members = np.split(rows[np.argsort(kind, kind="stable")], np.cumsum(size)[:-1]) if len(rows) else []
        return cls(first=np.array([group[0] for group in members], dtype=np.intp), members=members)


def find(case: Case, listed: Listed, roles: Roles, *, decided: Collection[Triple] = frozenset()) -> Options:
    """Return the best options of each need of the lists that no single offer covers well.

    In an option, the third brings an area or a modality that is asked for and that the pivotal offer lacks, counted in
    codes; and it scores at least the profile's `min_score`. `decided` are the triples that people have decided: they
    take no place.
    """
    decided = frozenset(decided)
    is_covered = covered_well(case, listed, roles)
    takes_part = roles.beneficiary[listed.need_index] & roles.pivotal[listed.offer_index]
    takes_part &= ~is_covered[listed.need_index]
    takes_part &= ~pivotal_does_not_fit(case, listed.need_index, listed.offer_index, listed.offer_index)
    pairs = np.flatnonzero(takes_part)
    pairs = pairs[np.lexsort((case.offers.ids[listed.offer_index[pairs]], case.needs.ids[listed.need_index[pairs]]))]
    kinds = _Kinds.of(case, np.flatnonzero(roles.facilitating))
    found: list[tuple[int, int, int, NDArray[np.int32], int]] = []
    if len(pairs) and kinds.members:
        starts = np.flatnonzero(np.diff(listed.need_index[pairs], prepend=-1))
        for own in np.split(pairs, starts[1:]):
            best = _best_of_need(case, listed, own, kinds, decided)
            found.extend((*triple, parts, rank) for rank, (triple, parts) in enumerate(best, start=1))
    rows = np.array([entry[:3] for entry in found], dtype=np.int64).reshape(-1, 3)
    parts = np.array([entry[3] for entry in found], dtype=np.int32).reshape(-1, len(CRITERIA))
    return Options(
        need_index=rows[:, 0],
        pivotal_index=rows[:, 1],
        facilitating_index=rows[:, 2],
        parts=parts,
        score=parts.sum(axis=1, dtype=np.int32),
        word=words_of_triples(case, *rows.T),
        rank=np.array([entry[4] for entry in found], dtype=np.int32),
    )


def covered_well(case: Case, listed: Listed, roles: Roles) -> NDArray[np.bool_]:
    """Return bool[n_needs]: whether one confirmed offer of the need's list has all that it asks for, and fits well.

    All: every area itself, not a related one, and every modality. Well: a good or a strong fit. An offer that its
    agency has not confirmed may be none: it covers nothing yet.
    """
    need, offer = listed.need_index, listed.offer_index
    asked = case.needs.areas[need]
    has_areas = areas.twice_credit(case, need, offer) == np.uint8(2) * np.bitwise_count(asked)
    has_modalities = (case.needs.modalities[need] & ~case.offers.modalities[offer]) == 0
    result = np.zeros(len(case.needs), dtype=np.bool_)
    fits_well = (word(case, need, offer) >= GOOD) & roles.confirmed[offer]
    result[need[has_areas & has_modalities & fits_well]] = True
    return result


def _best_of_need(
    case: Case, listed: Listed, own: Index, kinds: _Kinds, decided: frozenset[Triple]
) -> list[tuple[Triple, NDArray[np.int32]]]:
    """Return the best options of one need, best first; `own` are the entries of its list, by id of the offer."""
    need, pivotal = listed.need_index[own][:1], listed.offer_index[own]
    is_open = np.ones((len(pivotal), len(kinds.first)), dtype=np.bool_)
    for gate in OF_THE_MASKS.values():
        is_open &= ~gate(case, need[:, None], pivotal[:, None], kinds.first[None, :])
    place, kind = np.nonzero(is_open)
    if not len(place):
        return []
    parts = parts_of_triples(
        case,
        np.repeat(need, len(place)),
        pivotal[place],
        kinds.first[kind],
        topic=listed.topic[own][place],
    )
    score = parts.sum(axis=1, dtype=np.int32)
    wanted = np.flatnonzero(score >= case.profile.min_score)
    # Entries stand by id of the pivotal offer already; a stable sort keeps that among equal scores.
    cells = wanted[np.argsort(-score[wanted], kind="stable")]
    best: list[tuple[Triple, NDArray[np.int32]]] = []
    for group in _alike(cells, score, place):
        one = pivotal[place[group[0]]][None]
        thirds = np.concatenate([kinds.members[kind[cell]] for cell in group])
        cell = np.repeat(group, [len(kinds.members[kind[cell]]) for cell in group])
        closed = one_side(case, need, one, thirds) | not_open(case, need, one, thirds) | (thirds == one)
        order = np.argsort(case.offers.ids[thirds])
        for entry in order[~closed[order]].tolist():
            triple = (int(need[0]), int(one[0]), int(thirds[entry]))
            if triple not in decided:
                best.append((triple, parts[cell[entry]]))
                if len(best) == BEST_KEPT:
                    return best
    return best


def _alike(cells: Index, score: NDArray[np.int32], place: Index) -> Iterator[Index]:
    """Yield the cells, in their order, in groups of equal score and pivotal offer."""
    changes = np.diff(score[cells], prepend=-1) | np.diff(place[cells], prepend=-1)
    begins = [*np.flatnonzero(changes).tolist(), len(cells)]
    # Sliced as they are asked for: the first few are enough for most needs, of thousands.
    for start, stop in pairwise(begins):
        yield cells[start:stop]
