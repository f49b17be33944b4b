"""What changed while a run worked is scored again before the run ends, so that it undoes nothing.

A run reads everything once, works for seconds or hours, and stores by what it has read. Before it stores, what it has
found is brought to what a run would find now: the lists of postings that were marked, that opened or closed, and of
pairs that people decided or took back since, are worked out anew, by the profile of the run, and put in the place of
those that it had found. So it writes each match once, and says of it what is true.

Only what changed for all at once, such as a membership, is left to the run that this makes due (`run_due`). Why no
change falls between the two readings is said at the head of `life.marks`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.life import marks
from matching.life.marks import Ids, Marked
from matching.models import Match, MatchRun
from matching.runs.lists import FoundLists, put_into, work_out_desk, work_out_shown
from matching.runs.reconciling import BothLists, Rows, pair_keys
from matching.scoring.inputs import Inputs
from matching.scoring.places import offers_used_up
from matching.scoring.reading_arrays import ListKind, ScoringTables, meet_texts
from surveys.models import Need, Offer
from surveys.models.postings.posting import PostingQuerySet
from web.calendar.days import today

PAIR = np.dtype([("need", np.int64), ("offer", np.int64)])


@dataclass(frozen=True)
class Now:
    """What holds as a run stores, of what may have changed since it read."""

    on: dt.date
    marked: Marked
    open_needs: NDArray[np.int64]
    """Ids, ascending."""
    open_offers: NDArray[np.int64]
    all_offers: NDArray[np.int64]
    """Those whose places are all agreed included."""
    decided: Rows
    """Pairs that people have decided, by their keys."""

    @classmethod
    def read(cls) -> "Now":
        """Read it, the marks first. Call it with the table of matches locked."""
        on, marked = today(), marks.waiting_for_a_run()
        pairs = Match.objects.decided(on).order_by().values_list("need", "offer")
        decided = np.fromiter(pairs.iterator(chunk_size=20_000), dtype=PAIR)
        return cls(
            on=on,
            marked=marked,
            open_needs=_open(Need.objects.all()),
            open_offers=_open(Offer.objects.exclude(pk__in=offers_used_up())),
            all_offers=_open(Offer.objects.all()),
            decided=decided[np.argsort(pair_keys(decided))],
        )


@dataclass(frozen=True)
class CaughtUp:
    """What a run has found, as a run would find it now."""

    found: BothLists
    inputs: Inputs
    """Those that the run has read, or those of now where something had changed."""
    changed: Ids
    """What was scored again."""


def meet_marked_texts(run: MatchRun) -> None:
    """Work the texts of what is marked out, which may mean to load the model: before others wait for the run."""
    if any(changed := marks.waiting_for_a_run().changed):
        meet_texts(need_ids=changed.needs, offer_ids=changed.offers, profile=run.profile)


def catch_up(*, run: MatchRun, inputs: Inputs, found: BothLists, now: Now) -> CaughtUp:
    """Score again what has changed since the run read its inputs.

    What people decided or agreed meanwhile concerns the lists of the desk alone; the others see no trace of it.
    """
    opened_or_closed = Ids(
        needs=_differing(inputs.needs.ids, now.open_needs), offers=_differing(inputs.offers.ids, now.all_offers)
    )
    seen_by_all = Ids(*(marked | other for marked, other in zip(now.marked.changed, opened_or_closed, strict=True)))
    changed = Ids(seen_by_all.needs, seen_by_all.offers | _differing(inputs.desk_offers.ids, now.open_offers))
    needs, offers = _decided_or_taken_back(inputs, now)
    short = Ids(needs=now.marked.short.needs | needs, offers=now.marked.short.offers | offers)
    if not any((*changed, *short)):
        return CaughtUp(found=found, inputs=inputs, changed=changed)
    tables, top_k = ScoringTables.read(on=now.on, profile=run.profile, lists=ListKind.SHOWN), run.profile.top_k
    desk = work_out_desk(tables, changed=changed, short=short, standing=FoundLists(found.desk, top_k))
    shown = work_out_shown(tables, changed=seen_by_all, standing=FoundLists(found.shown, top_k))
    both = BothLists(desk=put_into(found.desk, desk), shown=put_into(found.shown, shown))
    return CaughtUp(found=both, inputs=Inputs.of(tables), changed=changed)


def _decided_or_taken_back(inputs: Inputs, now: Now) -> tuple[frozenset[int], frozenset[int]]:
    """Return the needs and the offers of the pairs that only the run, or only we, know as decided."""
    then = np.zeros(len(inputs.decided.need_index), dtype=PAIR)
    then["need"] = inputs.needs.ids[inputs.decided.need_index]
    then["offer"] = inputs.offers.ids[inputs.decided.offer_index]
    # Of postings that the run did not read it knows no decisions.
    known = np.isin(now.decided["need"], inputs.needs.ids) & np.isin(now.decided["offer"], inputs.offers.ids)
    both = np.concatenate((then, now.decided[known]))
    differing = both[np.isin(pair_keys(both), np.setxor1d(pair_keys(then), pair_keys(now.decided[known])))]
    return frozenset(differing["need"].tolist()), frozenset(differing["offer"].tolist())


def _differing(some: NDArray[np.int64], others: NDArray[np.int64]) -> frozenset[int]:
    return frozenset(np.setxor1d(some, others).tolist())


def _open(postings: PostingQuerySet[Any]) -> NDArray[np.int64]:
    ids = postings.published().open_now().order_by("pk").values_list("pk", flat=True)
    return np.fromiter(ids.iterator(chunk_size=20_000), dtype=np.int64)
