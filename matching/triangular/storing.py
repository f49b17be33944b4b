"""Stored options brought into line with what was found, after a matching run.

It runs at the end of a run, in the transaction that has stored the matches, since options are made from the needs'
lists as they now stand: suggestions with their scores, read again from the table. There are few options beside matches
(five a need at most), so they are compared by their keys in plain dictionaries; new, returned, moved, shifted and gone
mean the same as in `matching.runs.reconciling`, and `matching.life.steps` writes it.

As of matches (`matching.runs.both_lists`), a run keeps of options what the desk is suggested and what others see: these
are made from the lists that others see, as if nobody had decided or agreed anything.

What people have decided stays as it is. Only a proposal of which a posting has closed, or whose agency no longer allows
a third party, lapses, before anything is compared: its triple may then be found again.
"""

import datetime as dt
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils import timezone

from matching import engine
from matching.choices import OPTIONS_OPEN_TO_RUNS, MatchStatus, OptionStatus
from matching.engine.inputs.case import Case
from matching.life import steps
from matching.models import Match, MatchRun, TriangularOption
from matching.models.fits.match import MatchQuerySet
from matching.models.triangular.option import POSTINGS
from matching.scoring.inputs import Inputs
from matching.scoring.reading_arrays import ListKind
from matching.triangular.lapsing import lapse_closed_proposals
from matching.triangular.options import Listed, Options, Triple, find
from matching.triangular.roles import of_the_south, read_roles
from web import bulk

PARTS = tuple(f"part_{criterion.name}" for criterion in engine.CRITERIA)
FIGURES = ("score", "word", *PARTS, "rank", "is_triple_south")
"""What is compared and written of an option."""
LISTED = np.dtype([(name, np.int64) for name in ("need", "offer", "topic")])

Key = tuple[int, int, int]
"""Ids of the need, of the pivotal and of the facilitating offer."""
Figures = tuple[int, ...]
SHOWN_FIGURES = tuple(f"shown_{name}" for name in FIGURES[:-1])
"""The same of what others see; which countries they are is none of it."""


class StoredOption(NamedTuple):
    """An option as it is stored; one that lapsed may have been decided before."""

    id: int
    status: str
    was_decided: bool
    was_shown: bool
    is_shown: bool
    shown_by: int | None
    figures: Figures
    shown_figures: Figures

    @property
    def is_open_to_runs(self) -> bool:
        """Whether people have decided nothing about it."""
        return self.status in OPTIONS_OPEN_TO_RUNS


Stored = dict[Key, StoredOption]


@transaction.atomic
def store_options(*, run: MatchRun, inputs: Inputs) -> dict[str, int]:
    """Bring the undecided options into line with the needs' lists as they stand; return how many are new, moved, gone.

    To be called once the run has stored its matches, in the same transaction. What people have decided stays as it
    is, but for proposals of which a posting has closed, or no longer allows a third party: these lapse. The same
    lists twice write nothing the second time.
    """
    bulk.lock_table(TriangularOption)
    lapsed = lapse_closed_proposals()
    wanted, shown = (_wanted(run, inputs, lists) for lists in ListKind)
    stored, now = _stored(), timezone.now()
    counts = _bring_desk(run, wanted, stored, shown=shown, now=now)
    _bring_shown(run, shown, stored, desk=wanted, now=now)
    return {**counts, "lapsed_proposals": lapsed, "suggested": len(wanted)}


