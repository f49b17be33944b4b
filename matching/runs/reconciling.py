"""Stored matches brought into line with what was scored: what is new, came back, moved, shifted or is gone.

A large run wants hundreds of thousands of matches and finds nearly all of them stored already, so rows are NumPy arrays
with a column for each figure, and never model instances. Both sets are sorted by one number a pair (need << 32 | offer)
and looked up in each other. A pair is then new (wanted, not stored), returned (stored, but lapsed, or refused long
enough ago), moved (another score), shifted (the same score, another place in a list or other parts), gone (a suggestion
that nobody wants now), or the same in every column, which is not written at all.

Each row is held against two things that are wanted: what the desk is suggested, which no row takes part in that people
have decided; and what others see, in which every row does, whatever was decided (`matching.runs.both_lists`). A pair
that others alone see, such as one of an offer whose places are all agreed, is stored as lapsed.

Only `matching.life.steps` writes states. `MatchChange` says of a run what is new, moved and gone; a shift is left out,
since a match that moves up as others are decided must not show as one with a new score.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Case, F, IntegerField, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from numpy.typing import NDArray

from matching import engine
from matching.choices import ChangeKind, MatchStatus
from matching.life import steps
from matching.models import Match, MatchChange, MatchRun, ScoringProfile
from matching.models.fits.match import MatchQuerySet
from web import bulk

CRITERIA = tuple(criterion.name for criterion in engine.CRITERIA)
COMPARED = ("score", "word", *(f"part_{criterion}" for criterion in CRITERIA), "rank_for_need", "rank_for_offer")
ROW = np.dtype([(name, np.int64) for name in ("need", "offer", *COMPARED)])
"""A match as a run would have it; a rank of 0 stands for none."""
STATES = ("id", "is_suggested", "was_decided", "is_open_to_runs")
SHOWN = tuple(f"shown_{name}" for name in COMPARED)
SHOWN_STATES = ("is_shown", "was_shown", "shown_by")
STORED = np.dtype([*ROW.descr, *((name, np.int64) for name in (*STATES, *SHOWN, *SHOWN_STATES))])
"""A match as it is stored; one that lapsed or whose refusal is over may have been decided before. None is 0."""

SHOWN_MOMENTS = ("shown_since", "shown_changed_at")
"""When others first saw it, and when what they see last changed."""

Rows = NDArray[Any]


@dataclass(frozen=True)
class BothLists:
    """The pairs of both kinds of lists, as ROW, with their places in the lists of that kind."""

    desk: Rows
    """Without pairs that people have decided, and without offers whose places are all agreed."""
    shown: Rows
    """With these, as if nobody had decided or agreed anything."""


@dataclass(frozen=True)
class MayLeave:
    """Of each stored match, whether it may leave the lists of the desk, and those that others see."""

    desk: NDArray[np.bool_]
    shown: NDArray[np.bool_]


def scored_rows(needs: engine.Postings, offers: engine.Postings, suggestions: engine.Suggestions) -> Rows:
    """Return what the engine suggests of these postings as rows, by need and offer."""
    rows = np.zeros(len(suggestions), dtype=ROW)
    rows["need"] = needs.ids[suggestions.need_index]
    rows["offer"] = offers.ids[suggestions.offer_index]
    put_scores(rows, engine.PairScores(suggestions.parts, suggestions.word))
    rows["rank_for_need"] = suggestions.rank_for_need
    rows["rank_for_offer"] = suggestions.rank_for_offer
    return rows


def put_scores(rows: Rows, scores: engine.PairScores) -> None:
    """Write what pairs score into their rows, which stand in the same order."""
    rows["score"] = scores.parts.sum(axis=1)
    rows["word"] = scores.word
    for column, criterion in enumerate(CRITERIA):
        rows[f"part_{criterion}"] = scores.parts[:, column]


def stored_rows(matches: MatchQuerySet, *, on: dt.date) -> Rows:
    """Return these matches as they are stored; which of them a run may move, is said for the day `on`."""
    numbers = [_or_zero(name) if name.startswith("rank") else F(name) for name in COMPARED]
    is_suggested = _as_number(Q(status=MatchStatus.SUGGESTED))
    was_decided = _as_number(Q(decided_on__isnull=False))
    # Asked of each row, not of the table: nearly all of it is open to runs, so that an index of states leads nowhere.
    is_open = _as_number(MatchQuerySet.is_open_to_runs(on))
    shown = [_or_zero(name) for name in SHOWN]
    is_shown, was_shown = _as_number(Q(is_shown=True)), _as_number(Q(shown_since__isnull=False))
    query = matches.order_by("pk").values_list(
        *("need", "offer", *numbers, "pk", is_suggested, was_decided, is_open),
        *(*shown, is_shown, was_shown, _or_zero("shown_by")),
    )
    return bulk.read_numbers(*query.query.sql_with_params(), dtype=STORED)


def as_shown(stored: Rows) -> Rows:
    """Return those of the stored matches that others see, as ROW, with the places in the lists that they see."""
    seen = stored[stored["is_shown"] == 1]
    rows = np.zeros(len(seen), dtype=ROW)
    for name in ("need", "offer"):
        rows[name] = seen[name]
    for name, shown in zip(COMPARED, SHOWN, strict=True):
        rows[name] = seen[shown]
    return rows


def _or_zero(name: str) -> Coalesce:
    return Coalesce(F(name), 0, output_field=IntegerField())


def _as_number(condition: Q) -> Case:
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


def pair_keys(rows: Rows) -> NDArray[np.int64]:
    """Return one number a pair; ids of postings stay far below 2³¹."""
    keys: NDArray[np.int64] = (rows["need"] << 32) | rows["offer"]
    return keys


def bring_into_line(
    *,
    wanted: BothLists,
    stored: Rows,
    profile: ScoringProfile,
    run: MatchRun | None,
    may_leave: MayLeave | None = None,
) -> dict[str, int]:
    """Write what differs between two sets of pairs; return how many are new, moved and gone, and new to others.

    Call it in a transaction, with the table of matches locked. `stored` holds every match of the pairs at issue; those
    of them that are undecided and not wanted lapse, and those that others are not to see any more are hidden, of
    `may_leave` where that is given. What changed for the desk is said in `MatchChange` where there is a run to say it
    of.
    """
    all_of_them = np.ones(len(stored), dtype=np.bool_)
    may_leave = may_leave or MayLeave(desk=all_of_them, shown=all_of_them)
    order = np.argsort(pair_keys(stored))
    stored, may_leave = stored[order], MayLeave(desk=may_leave.desk[order], shown=may_leave.shown[order])
    desk, shown = (rows[np.argsort(pair_keys(rows))] for rows in (wanted.desk, wanted.shown))
    write = _Writer(profile, run)
    undecided = stored["is_open_to_runs"] == 1
    counts = _bring_desk(write, desk, stored[undecided], shown=shown, may_lapse=may_leave.desk[undecided])
    return {**counts, "newly_shown": _bring_shown(write, shown, stored, desk=desk, may_leave=may_leave.shown)}


def _bring_desk(
    write: "_Writer", wanted: Rows, stored: Rows, *, shown: Rows, may_lapse: NDArray[np.bool_]
) -> dict[str, int]:
    """Write what the desk is suggested; both sets come by their keys, and `shown` so that a new row is written once."""
    is_stored, place = _found_in(stored, wanted)
    before, after = stored[place[is_stored]], wanted[is_stored]
    differs = np.zeros(len(after), dtype=np.bool_)
    for name in COMPARED:
        differs |= after[name] != before[name]
    returned = before["is_suggested"] == 0
    moved = ~returned & (after["score"] != before["score"])
    is_gone = (stored["is_suggested"] == 1) & may_lapse
    is_gone[place[is_stored]] = False
    gone = stored[is_gone]

    write.insert(wanted[~is_stored], shown=shown)
    write.suggest_again(before[returned], after[returned])
    write.move(before[moved], after[moved])
    shifted, reworded = differs & ~moved & ~returned, after["word"] != before["word"]
    for is_reworded in (False, True):
        some = shifted & (reworded == is_reworded)
        write.shift(before[some], after[some], is_reworded=is_reworded)
    write.let_lapse(gone)
    return {
        "new": int(np.count_nonzero(~is_stored) + np.count_nonzero(returned)),
        "moved": int(np.count_nonzero(moved)),
        "gone": len(gone),
    }


def _bring_shown(write: "_Writer", wanted: Rows, stored: Rows, *, desk: Rows, may_leave: NDArray[np.bool_]) -> int:
    """Write what others see, of every row alike, whatever people have decided; return how many came into a list."""
    is_stored, place = _found_in(stored, wanted)
    before, after = stored[place[is_stored]], wanted[is_stored]
    # Those that are new to the desk too have been written with it.
    write.insert_shown(wanted[~is_stored & ~_found_in(desk, wanted)[0]])
    entered = before["is_shown"] == 0
    moved = ~entered & ((after["score"] != before["shown_score"]) | (after["word"] != before["shown_word"]))
    differs = before["shown_by"] != write.profile_id
    for name, shown in zip(COMPARED, SHOWN, strict=True):
        differs |= after[name] != before[shown]
    is_first = before["was_shown"] == 0
    write.show(before[entered & is_first], after[entered & is_first], moments=("shown_since", "shown_changed_at"))
    again = entered & ~is_first | moved
    write.show(before[again], after[again], moments=("shown_changed_at",))
    shifted = differs & ~entered & ~moved
    write.show(before[shifted], after[shifted], moments=())
    is_gone = (stored["is_shown"] == 1) & may_leave
    is_gone[place[is_stored]] = False
    write.hide(stored[is_gone])
    return int(np.count_nonzero(~is_stored) + np.count_nonzero(entered))


def _found_in(rows: Rows, wanted: Rows) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which of the wanted pairs are among these rows, and at which place; the rows come by their keys."""
    if not len(rows):
        return np.zeros(len(wanted), dtype=np.bool_), np.zeros(len(wanted), dtype=np.int64)
    keys, wanted_keys = pair_keys(rows), pair_keys(wanted)
    place = np.minimum(np.searchsorted(keys, wanted_keys), len(rows) - 1)
    return keys[place] == wanted_keys, place


