"""Stored options brought into line with what was found, after a matching run.

It runs at the end of a run, in the transaction that has stored the matches, since options are made from the needs'
lists as they now stand: suggestions with their scores, read again from the table. There are few options beside matches
(five a need at most), so they are compared by their keys in plain dictionaries; new, returned, moved, shifted and gone
mean the same as in `matching.runs.reconciling`, and `matching.life.steps` writes it.

What people have decided stays as it is. Only a proposal of which a posting has closed, or whose agency no longer allows
a third party, lapses, before anything is compared: its triple may then be found again.
"""

from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import F
from django.db.models.lookups import IsNull

from matching import engine
from matching.choices import OPTIONS_OPEN_TO_RUNS, MatchStatus, OptionStatus
from matching.engine.inputs.case import Case
from matching.life import steps
from matching.models import Match, MatchRun, TriangularOption
from matching.models.match import MatchQuerySet
from matching.models.triangular.option import POSTINGS
from matching.scoring.inputs import Inputs
from matching.triangular.lapsing import lapse_closed_proposals
from matching.triangular.options import Listed, Options, Triple, find
from matching.triangular.roles import of_the_south, read_roles
from web import bulk

PARTS = tuple(f"part_{criterion.name}" for criterion in engine.CRITERIA)
FIGURES = ("score", *PARTS, "rank", "is_triple_south")
"""What is compared and written of an option."""
LISTED = np.dtype([(name, np.int64) for name in ("need", "offer", "score", "areas", "modalities", "topic")])

Key = tuple[int, int, int]
"""Ids of the need, of the pivotal and of the facilitating offer."""
Figures = tuple[int, ...]


class StoredOption(NamedTuple):
    """An option as it is stored, not decided now; one that lapsed may have been decided before."""

    id: int
    is_suggested: bool
    was_decided: bool
    figures: Figures


@transaction.atomic
def store_options(*, run: MatchRun, inputs: Inputs) -> dict[str, int]:
    """Bring the undecided options into line with the needs' lists as they stand; return how many are new, moved, gone.

    To be called once the run has stored its matches, in the same transaction. What people have decided stays as it
    is, but for proposals of which a posting has closed, or no longer allows a third party: these lapse. The same
    lists twice write nothing the second time.
    """
    bulk.lock_table(TriangularOption)
    lapsed = lapse_closed_proposals()
    wanted = _wanted(run, inputs)
    stored = _stored()
    shown = {key for key, option in stored.items() if option.is_suggested}
    new = [key for key in wanted if key not in stored]
    returned = [key for key in wanted if key in stored and key not in shown]
    changed = [key for key in wanted if key in shown and wanted[key] != stored[key].figures]
    moved = [key for key in changed if wanted[key][0] != stored[key].figures[0]]
    shifted = [key for key in changed if wanted[key][0] == stored[key].figures[0]]
    gone = sorted(shown - wanted.keys())
    scored_by = {"profile_id": run.profile_id, "run_id": run.pk}
    if new:
        steps.suggest_rows(TriangularOption, {**_three(new), **_columns(new, wanted), **scored_by})
    if returned:
        were_decided = np.array([stored[key].was_decided for key in returned], dtype=np.bool_)
        columns = {**_columns(returned, wanted), **scored_by}
        steps.return_rows(TriangularOption, _ids(returned, stored), columns, were_decided=were_decided)
    # A place that shifts, because others came or went, is no new score.
    for keys, is_moved in ((moved, True), (shifted, False)):
        if keys:
            columns = {**_columns(keys, wanted), **scored_by}
            steps.rescore_rows(TriangularOption, _ids(keys, stored), columns, is_moved=is_moved)
    steps.lapse_rows(TriangularOption, _ids(gone, stored), {"run_id": run.pk})
    return {
        "new": len(new) + len(returned),
        "moved": len(moved),
        "gone": len(gone),
        "lapsed_proposals": lapsed,
        "suggested": len(wanted),
    }


def _wanted(run: MatchRun, inputs: Inputs) -> dict[Key, Figures]:
    """Return the options as they should stand, by need, best first."""
    case = Case.of(inputs.needs, inputs.offers, inputs.reach, inputs.preference, inputs.profile)
    suggested = Match.objects.filter(status=MatchStatus.SUGGESTED, rank_for_need__isnull=False)
    options = find(
        case,
        _listed(inputs, suggested.filter(need__facilitating_allowed=True)),
        read_roles(inputs),
        good_from=run.profile.good_from,
        decided=_decided(inputs),
    )
    return _by_ids(inputs, options)


def _listed(inputs: Inputs, matches: MatchQuerySet) -> Listed:
    """Return these matches as rows of the inputs; one of a posting that is not in them is left out."""
    query = matches.order_by("pk").values_list("need", "offer", "score", "part_areas", "part_modalities", "part_topic")
    rows = bulk.read_numbers(*query.query.sql_with_params(), dtype=LISTED)
    need, offer = inputs.needs.rows_of(rows["need"]), inputs.offers.rows_of(rows["offer"])
    known = (need >= 0) & (offer >= 0)
    return Listed(
        need_index=need[known],
        offer_index=offer[known],
        score=rows["score"][known].astype(np.int32),
        covering=(rows["areas"] + rows["modalities"])[known].astype(np.int32),
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
    figures = np.column_stack((options.score, options.parts, options.rank, triple_south)).tolist()
    return dict(zip(keys, map(tuple, figures), strict=True))


def _stored() -> dict[Key, StoredOption]:
    """Return each option that is not decided now."""
    rows = TriangularOption.objects.filter(status__in=OPTIONS_OPEN_TO_RUNS).order_by()
    was_decided = IsNull(F("decided_on"), False)
    columns = rows.values_list("need", "pivotal_offer", "facilitating_offer", "pk", "status", was_decided, *FIGURES)
    return {
        (need, pivotal, third): StoredOption(
            pk, status == OptionStatus.SUGGESTED, bool(decided), tuple(int(value or 0) for value in figures)
        )
        for need, pivotal, third, pk, status, decided, *figures in columns.iterator(chunk_size=20_000)
    }


def _three(keys: list[Key]) -> dict[str, Any]:
    """Return the columns of the three postings."""
    ids = np.array(keys, dtype=np.int64)
    return {f"{name}_id": ids[:, column] for column, name in enumerate(POSTINGS)}


def _columns(keys: list[Key], wanted: dict[Key, Figures]) -> dict[str, Any]:
    figures = np.array([wanted[key] for key in keys], dtype=np.int64)
    return {name: figures[:, column] for column, name in enumerate(FIGURES)}


def _ids(keys: list[Key], stored: dict[Key, StoredOption]) -> Any:
    return np.array([stored[key].id for key in keys], dtype=np.int64)