def _bring_desk(
    run: MatchRun, wanted: dict[Key, Figures], stored: Stored, *, shown: dict[Key, Figures], now: dt.datetime
) -> dict[str, int]:
    """Write what the desk is suggested; a new row comes with what others see of it."""
    suggested = {key for key, option in stored.items() if option.status == OptionStatus.SUGGESTED}
    new = [key for key in wanted if key not in stored]
    returned = [key for key in wanted if key in stored and key not in suggested]
    changed = [key for key in wanted if key in suggested and wanted[key] != stored[key].figures]
    moved = [key for key in changed if wanted[key][:2] != stored[key].figures[:2]]
    shifted = [key for key in changed if wanted[key][:2] == stored[key].figures[:2]]
    gone = sorted(suggested - wanted.keys())
    scored_by = {"profile_id": run.profile_id, "run_id": run.pk}
    for keys, seen in (
        ([key for key in new if key in shown], partial(_shown_columns, wanted=shown, run=run, first=True, now=now)),
        ([key for key in new if key not in shown], lambda _keys: {"is_shown": 0}),
    ):
        if keys:
            steps.suggest_rows(TriangularOption, {**_three(keys), **_columns(keys, wanted), **scored_by, **seen(keys)})
    if returned:
        were_decided = np.array([stored[key].was_decided for key in returned], dtype=np.bool_)
        columns = {**_columns(returned, wanted), **scored_by}
        steps.return_rows(TriangularOption, _ids(returned, stored), columns, were_decided=were_decided)
    # The score and the word come first. A place that shifts, because others came or went, is neither.
    for keys, is_moved in ((moved, True), (shifted, False)):
        if keys:
            columns = {**_columns(keys, wanted), **scored_by}
            steps.rescore_rows(TriangularOption, _ids(keys, stored), columns, is_moved=is_moved)
    steps.lapse_rows(TriangularOption, _ids(gone, stored), {"run_id": run.pk})
    return {"new": len(new) + len(returned), "moved": len(moved), "gone": len(gone)}


def _bring_shown(
    run: MatchRun, wanted: dict[Key, Figures], stored: Stored, *, desk: dict[Key, Figures], now: dt.datetime
) -> None:
    """Write what others see, of every option alike, whatever people have decided."""
    new = [key for key in wanted if key not in stored and key not in desk]
    if new:
        scored_by = {"profile_id": run.profile_id, "run_id": run.pk}
        seen = _shown_columns(new, wanted, run, first=True, now=now)
        steps.add_shown_rows(TriangularOption, {**_three(new), **_columns(new, wanted), **scored_by, **seen}, now=now)
    known = [key for key in wanted if key in stored]
    for first in (True, False):
        entered = [key for key in known if not stored[key].is_shown and stored[key].was_shown != first]
        if entered:
            columns = _shown_columns(entered, wanted, run, first=first, now=now)
            steps.show_rows(TriangularOption, _ids(entered, stored), columns)
    changed = [
        key
        for key in known
        if stored[key].is_shown
        and (stored[key].shown_figures != _compared(wanted[key]) or stored[key].shown_by != run.profile_id)
    ]
    moved = [key for key in changed if stored[key].shown_figures[:2] != wanted[key][:2]]
    shifted = [key for key in changed if stored[key].shown_figures[:2] == wanted[key][:2]]
    for keys, at in ((moved, now), (shifted, None)):
        if keys:
            columns = _shown_columns(keys, wanted, run, first=False, now=at)
            steps.show_rows(TriangularOption, _ids(keys, stored), columns)
    gone = sorted(key for key, option in stored.items() if option.is_shown and key not in wanted)
    if gone:
        steps.show_rows(TriangularOption, _ids(gone, stored), {"is_shown": 0, "shown_rank": None})


def _shown_columns(
    keys: list[Key], wanted: dict[Key, Figures], run: MatchRun, *, first: bool, now: dt.datetime | None
) -> dict[str, Any]:
    """Return the columns that others see; `now` is when that changed, and `first`, whether it is new to them."""
    columns: dict[str, Any] = {f"shown_{name}": column for name, column in _columns(keys, wanted).items()}
    del columns["shown_is_triple_south"]
    columns |= {"is_shown": 1, "shown_by_id": run.profile_id}
    if now is not None:
        columns["shown_changed_at"] = bulk.moment(now)
        if first:
            columns["shown_since"] = bulk.moment(now)
    return columns


def _compared(figures: Figures) -> Figures:
    """Return of what is wanted what is compared with what others see."""
    return figures[:-1]