class _Writer:
    """Writes matches by one profile, and of one run, if there is one."""

    def __init__(self, profile: ScoringProfile, run: MatchRun | None) -> None:
        self.profile_id = profile.pk
        self._scored_by = {"profile_id": profile.pk, "run_id": run.pk if run else None}
        self._run = run
        self._now = timezone.now()

    def insert(self, rows: Rows, *, shown: Rows) -> None:
        """Insert new matches, with what others see of them."""
        is_shown, place = _found_in(shown, rows)
        for some, seen in (
            (rows[is_shown], self._shown(shown[place[is_shown]], moments=SHOWN_MOMENTS)),
            (rows[~is_shown], {"is_shown": 0}),
        ):
            ids = steps.suggest_rows(Match, {**_pairs(some), **_figures(some), **self._scored_by, **seen})
            self._say(ids, ChangeKind.NEW, after=some)

    def insert_shown(self, rows: Rows) -> None:
        """Insert matches that others see, and the desk does not."""
        seen = self._shown(rows, moments=SHOWN_MOMENTS)
        columns = {**_pairs(rows), **_figures(rows), **self._scored_by, **seen}
        steps.add_shown_rows(Match, columns, now=self._now)

    def show(self, before: Rows, after: Rows, *, moments: Sequence[str]) -> None:
        """Bring what others see of matches to these figures; the moments are those that are now."""
        steps.show_rows(Match, before["id"], self._shown(after, moments=moments))

    def hide(self, rows: Rows) -> None:
        """Take matches from what others see."""
        steps.show_rows(Match, rows["id"], {"is_shown": 0, "shown_rank_for_need": None, "shown_rank_for_offer": None})

    def _shown(self, rows: Rows, *, moments: Sequence[str]) -> dict[str, Any]:
        columns = {f"shown_{name}": column for name, column in _figures(rows).items()}
        now = dict.fromkeys(moments, bulk.moment(self._now))
        return {**columns, **now, "is_shown": 1, "shown_by_id": self.profile_id}

    def suggest_again(self, before: Rows, after: Rows) -> None:
        """Bring back matches that had lapsed, or whose refusal is over."""
        columns = {**_figures(after), **self._scored_by}
        steps.return_rows(Match, before["id"], columns, were_decided=before["was_decided"] == 1)
        self._say(before["id"], ChangeKind.NEW, after=after)

    def move(self, before: Rows, after: Rows) -> None:
        """Bring suggestions to another score."""
        steps.rescore_rows(Match, before["id"], {**_figures(after), **self._scored_by}, is_moved=True)
        self._say(before["id"], ChangeKind.MOVED, before=before, after=after)

    def shift(self, before: Rows, after: Rows, *, is_reworded: bool) -> None:
        """Bring suggestions to another place: one that shifts as others are decided must not show as a new score."""
        steps.rescore_rows(Match, before["id"], {**_figures(after), **self._scored_by}, is_moved=is_reworded)

    def let_lapse(self, rows: Rows) -> None:
        """Let suggestions that stand in no list any more lapse."""
        steps.lapse_rows(Match, rows["id"], {"run_id": self._run.pk} if self._run else {})
        self._say(rows["id"], ChangeKind.GONE, before=rows)

    def _say(
        self, ids: NDArray[np.int64], kind: ChangeKind, *, before: Rows | None = None, after: Rows | None = None
    ) -> None:
        if self._run is None or not len(ids):
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


def _pairs(rows: Rows) -> dict[str, NDArray[np.int64]]:
    return {"need_id": rows["need"], "offer_id": rows["offer"]}


def _figures(rows: Rows) -> dict[str, NDArray[np.int64]]:
    """Return the columns that are scored; a rank of 0 is none."""
    return {
        name: np.where(rows[name] == 0, bulk.NULL, rows[name]) if name.startswith("rank") else rows[name]
        for name in COMPARED
    }
