"""Matching runs: score all open needs against all open offers, and store what changed."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching import engine
from matching.choices import RunState
from matching.life.telling.digests import tell_at_once
from matching.listing.keeping import bring_into_line
from matching.models import Match, MatchChange, MatchRun, RunBlock, RunInput, ScoringProfile
from matching.runs import storing
from matching.runs.both_lists import with_shown
from matching.runs.catching_up import meet_marked_texts
from matching.runs.reconciling import BothLists, scored_rows
from matching.scoring.inputs import Inputs, digest_of_all, digest_of_directory
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ListKind, ScoringTables
from matching.topic import topic_version
from matching.triangular.storing import store_options
from web import bulk
from web.calendar.days import today
from web.jobs.doing import beating

Progress = Callable[[int, int], None]

GIVEN_UP_AFTER = dt.timedelta(minutes=15)
TELL_EVERY = 5.0
"""Seconds."""


class RunRefused(ValueError):
    """The run may not or cannot start; the message says why, for people."""


MANY_ROWS = 1_000
"""From here on the database has to be told that a table is another than it was."""


def run_matching(
    *,
    by: User | None = None,
    on: dt.date | None = None,
    profile: ScoringProfile | None = None,
    progress: Progress | None = None,
) -> MatchRun:
    """Score all needs and offers open on the day `on` (today) and store what changed; return the run.

    A run for another day than today is a what-if: it stores its counts and touches no match. All matches are
    written in one transaction with the run's own end, so that a run that dies leaves the results of the one before
    it. `progress` is called with the number of needs scored and of all needs. `by` is empty for the command line
    and the schedule.

    Raises RunRefused where `by` may not run the matching, or where another run is at work.
    """
    run = begin(by=by, on=on, profile=profile, is_taken=True)
    tell = every_few_seconds(lambda done, of: run.beat(done=done, of=of))

    def report(done: int, of: int) -> None:
        tell(done, of)
        if progress is not None:
            progress(done, of)

    with beating(run), failing(run):
        inputs = read_inputs(run)
        plan = inputs.plan()
        best = engine.best_of(plan, 0, plan.n_needs, progress=report)
        finish(run, inputs=inputs, suggestions=engine.collect(plan, [best]))
    return run


def begin(
    *,
    by: User | None = None,
    on: dt.date | None = None,
    profile: ScoringProfile | None = None,
    is_taken: bool = False,
) -> MatchRun:
    """Write the row of a run and return it: with `is_taken` the caller does it, else whoever takes it.

    One that has stopped half-way, and that nobody has taken up since, is given up. Raises RunRefused where `by` may not
    run the matching, or where another run is at work.
    """
    check_may_run(by)
    on, profile = on or today(), profile or default_profile()
    is_what_if = on != today()
    for dead in MatchRun.objects.to_do().filter(heartbeat_at__lt=timezone.now() - GIVEN_UP_AFTER):
        dead.fail(_("Stopped without finishing."))
    try:
        with transaction.atomic():
            if profile.pk is None:
                profile.save()
            return MatchRun.objects.create(
                profile=profile,
                on=on,
                is_what_if=is_what_if,
                attempts=int(is_taken),
                heartbeat_at=timezone.now() if is_taken else None,
                engine_version=engine.ENGINE_VERSION,
                topic_version=topic_version() if profile.weight_topic else "",
                by=by,
            )
    except IntegrityError as error:
        check_none_at_work(error)
        raise


def read_inputs(run: MatchRun) -> Inputs:
    """Read what the run scores, and note its digests on `run`, which is not saved."""
    tables = ScoringTables.read(on=run.on, profile=run.profile, lists=ListKind.SHOWN)
    inputs = Inputs.of(tables)
    run.input_digests = inputs.digests(tables.vocabulary)
    run.digest = digest_of_all(run.input_digests, run.engine_version, run.topic_version)
    # Not an input of the scores as such: what of it matters is among the others. It tells when a run is due.
    run.input_digests["directory"] = digest_of_directory(tables.vocabulary, tables.reach_table)
    return inputs


def finish(run: MatchRun, *, inputs: Inputs, suggestions: engine.Suggestions) -> bool:
    """Store what a run found, and end it, in one transaction; return whether it was still at work.

    A run that someone else has finished or given up meanwhile stores nothing.
    """
    found = with_shown(inputs, scored_rows(inputs.needs, inputs.desk_offers, suggestions))
    if not run.is_what_if:
        meet_marked_texts(run)
    with transaction.atomic():
        held = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state != RunState.RUNNING:
            return False
        stored = {"triangular": {}} if run.is_what_if else _store(run, inputs=inputs, found=found)
        run.counts = {
            "needs": len(inputs.needs),
            "offers": len(inputs.desk_offers),
            "pairs": suggestions.counts.pairs,
            "pairs_open": suggestions.counts.open,
            "closed_by": suggestions.counts.closed,
            "in_a_list": len(suggestions),
            "milliseconds": round((timezone.now() - run.started_at).total_seconds() * 1000),
            **stored,
        }
        run.result_digest = hashlib.sha256(found.desk.tobytes() + found.shown.tobytes()).hexdigest()
        run.state, run.error = RunState.FINISHED, ""
        run.done = run.of = len(inputs.needs)
        run.finished_at = timezone.now()
        run.save()
        # Nothing older can be resumed any more.
        for parts in (RunInput, RunBlock):
            parts.objects.exclude(run__state=RunState.RUNNING).delete()
        transaction.on_commit(partial(_tidy_up, changed=_rows_written(stored)))
    return True


def _rows_written(stored: dict[str, Any]) -> int:
    return sum(stored.get(name, 0) for name in ("new", "moved", "gone", "newly_shown"))


def _tidy_up(*, changed: int) -> None:
    """Bring into line what was written of postings while the run stored, and tell the database what it now holds."""
    bring_into_line()
    if changed >= MANY_ROWS:
        bulk.refresh_statistics(Match, MatchChange)


def _store(run: MatchRun, *, inputs: Inputs, found: BothLists) -> dict[str, Any]:
    """Store matches and triangular options, and tell who wants to hear at once; return the counts."""
    stored = storing.store(run=run, inputs=inputs, found=found)
    if stored.counts["newly_shown"]:
        tell_at_once(since=run.started_at)
    return {**stored.counts, "triangular": store_options(run=run, inputs=stored.inputs)}


@contextmanager
def failing(run: MatchRun) -> Iterator[None]:
    """Mark the run failed with whatever is raised within; it is raised on."""
    try:
        yield
    except BaseException as error:
        run.fail(f"{type(error).__name__}: {error}")
        raise


def check_may_run(by: User | None) -> None:
    """Raise RunRefused where the person may not run the matching; nobody is the command line or the schedule."""
    if by is not None and not can(by, Action.RUN_MATCHING):
        raise RunRefused(_("Only reviewers and managers run the matching."))


def check_none_at_work(error: Exception) -> None:
    """Raise RunRefused where another run is at work: which is what the constraint on their table tells."""
    if MatchRun.objects.filter(state=RunState.RUNNING, is_what_if=False).exists():
        raise RunRefused(_("Another matching run is at work; wait until it has finished.")) from error


def every_few_seconds(tell: Progress) -> Progress:
    """Return a progress function that passes on to `tell` at most once in TELL_EVERY seconds."""
    last = time.monotonic()

    def report(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EVERY:
            last = time.monotonic()
            tell(done, of)

    return report
