"""Matching runs: score all open needs against all open offers, and store what changed."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.days import today
from directory.models import User
from matching import engine, storing
from matching.choices import RunState
from matching.digests import tell_at_once
from matching.models import Match, MatchRun, ScoringProfile
from matching.profiles import default_profile
from matching.tables import Tables
from matching.topic import topic_version
from matching.triangular.storing import store_options

Progress = Callable[[int, int], None]

SILENT_AFTER = dt.timedelta(minutes=15)
HEARTBEAT_EVERY = 5.0


class RunRefused(ValueError):
    """The run may not or cannot start; the message says why, for people."""


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
    if by is not None and not can(by, Action.RUN_MATCHING):
        raise RunRefused(_("Only reviewers and managers run the matching."))
    run = _start(by=by, on=on or today(), profile=profile or default_profile())
    begun = time.monotonic()
    try:
        beat = _with_heartbeat(run, progress)
        tables = Tables.read(on=run.on, profile=run.profile, text_progress=lambda done, of: beat(0, 1))
        suggestions = engine.suggest(
            tables.needs,
            tables.offers,
            tables.reach,
            tables.preference,
            tables.profile,
            decided_pairs(tables),
            progress=beat,
        )
        with transaction.atomic():
            stored = {} if run.is_what_if else storing.store(run=run, tables=tables, suggestions=suggestions)
            if stored.get("new"):
                tell_at_once(since=run.started_at)
            run.counts = {
                "needs": len(tables.needs),
                "offers": len(tables.offers),
                "pairs": suggestions.counts.pairs,
                "pairs_open": suggestions.counts.open,
                "closed_by": suggestions.counts.closed,
                "in_a_list": len(suggestions),
                "milliseconds": round((time.monotonic() - begun) * 1000),
                **stored,
                "triangular": {} if run.is_what_if else store_options(run=run, tables=tables),
            }
            run.state = RunState.FINISHED
            run.progress = 100
            run.finished_at = timezone.now()
            run.save()
    except BaseException as error:
        MatchRun.objects.filter(pk=run.pk).update(
            state=RunState.FAILED, error=f"{type(error).__name__}: {error}", finished_at=timezone.now()
        )
        raise
    return run


def _start(*, by: User | None, on: dt.date, profile: ScoringProfile) -> MatchRun:
    """Write the run's row; a run that gave no sign of life for long is taken for dead and marked failed."""
    is_what_if = on != today()
    if not is_what_if:
        MatchRun.objects.filter(state=RunState.RUNNING, heartbeat_at__lt=timezone.now() - SILENT_AFTER).update(
            state=RunState.FAILED, error=_("Stopped without finishing."), finished_at=timezone.now()
        )
    try:
        with transaction.atomic():
            if profile.pk is None:
                profile.save()
            return MatchRun.objects.create(
                profile=profile,
                on=on,
                is_what_if=is_what_if,
                engine_version=engine.ENGINE_VERSION,
                topic_version=topic_version() if profile.weight_topic else "",
                by=by,
            )
    except IntegrityError as error:
        if MatchRun.objects.filter(state=RunState.RUNNING, is_what_if=False).exists():
            raise RunRefused(_("Another matching run is at work; wait until it has finished.")) from error
        raise


def decided_pairs(tables: Tables) -> engine.Excluded:
    """Return the pairs that people have decided, as rows of the tables: they take no place in a list."""
    need_row = {need_id: row for row, need_id in enumerate(tables.needs.ids.tolist())}
    offer_row = {offer_id: row for row, offer_id in enumerate(tables.offers.ids.tolist())}
    pairs = [
        (need_row[need], offer_row[offer])
        for need, offer in Match.objects.decided(tables.on).order_by().values_list("need", "offer")
        if need in need_row and offer in offer_row
    ]
    array: Any = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return engine.Excluded(need_index=array[:, 0].copy(), offer_index=array[:, 1].copy())


def _with_heartbeat(run: MatchRun, progress: Progress | None) -> Progress:
    """Return a progress function that also leaves a sign of life on the run's row, every few seconds."""
    last = time.monotonic()

    def report(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= HEARTBEAT_EVERY:
            last = time.monotonic()
            percent = min(99, done * 100 // max(of, 1))
            MatchRun.objects.filter(pk=run.pk).update(progress=percent, heartbeat_at=timezone.now())
        if progress is not None:
            progress(done, of)

    return report
