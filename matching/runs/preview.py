"""What a scoring profile would change, before anyone activates it: worked out for today, and nothing is written."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching import engine
from matching.choices import MatchStatus
from matching.models import Match, MatchRun, ScoringProfile
from matching.runs.comparing import ChangeCounts, PairComparison, compare
from matching.runs.equity import EquityRow, equity
from matching.runs.reconciling import COMPARED, ROW, Rows, put_scores, scored_rows, stored_rows
from matching.scoring.inputs import decided_pairs
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ScoringTables, engine_profile
from web.calendar.days import today

LARGEST = 20


class PreviewRefused(ValueError):
    """The preview may not or cannot be made; the message says why, for people."""


@dataclass(frozen=True)
class PairStanding:
    """How a pair stands by one profile."""

    is_in: bool
    """Whether it stands in the need's or the offer's list."""
    score: int
    """In millionths; also of a pair that stands in no list."""
    parts: dict[str, int]
    """By criterion, in millionths."""
    place_for_need: int
    """From 1; 0: not in that list."""
    place_for_offer: int


@dataclass(frozen=True)
class Move:
    """A pair that comes, goes, or gets another score; the postings by their ids."""

    need: int
    offer: int
    before: PairStanding
    after: PairStanding

    @property
    def change(self) -> int:
        """By how much the score changes, in millionths."""
        return self.after.score - self.before.score


@dataclass(frozen=True)
class ProfilePreview:
    """The effect of a profile beside that of the one in use, on what is open today. Decided pairs are in neither."""

    in_use: ScoringProfile
    counts: ChangeCounts
    moves: list[Move]
    """The largest, at most LARGEST."""
    equity: list[EquityRow]
    rerun: ChangeCounts
    """What a run by the profile in use would change today: what happened since the last one."""
    last_run: MatchRun | None


def preview(*, profile: ScoringProfile, by: User) -> ProfilePreview:
    """Score all that is open today by the profile in use and by this one, and set the two side by side.

    The postings are read once, and both leave out the pairs that people have decided. Compared is with what the
    profile in use would suggest today, not with what is stored, so that the effect is the profile's alone. `profile`
    need not be saved. A fixed number of queries, and none that writes.

    Raises PreviewRefused where `by` may not manage profiles, or where one of the two cannot score on this machine.
    """
    if not can(by, Action.MANAGE_PROFILES):
        raise PreviewRefused(_("Only a manager tries scoring profiles."))
    in_use = default_profile()
    for one in (in_use, profile):
        _check(one)
    before = ScoringTables.read(on=today(), profile=in_use, keep_texts=False)
    after = before.scored_by(profile)
    decided = decided_pairs(before)
    rows_before, rows_after = _suggested(before, decided), _suggested(after, decided)
    comparison = compare(rows_before, rows_after)
    comparison = comparison.with_scores(
        before=_scored(before, comparison.after[comparison.came]),
        after=_scored(after, comparison.before[comparison.gone]),
    )
    return ProfilePreview(
        in_use=in_use,
        counts=ChangeCounts.of(comparison),
        moves=[_move(comparison, position) for position in comparison.largest_moves(LARGEST).tolist()],
        equity=equity(
            needs=before.needs,
            countries=before.vocabulary.countries,
            reach=before.reach_table,
            before=rows_before,
            after=rows_after,
        ),
        rerun=_rerun(rows_before),
        last_run=MatchRun.objects.public().first(),
    )


def preview_run(*, by: User) -> ChangeCounts:
    """Return what a run by the profile in use would change of the suggestions today; nothing is written.

    It scores all that is open, as a run does, and takes as long; a fixed number of queries. Raises PreviewRefused
    where `by` may not run the matching, or where the profile cannot score on this machine.
    """
    if not can(by, Action.RUN_MATCHING):
        raise PreviewRefused(_("Only the secretariat runs the matching."))
    in_use = default_profile()
    _check(in_use)
    tables = ScoringTables.read(on=today(), profile=in_use, keep_texts=False)
    return _rerun(_suggested(tables, decided_pairs(tables)))


def _rerun(suggested: Rows) -> ChangeCounts:
    """Set what a run would suggest beside what is stored."""
    stored = stored_rows(Match.objects.filter(status=MatchStatus.SUGGESTED), on=today())
    return ChangeCounts.of(compare(stored[list(ROW.names or ())], suggested))


def _check(profile: ScoringProfile) -> None:
    try:
        engine_profile(profile, related=np.zeros(0, dtype=np.uint64))
    except ValueError as refusal:
        raise PreviewRefused(
            _("The engine cannot score by %(profile)s here: %(why)s") % {"profile": profile, "why": refusal}
        ) from refusal


def _suggested(tables: ScoringTables, decided: engine.Excluded) -> Rows:
    """Return what a run would suggest."""
    suggestions = engine.suggest(tables.needs, tables.offers, tables.reach, tables.preference, tables.profile, decided)
    return scored_rows(tables.needs, tables.offers, suggestions)


def _scored(tables: ScoringTables, pairs: Rows) -> Rows:
    """Return the scores that these pairs have by the tables' profile though they stand in no list by it."""
    scores = engine.score_pairs(
        tables.needs,
        tables.offers,
        tables.reach,
        tables.preference,
        tables.profile,
        need_index=tables.needs.rows_of(pairs["need"]),
        offer_index=tables.offers.rows_of(pairs["offer"]),
    )
    rows = np.zeros(len(pairs), dtype=ROW)
    rows["need"], rows["offer"] = pairs["need"], pairs["offer"]
    put_scores(rows, scores)
    return rows


def _move(comparison: PairComparison, position: int) -> Move:
    before, after = comparison.before[position], comparison.after[position]
    return Move(
        need=int(before["need"]),
        offer=int(before["offer"]),
        before=_standing(before, is_in=bool(comparison.was_in[position])),
        after=_standing(after, is_in=bool(comparison.is_in[position])),
    )


def _standing(row: Any, *, is_in: bool) -> PairStanding:
    parts = {name.removeprefix("part_"): int(row[name]) for name in COMPARED if name.startswith("part_")}
    return PairStanding(is_in, int(row["score"]), parts, int(row["rank_for_need"]), int(row["rank_for_offer"]))
