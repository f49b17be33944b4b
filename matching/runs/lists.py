"""Some lists alone, brought to what a run would leave: a posting's own, and those that it or another enters or leaves.

A list holds the best `top_k` pairs of one posting; a pair stays stored as long as it stands in one of the two lists of
its sides. When one posting changes, three kinds of list may differ: its own; those in which it stood; and those that it
now enters, which is told by the last place of each list, without scoring that list. These, and no others, are worked
out anew, each against all postings of the other kind.

For example, need N changes and leaves the full list of offer O. O's list is worked out anew: the next best pair, O–M,
enters. M's own list is not at issue; if O–M stands in it already, the pair keeps that place and gains one in O's list.

This is done for the lists of the desk and for those that others see (`matching.runs.both_lists`), each by itself: a
decision touches the first alone.

The lists as they stand come from the database (`StoredLists`), or, while a run ends, from what it has found and not
yet stored (`FoundLists`). Ties are decided as the engine decides them, by `best_order`; tests compare with a whole run.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from django.db.models import Case, ExpressionWrapper, IntegerField, Value, When
from numpy.typing import NDArray

from matching import engine
from matching.choices import MatchStatus
from matching.life.marks import NONE, Ids
from matching.models import Match, MatchRun, ScoringProfile
from matching.runs.both_lists import NOTHING
from matching.runs.reconciling import (
    ROW,
    BothLists,
    MayLeave,
    Rows,
    as_shown,
    bring_into_line,
    pair_keys,
    scored_rows,
    stored_rows,
)
from matching.scoring.inputs import decided_pairs
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ScoringTables
from web import bulk
from web.calendar.days import today

MOST_NAMED = 5_000
"""So many ids a query may name; beyond, reading all is quicker."""
LAST_PLACE = np.dtype([("other", np.int64), ("score", np.int64), ("holder", np.int64), ("stands", np.int64)])
"""The last pair of a list that is full: whose list, its score, and the posting that holds the place."""


class ListSide(NamedTuple):
    """Which side a posting stands on, and the names of columns that follow."""

    name: str
    rank: str
    """The place in its own list."""
    other: str
    other_rank: str


NEED = ListSide("need", "rank_for_need", "offer", "rank_for_offer")
OFFER = ListSide("offer", "rank_for_offer", "need", "rank_for_need")


class StandingLists(Protocol):
    """Lists as they stand before what has changed is scored anew."""

    def lists_with(self, postings: Collection[int], side: ListSide) -> Collection[int]:
        """Return the ids of the other kind in whose list one of these postings stands."""

    def last_places(self, others: NDArray[np.int64], side: ListSide) -> Rows:
        """Return the last pair, as LAST_PLACE, of each list of these postings of the other kind that is full."""


@dataclass(frozen=True)
class StoredLists:
    """Lists as they are stored: those of the desk, or those that others see."""

    top_k: int
    are_shown: bool

    def lists_with(self, postings: Collection[int], side: ListSide) -> Collection[int]:
        """Read which they are."""
        of_them = Match.objects.filter(**{f"{side.name}__in": postings}).order_by()
        stored = of_them.values_list("status", self._column(side.other_rank), side.other)
        return [other for status, rank, other in stored if rank and (self.are_shown or status == MatchStatus.SUGGESTED)]

    def last_places(self, others: NDArray[np.int64], side: ListSide) -> Rows:
        """Read them."""
        full = Match.objects.filter(**{self._column(side.other_rank): self.top_k}).order_by()
        if len(others) <= MOST_NAMED:
            full = full.filter(**{f"{side.other}__in": others.tolist()})
        stands = Value(1) if self.are_shown else Case(When(status=MatchStatus.SUGGESTED, then=1), default=0)
        query = full.values_list(
            side.other, self._column("score"), side.name, ExpressionWrapper(stands, output_field=IntegerField())
        ).query
        last = bulk.read_numbers(*query.sql_with_params(), dtype=LAST_PLACE)
        return last[last["stands"] == 1]

    def _column(self, name: str) -> str:
        return f"shown_{name}" if self.are_shown else name


@dataclass(frozen=True)
class FoundLists:
    """Lists as a run has found them, and not stored yet."""

    rows: Rows
    top_k: int

    def lists_with(self, postings: Collection[int], side: ListSide) -> Collection[int]:
        """Look them up."""
        stands = np.isin(self.rows[side.name], _array(postings)) & (self.rows[side.other_rank] > 0)
        found: list[int] = np.unique(self.rows[side.other][stands]).tolist()
        return found

    def last_places(self, others: NDArray[np.int64], side: ListSide) -> Rows:
        """Look them up."""
        full = self.rows[self.rows[side.other_rank] == self.top_k]
        last = np.zeros(len(full), dtype=LAST_PLACE)
        last["other"], last["score"], last["holder"] = full[side.other], full["score"], full[side.name]
        last["stands"] = 1
        return last


@dataclass(frozen=True)
class ListsAnew:
    """Lists that were worked out anew: of which postings, and their pairs with the places in them."""

    needs: frozenset[int]
    offers: frozenset[int]
    rows: Rows
    """A pair for each place, in one of the two lists or in both: a pair may come twice, with one place each."""

    def touch(self, rows: Rows) -> NDArray[np.bool_]:
        """Return which of these pairs could stand in one of the lists."""
        touched: NDArray[np.bool_] = np.isin(rows["need"], _array(self.needs)) | np.isin(
            rows["offer"], _array(self.offers)
        )
        return touched


def profile_of_lists() -> ScoringProfile:
    """Return the profile of the last run, by which the lists stand; before the first, the one that it will use."""
    last = MatchRun.objects.public().select_related("profile").first()
    profile = last.profile if last else default_profile()
    if profile.pk is None:
        profile.save()
    return profile


def work_out_desk(tables: ScoringTables, *, changed: Ids, short: Ids, standing: StandingLists) -> ListsAnew:
    """Work out the desk's lists of these postings, and those that the changed ones enter or leave.

    changed: postings that were published, closed, or written to. short: postings that have not changed, but whose list
    has lost a pair. The tables are read as others see them.
    """
    return _work_out(_Scoring(tables.with_places_left(), decided_pairs), changed, short, standing)


def work_out_shown(tables: ScoringTables, *, changed: Ids, standing: StandingLists) -> ListsAnew:
    """Work out the lists that others see of these postings, and those that the changed ones enter or leave.

    A list that is short because people decided or agreed something is not worked out: they see no change in it, not
    even the one that is due for another reason.
    """
    return _work_out(_Scoring(tables, lambda _tables: NOTHING), changed, NONE, standing)


class _Scoring(NamedTuple):
    """What is scored, and which of its pairs take no place in a list."""

    tables: ScoringTables
    taking_no_place: Callable[[ScoringTables], engine.Excluded]


def _work_out(scoring: _Scoring, changed: Ids, short: Ids, standing: StandingLists) -> ListsAnew:
    of_needs, of_offers = _scored(scoring, changed.needs, NEED), _scored(scoring, changed.offers, OFFER)
    tables = scoring.tables
    touched_needs = _lists_touched(of_offers, tables, changed.offers, OFFER, standing) | set(short.needs)
    touched_offers = _lists_touched(of_needs, tables, changed.needs, NEED, standing) | set(short.offers)
    touched_needs.difference_update(changed.needs)
    touched_offers.difference_update(changed.offers)
    rows = np.concatenate(
        (of_needs, of_offers, _scored(scoring, touched_needs, NEED), _scored(scoring, touched_offers, OFFER))
    )
    return ListsAnew(
        needs=frozenset(touched_needs | set(changed.needs)),
        offers=frozenset(touched_offers | set(changed.offers)),
        rows=rows[(rows[NEED.rank] > 0) | (rows[OFFER.rank] > 0)],
    )


def bring_lists_into_line(desk: ListsAnew, shown: ListsAnew, *, profile: ScoringProfile) -> None:
    """Write what differs between lists as they were worked out, and as they are stored.

    Call it in a transaction, with the table of matches locked.
    """
    sides = [(NEED, list(desk.needs | shown.needs)), (OFFER, list(desk.offers | shown.offers))]
    # One side at a time: a database finds "this or that" only by reading all.
    found = [stored_rows(Match.objects.filter(**{f"{side.name}__in": ids}), on=today()) for side, ids in sides if ids]
    if not found:
        return
    stored = np.concatenate(found)
    stored = stored[np.unique(pair_keys(stored), return_index=True)[1]]
    suggested, seen = stored[stored["is_suggested"] == 1], as_shown(stored)
    bring_into_line(
        wanted=BothLists(
            desk=_beside_the_others(desk, suggested[desk.touch(suggested)]),
            shown=_beside_the_others(shown, seen[shown.touch(seen)]),
        ),
        stored=stored,
        profile=profile,
        run=None,
        may_leave=MayLeave(desk=desk.touch(stored), shown=shown.touch(stored)),
    )


def put_into(found: Rows, anew: ListsAnew) -> Rows:
    """Return what a run has found, with the lists that were worked out anew in the place of its own."""
    is_touched = anew.touch(found)
    return np.concatenate((found[~is_touched], _beside_the_others(anew, found[is_touched])))


def _scored(scoring: _Scoring, ids: Collection[int], side: ListSide) -> Rows:
    """Return the open pairs of these postings with their places in their own lists; those in the other's are 0.

    With the place 0 there are also pairs past the own list: each that would stand in the other's, were these postings
    the only ones of their kind. Nothing of a posting that is not open.
    """
    if not ids:
        return np.zeros(0, dtype=ROW)
    tables = scoring.tables
    needs, offers = np.arange(len(tables.needs)), np.arange(len(tables.offers))
    if side == NEED:
        needs = np.flatnonzero(np.isin(tables.needs.ids, _array(ids)))
    else:
        offers = np.flatnonzero(np.isin(tables.offers.ids, _array(ids)))
    some = tables.take(needs, offers)
    excluded = scoring.taking_no_place(some)
    found = engine.suggest(some.needs, some.offers, some.reach, some.preference, some.profile, excluded)
    rows = scored_rows(some.needs, some.offers, found)
    rows[side.other_rank] = 0
    return rows


def _lists_touched(
    own: Rows, tables: ScoringTables, changed: Collection[int], side: ListSide, standing: StandingLists
) -> set[int]:
    """Return the ids of the postings of the other kind in whose list a changed posting stood, or would stand now."""
    if not changed:
        return set()
    return {*standing.lists_with(changed, side), *_would_enter(own, tables, side, standing).tolist()}


def _would_enter(own: Rows, tables: ScoringTables, side: ListSide, standing: StandingLists) -> NDArray[np.int64]:
    """Return the ids of the other kind for whose list one of these pairs is good enough, as it stands."""
    others = np.unique(own[side.other])
    if not len(others):
        return others
    last = np.sort(standing.last_places(others, side), order="other")
    if not len(last):
        return others
    place = np.minimum(np.searchsorted(last["other"], own[side.other]), len(last) - 1)
    is_full = last["other"][place] == own[side.other]
    own_kind = tables.needs if side == NEED else tables.offers
    holder, mine = _places(own_kind, last["holder"][place]), _places(own_kind, own[side.name])
    beats = own["score"] > last["score"][place]
    equals = (own["score"] == last["score"][place]) & (mine <= holder)
    entered: NDArray[np.int64] = own[side.other][~is_full | beats | equals]
    return entered


def _places(postings: engine.Postings, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each id stands in the order that decides between equal scores; one not open, after all others."""
    place = np.full(len(postings) + 1, len(postings), dtype=np.int64)
    place[postings.best_order()] = np.arange(len(postings))
    return place[postings.rows_of(ids)]


