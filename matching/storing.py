"""What a run writes: new, returned, moved and lapsed matches, and nothing for those that stayed as they were."""

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import bulk
from matching.choices import EventKind, MatchStatus
from matching.inputs import Inputs
from matching.lines import Rows, bring_into_line, pair_keys, stored_rows
from matching.models import Match, MatchRun
from matching.places import offers_used_up
from matching.steps import take_many
from surveys.models import Need, Offer
from surveys.models.posting import PostingQuerySet


def store(*, run: MatchRun, inputs: Inputs, wanted: Rows) -> dict[str, int]:
    """Bring the undecided matches into line with what is wanted; return how many are new, moved, gone, lapsed.

    Call it in a transaction. Posting states and decisions are read again here, and held until the transaction ends:
    a posting closed or a pair decided since the run began gets no open match. A posting that was published since then
    keeps the matches that it was given on its own. The same rows twice write nothing the second time.
    """
    open_needs, open_offers = _held_open(Need.objects.all()), _held_open(Offer.objects.exclude(pk__in=offers_used_up()))
    bulk.lock_table(Match)
    lapsed = _lapse_closed_proposals(open_needs=open_needs, open_offers=open_offers)
    stored = stored_rows(Match.objects.all(), on=run.on)
    wanted = wanted[_among(wanted["need"], open_needs) & _among(wanted["offer"], open_offers)]
    decided = _decided_keys(run.on)
    wanted = wanted[~_among(pair_keys(wanted), decided)]
    was_scored = _among(stored["need"], inputs.needs.ids) & _among(stored["offer"], inputs.offers.ids)
    is_open = _among(stored["need"], open_needs) & _among(stored["offer"], open_offers)
    counts = bring_into_line(
        wanted=wanted, stored=stored, profile=run.profile, run=run, may_lapse=was_scored | ~is_open
    )
    return {**counts, "lapsed_proposals": lapsed, "suggested": len(wanted)}


def _held_open(postings: PostingQuerySet[Any]) -> NDArray[np.int64]:
    """Return the ids of the postings open now, locked so that none closes before the matches are written."""
    held = postings.published().open_now().order_by("pk").select_for_update(of=("self",), no_key=True)
    ids = held.values_list("pk", flat=True)
    return np.fromiter(ids.iterator(chunk_size=20_000), dtype=np.int64)


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
    lapsed = take_many(Match.objects.filter(pk__in=closed), EventKind.LAPSED, by=None, only_from=[MatchStatus.PROPOSED])
    return len(lapsed)


def _decided_keys(on: dt.date) -> NDArray[np.int64]:
    pairs = Match.objects.decided(on).order_by().values_list("need", "offer")
    rows = np.fromiter(pairs.iterator(chunk_size=20_000), dtype=np.dtype([("need", np.int64), ("offer", np.int64)]))
    return np.sort(pair_keys(rows))


def _among(values: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which values are among these."""
    if not len(ascending):
        return np.zeros(len(values), dtype=np.bool_)
    found: NDArray[np.bool_] = ascending[np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)] == values
    return found
