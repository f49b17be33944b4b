"""Stored matches brought into line with what was scored: what is new, came back, moved, shifted or is gone.

A large run wants hundreds of thousands of matches and finds nearly all of them stored already, so rows are NumPy arrays
with a column for each figure, and never model instances. Both sets are sorted by one number a pair (need << 32 | offer)
and looked up in each other. A pair is then new (wanted, not stored), returned (stored, but lapsed, or refused long
enough ago), moved (another score), shifted (the same score, another place in a list or other parts), gone (a suggestion
that nobody wants now), or the same in every column, which is not written at all.

Only `matching.life.steps` writes states. `MatchChange` says of a run what is new, moved and gone; a shift is left out,
since a match that moves up as others are decided must not show as one with a new score.
"""

import datetime as dt
from typing import Any

import numpy as np
from django.db.models import Case, F, IntegerField, When
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from matching import engine
from matching.choices import ChangeKind, MatchStatus
from matching.life import steps
from matching.models import Match, MatchChange, MatchRun, ScoringProfile
from matching.models.match import MatchQuerySet
from matching.scoring.inputs import Inputs
from matching.scoring.reading_arrays import ScoringTables
from web import bulk

CRITERIA = tuple(criterion.name for criterion in engine.CRITERIA)
COMPARED = ("score", *(f"part_{criterion}" for criterion in CRITERIA), "rank_for_need", "rank_for_offer")
ROW = np.dtype([(name, np.int64) for name in ("need", "offer", *COMPARED)])
"""A match as a run would have it; a rank of 0 stands for none."""
STATES = ("id", "is_suggested", "was_decided", "is_open_to_runs")
STORED = np.dtype([*ROW.descr, *((name, np.int64) for name in STATES)])
"""A match as it is stored, undecided now; one that lapsed or whose refusal is over may have been decided before."""

Rows = NDArray[Any]


def scored_rows(tables: ScoringTables | Inputs, suggestions: engine.Suggestions) -> Rows:
    """Return what the engine suggests as rows, by need and offer."""
    rows = np.zeros(len(suggestions), dtype=ROW)
    rows["need"] = tables.needs.ids[suggestions.need_index]
    rows["offer"] = tables.offers.ids[suggestions.offer_index]
    rows["score"] = suggestions.score
    for column, criterion in enumerate(suggestions.criteria):
        rows[f"part_{criterion}"] = suggestions.parts[:, column]
    rows["rank_for_need"] = suggestions.rank_for_need
    rows["rank_for_offer"] = suggestions.rank_for_offer
    return rows


def stored_rows(matches: MatchQuerySet, *, on: dt.date) -> Rows:
    """Return those of these matches that no person has decided, by what holds on the day `on`."""
    numbers = [
        Coalesce(F(name), 0, output_field=IntegerField()) if name.startswith("rank") else F(name) for name in COMPARED
    ]
    is_suggested = Case(When(status=MatchStatus.SUGGESTED, then=1), default=0, output_field=IntegerField())
    was_decided = Case(When(decided_on__isnull=False, then=1), default=0, output_field=IntegerField())
    # Asked of each row, not of the table: nearly all of it is open to runs, so that an index of states leads nowhere.
    is_open = Case(When(MatchQuerySet.is_open_to_runs(on), then=1), default=0, output_field=IntegerField())
    query = matches.order_by("pk").values_list("need", "offer", *numbers, "pk", is_suggested, was_decided, is_open)
    rows = bulk.read_numbers(*query.query.sql_with_params(), dtype=STORED)
    return rows[rows["is_open_to_runs"] == 1]


def pair_keys(rows: Rows) -> NDArray[np.int64]:
    """Return one number a pair; ids of postings stay far below 2³¹."""
    keys: NDArray[np.int64] = (rows["need"] << 32) | rows["offer"]
    return keys