def _wanted(run: MatchRun, inputs: Inputs, lists: ListKind) -> dict[Key, Figures]:
    """Return the options as they should stand for the desk, or as others should see them; by need, best first."""
    case = Case.of(inputs.needs, inputs.offers, inputs.reach, inputs.preference, inputs.profile)
    of_desk = Q(status=MatchStatus.SUGGESTED, rank_for_need__isnull=False)
    listed = Match.objects.filter(of_desk if lists == ListKind.DESK else Q(shown_rank_for_need__isnull=False))
    options = find(
        case,
        _listed(inputs, listed.filter(need__facilitating_allowed=True), lists),
        read_roles(inputs, lists),
        decided=_decided(inputs) if lists == ListKind.DESK else set(),
    )
    return _by_ids(inputs, options)


def _listed(inputs: Inputs, matches: MatchQuerySet, lists: ListKind) -> Listed:
    """Return these matches as rows of the inputs; one of a posting that is not in them is left out."""
    topic = "part_topic" if lists == ListKind.DESK else "shown_part_topic"
    # In the order of their pairs, which no decision changes; that of their rows tells when each was first stored.
    query = matches.order_by("need", "offer").values_list("need", "offer", topic)
    rows = bulk.read_numbers(*query.query.sql_with_params(), dtype=LISTED)
    need, offer = inputs.needs.rows_of(rows["need"]), inputs.offers.rows_of(rows["offer"])
    known = (need >= 0) & (offer >= 0)
    return Listed(
        need_index=need[known],
        offer_index=offer[known],
        topic=rows["topic"][known].astype(np.int32),
    )


def _decided(inputs: Inputs) -> set[Triple]:
    decided = TriangularOption.objects.decided().order_by()
    ids: Any = np.array(list(decided.values_list("need", "pivotal_offer", "facilitating_offer")), dtype=np.int64)
    need, pivotal, third = ids.reshape(-1, 3).T
    rows = (inputs.needs.rows_of(need), inputs.offers.rows_of(pivotal), inputs.offers.rows_of(third))
    return {row for row in zip(*(one.tolist() for one in rows), strict=True) if min(row) >= 0}


def _by_ids(inputs: Inputs, options: Options) -> dict[Key, Figures]:
    keys = zip(
        inputs.needs.ids[options.need_index].tolist(),
        inputs.offers.ids[options.pivotal_index].tolist(),
        inputs.offers.ids[options.facilitating_index].tolist(),
        strict=True,
    )
    triple_south = of_the_south(inputs, inputs.offers.country[options.facilitating_index])
    figures = np.column_stack((options.score, options.word, options.parts, options.rank, triple_south)).tolist()
    return dict(zip(keys, map(tuple, figures), strict=True))


def _stored() -> Stored:
    """Return each option, decided or not."""
    columns = TriangularOption.objects.order_by().values_list(
        *("need", "pivotal_offer", "facilitating_offer", "pk", "status"),
        IsNull(F("decided_on"), False),
        IsNull(F("shown_since"), False),
        *("is_shown", "shown_by", *FIGURES, *SHOWN_FIGURES),
    )
    return {
        (need, pivotal, third): StoredOption(
            pk,
            status,
            bool(was_decided),
            bool(was_shown),
            is_shown,
            shown_by,
            tuple(int(value or 0) for value in figures[: len(FIGURES)]),
            tuple(int(value or 0) for value in figures[len(FIGURES) :]),
        )
        for need, pivotal, third, pk, status, was_decided, was_shown, is_shown, shown_by, *figures in columns.iterator(
            chunk_size=20_000
        )
    }


def _three(keys: list[Key]) -> dict[str, Any]:
    """Return the columns of the three postings."""
    ids = np.array(keys, dtype=np.int64)
    return {f"{name}_id": ids[:, column] for column, name in enumerate(POSTINGS)}


def _columns(keys: list[Key], wanted: dict[Key, Figures]) -> dict[str, Any]:
    figures = np.array([wanted[key] for key in keys], dtype=np.int64)
    return {name: figures[:, column] for column, name in enumerate(FIGURES)}


def _ids(keys: list[Key], stored: Stored) -> Any:
    return np.array([stored[key].id for key in keys], dtype=np.int64)
