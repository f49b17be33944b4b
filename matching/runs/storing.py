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
from matching.runs.reconciling import Rows, bring_into_line, pair_keys, stored_rows
from matching.scoring.inputs import Inputs
from web import bulk
from web.days import years_before

FORGOTTEN_AT_ONCE = 5_000


class StoredRun(NamedTuple):
    """What came of storing what a run has found."""

    counts: dict[str, int]
    """How many matches are new, moved, gone, lapsed and suggested, and how many postings were scored again."""
    inputs: Inputs
    """What it was stored by: what the run has read, or what holds now where that had changed."""


def store(*, run: MatchRun, inputs: Inputs, wanted: Rows) -> StoredRun:
    """Bring the undecided matches into line with what a run has found.

    Call it in a transaction. What changed since the run read its inputs is scored again first, so that it undoes
    nothing; its marks are worked off. The same rows twice write nothing the second time.
    """
    bulk.lock_table(Match)
    now = Now.read()
    caught_up = catch_up(run=run, inputs=inputs, found=wanted, now=now)
    lapsed = _lapse_closed_proposals(open_needs=now.open_needs, open_offers=now.open_offers)
    stored = stored_rows(Match.objects.all(), on=now.on)
    wanted = caught_up.found
    wanted = wanted[_among(wanted["need"], now.open_needs) & _among(wanted["offer"], now.open_offers)]
    wanted = wanted[~_among(pair_keys(wanted), pair_keys(now.decided))]
    was_scored = _was_scored(stored["need"], inputs.needs.ids, caught_up.changed.needs)
    was_scored &= _was_scored(stored["offer"], inputs.offers.ids, caught_up.changed.offers)
    is_open = _among(stored["need"], now.open_needs) & _among(stored["offer"], now.open_offers)
    counts = bring_into_line(
        wanted=wanted, stored=stored, profile=run.profile, run=run, may_lapse=was_scored | ~is_open
    )
    marks.remove(now.marked)
    scored_again = sum(map(len, caught_up.changed))
    return StoredRun(
        counts={**counts, "lapsed_proposals": lapsed, "suggested": len(wanted), "scored_again": scored_again},
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