def bring_into_line(
    *,
    wanted: Rows,
    stored: Rows,
    profile: ScoringProfile,
    run: MatchRun | None,
    may_lapse: NDArray[np.bool_] | None = None,
) -> dict[str, int]:
    """Write what differs between two sets of pairs; return how many are new, moved and gone.

    Call it in a transaction, with the table of matches locked. `stored` holds every undecided match of the pairs at
    issue; those of them that are not `wanted` lapse, of `may_lapse` where that is given. What changed is said in
    `MatchChange` where there is a run to say it of.
    """
    order = np.argsort(pair_keys(stored))
    wanted, stored = wanted[np.argsort(pair_keys(wanted))], stored[order]
    wanted_keys, stored_keys = pair_keys(wanted), pair_keys(stored)
    place = np.minimum(np.searchsorted(stored_keys, wanted_keys), max(len(stored) - 1, 0))
    is_stored = stored_keys[place] == wanted_keys if len(stored) else np.zeros(len(wanted), dtype=np.bool_)
    before, after = stored[place[is_stored]], wanted[is_stored]
    differs = np.zeros(len(after), dtype=np.bool_)
    for name in COMPARED:
        differs |= after[name] != before[name]
    returned = before["is_suggested"] == 0
    moved = ~returned & (after["score"] != before["score"])
    is_gone = stored["is_suggested"] == 1
    is_gone[place[is_stored]] = False
    if may_lapse is not None:
        is_gone &= may_lapse[order]
    gone = stored[is_gone]

    write = _Writer(profile, run)
    write.insert(wanted[~is_stored])
    write.suggest_again(before[returned], after[returned])
    write.move(before[moved], after[moved])
    shifted = differs & ~moved & ~returned
    write.shift(before[shifted], after[shifted])
    write.let_lapse(gone)
    return {
        "new": int(np.count_nonzero(~is_stored) + np.count_nonzero(returned)),
        "moved": int(np.count_nonzero(moved)),
        "gone": len(gone),
    }


class _Writer:
    """Writes matches by one profile, and of one run, if there is one."""

    def __init__(self, profile: ScoringProfile, run: MatchRun | None) -> None:
        self._scored_by = {"profile_id": profile.pk, "run_id": run.pk if run else None}
        self._run = run

    def insert(self, rows: Rows) -> None:
        """Insert new matches."""
        pairs = {"need_id": rows["need"], "offer_id": rows["offer"]}
        ids = steps.suggest_rows(Match, {**pairs, **_figures(rows), **self._scored_by})
        self._say(ids, ChangeKind.NEW, after=rows)

    def suggest_again(self, before: Rows, after: Rows) -> None:
        """Bring back matches that had lapsed, or whose refusal is over."""
        columns = {**_figures(after), **self._scored_by}
        steps.return_rows(Match, before["id"], columns, were_decided=before["was_decided"] == 1)
        self._say(before["id"], ChangeKind.NEW, after=after)

    def move(self, before: Rows, after: Rows) -> None:
        """Bring suggestions to another score."""
        steps.rescore_rows(Match, before["id"], {**_figures(after), **self._scored_by}, is_moved=True)
        self._say(before["id"], ChangeKind.MOVED, before=before, after=after)

    def shift(self, before: Rows, after: Rows) -> None:
        """Bring suggestions to another place: one that shifts as others are decided must not show as a new score."""
        steps.rescore_rows(Match, before["id"], {**_figures(after), **self._scored_by}, is_moved=False)

    def let_lapse(self, rows: Rows) -> None:
        """Let suggestions that stand in no list any more lapse."""
        steps.lapse_rows(Match, rows["id"], {"run_id": self._run.pk} if self._run else {})
        self._say(rows["id"], ChangeKind.GONE, before=rows)

    def _say(
        self, ids: NDArray[np.int64], kind: ChangeKind, *, before: Rows | None = None, after: Rows | None = None
    ) -> None:
        if self._run is None:
            return
        moved_by = {
            f"{criterion}_by": None
            if before is None or after is None
            else after[f"part_{criterion}"] - before[f"part_{criterion}"]
            for criterion in CRITERIA
        }
        scores = {
            "score_before": None if before is None else before["score"],
            "score_after": None if after is None else after["score"],
        }
        bulk.insert(MatchChange, {"match_id": ids, "run_id": self._run.pk, "kind": kind.value, **scores, **moved_by})


def _figures(rows: Rows) -> dict[str, NDArray[np.int64]]:
    """Return the columns that are scored; a rank of 0 is none."""
    return {
        name: np.where(rows[name] == 0, bulk.NULL, rows[name]) if name.startswith("rank") else rows[name]
        for name in COMPARED
    }
