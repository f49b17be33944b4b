"""What a run writes: new, returned, moved and lapsed matches, and nothing for those that stayed as they were.

A run reads once and works for seconds or hours, while people publish, withdraw and decide. What it has found is
therefore a proposal of what should be stored, and it is stored in this order, in one transaction:

1. the table of matches is locked, so that what is read from here on holds until the end;
2. what changed since the run read is scored again and put into what it has found (`matching.runs.catching_up`);
3. proposals of which a posting has closed lapse, and pairs that are closed or decided by now are left out;
4. what is wanted is compared with what is stored, and the difference is written (`matching.runs.reconciling`);
5. the marks that the run has worked off are removed, those alone.

A stored match lapses only where the run had both of its postings before it, or one of them is no longer open: of a
posting that the run did not score it cannot say that nothing fits. The same rows twice write nothing the second time.
"""

import datetime as dt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.choices import EventKind, MatchStatus
from matching.life import marks
from matching.life.steps import take_steps
from matching.models import Match, MatchChange, MatchRun
from matching.runs.catching_up import Now, catch_up
from matching.runs.reconciling import BothLists, MayLeave, Rows, bring_into_line, pair_keys, stored_rows
from matching.scoring.inputs import Inputs
from web import bulk
from web.calendar.days import years_before

FORGOTTEN_AT_ONCE = 5_000


class StoredRun(NamedTuple):
    """What came of storing what a run has found."""

    counts: dict[str, int]
    """How many matches are new, moved, gone, lapsed and suggested, and new to others; and how many postings were
    scored again."""
    inputs: Inputs
    """What it was stored by: what the run has read, or what holds now where that had changed."""


def store(*, run: MatchRun, inputs: Inputs, found: BothLists) -> StoredRun:
    """Bring the undecided matches, and what others see of all of them, into line with what a run has found.

    Call it in a transaction. What changed since the run read its inputs is scored again first, so that it undoes
    nothing; its marks are worked off. The same rows twice write nothing the second time.
    """
    bulk.lock_table(Match)
    now = Now.read()
    caught_up = catch_up(run=run, inputs=inputs, found=found, now=now)
    lapsed = _lapse_closed_proposals(open_needs=now.open_needs, open_offers=now.open_offers)
    stored = stored_rows(Match.objects.all(), on=now.on)
    desk, shown = caught_up.found.desk, caught_up.found.shown
    desk = desk[_are_open(desk, now.open_needs, now.open_offers)]
    desk = desk[~_among(pair_keys(desk), pair_keys(now.decided))]
    shown = shown[_are_open(shown, now.open_needs, now.all_offers)]
    changed = caught_up.changed
    scored_needs = _was_scored(stored["need"], inputs.needs.ids, changed.needs)
    # What was not scored may leave where it is not open any more: of it a run knows nothing else.
    may_leave = MayLeave(
        desk=scored_needs & _was_scored(stored["offer"], inputs.desk_offers.ids, changed.offers)
        | ~_are_open(stored, now.open_needs, now.open_offers),
        shown=scored_needs & _was_scored(stored["offer"], inputs.offers.ids, changed.offers)
        | ~_are_open(stored, now.open_needs, now.all_offers),
    )
    counts = bring_into_line(
        wanted=BothLists(desk=desk, shown=shown), stored=stored, profile=run.profile, run=run, may_leave=may_leave
    )
    marks.remove(now.marked)
    scored_again = sum(map(len, caught_up.changed))
    return StoredRun(
        counts={**counts, "lapsed_proposals": lapsed, "suggested": len(desk), "scored_again": scored_again},
        inputs=caught_up.inputs,
    )


def forget_changes(on: dt.date) -> int:
    """Remove what runs that are a year old on the day `on` have changed; return how many rows.

    A full run of a large portal changes millions of matches: they go in portions, each on its own.
    """
    old = MatchChange.objects.filter(run__on__lt=years_before(on, 1)).order_by()
    forgotten = 0
    while ids := list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        forgotten += MatchChange.objects.filter(pk__in=ids).delete()[0]
    return forgotten


def _are_open(rows: Rows, needs: NDArray[np.int64], offers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which pairs are of two of these postings; ids ascending."""
    return _among(rows["need"], needs) & _among(rows["offer"], offers)


def _was_scored(ids: NDArray[np.int64], read: NDArray[np.int64], again: frozenset[int]) -> NDArray[np.bool_]:
    """Return which postings the run has scored, at first or again."""
    return _among(ids, np.union1d(read, np.array(sorted(again), dtype=np.int64)))


def _lapse_closed_proposals(*, open_needs: NDArray[np.int64], open_offers: NDArray[np.int64]) -> int:
    """Let proposals lapse of which a posting has closed; return how many."""
    proposed = Match.objects.filter(status=MatchStatus.PROPOSED).order_by("pk").select_for_update(of=("self",))
    needs, offers = set(open_needs.tolist()), set(open_offers.tolist())
    closed = [
        match_id
        for match_id, need, offer in proposed.values_list("pk", "need", "offer")
        if need not in needs or offer not in offers
    ]
    if not closed:
        return 0
    lapsed = take_steps(
        Match.objects.filter(pk__in=closed), EventKind.LAPSED, by=None, only_from=[MatchStatus.PROPOSED]
    )
    return len(lapsed)


def _among(values: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which values are among these."""
    if not len(ascending):
        return np.zeros(len(values), dtype=np.bool_)
    found: NDArray[np.bool_] = ascending[np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)] == values
    return found