def _beside_the_others(anew: ListsAnew, standing: Rows) -> Rows:
    """Return the pairs of these lists, with the places that they, or pairs that stand already, hold in other lists."""
    wanted = _with_places_elsewhere(_with_both_places(anew.rows), standing, NEED, anew.needs)
    return _with_places_elsewhere(wanted, standing, OFFER, anew.offers)


def _with_both_places(wanted: Rows) -> Rows:
    """Return each pair once, with both of its places, where two lists name one each."""
    wanted = wanted[np.argsort(pair_keys(wanted), kind="stable")]
    first = np.flatnonzero(np.diff(pair_keys(wanted), prepend=-1))
    merged = wanted[first]
    if len(merged):
        for rank in (NEED.rank, OFFER.rank):
            merged[rank] = np.maximum.reduceat(wanted[rank], first)
    return merged


def _with_places_elsewhere(wanted: Rows, standing: Rows, side: ListSide, ids: Collection[int]) -> Rows:
    """Return the wanted pairs, and those standing ones that stand in a list of this side that is not at issue."""
    worked_out = np.isin(standing[side.name], _array(ids))
    elsewhere = standing[~worked_out & (standing[side.rank] > 0)]
    _, in_wanted, in_elsewhere = np.intersect1d(
        pair_keys(wanted), pair_keys(elsewhere), assume_unique=True, return_indices=True
    )
    wanted[side.rank][in_wanted] = elsewhere[side.rank][in_elsewhere]
    alone = np.delete(elsewhere, in_elsewhere)
    kept = np.zeros(len(alone), dtype=wanted.dtype)
    for name in wanted.dtype.names or ():
        kept[name] = alone[name]
    kept[side.other_rank] = 0
    return np.concatenate((wanted, kept))


def _array(ids: Collection[int]) -> NDArray[np.int64]:
    return np.array(sorted(ids), dtype=np.int64)
