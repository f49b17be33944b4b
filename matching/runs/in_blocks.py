"""A run cut into blocks of needs, for workers on any number of machines (docs/scaling.md).

What the run reads is read once and kept with it, so that all workers score the same. Every step may happen twice, or
be broken off at any point: what a block found is written once, what all found is stored once, in one transaction with
the run's end. What was lost with a worker, the broker or the database is handed out again by `watch`.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import User
from matching import engine
from matching.choices import RunState
from matching.models import MatchRun, RunBlock, RunInput, ScoringProfile
from matching.runs import running
from matching.runs.running import RunRefused
from matching.scoring.inputs import Inputs
from matching.scoring.packing import pack, unpack
from web.days import today
from web.jobs import hand_out
from web.jobs.handing_out import begin_beside

PAIRS_A_BLOCK = 50_000_000
MOST_BLOCKS = 64
"""Each block keeps a list for every offer until the run ends."""
LEASE = dt.timedelta(seconds=60)
"""A block that gave no sign of life for so long is handed out again."""
MOST_TIMES = 5
PIECE_BYTES = 4 * 2**20

logger = logging.getLogger(__name__)


def start(*, by: User | None = None, profile: ScoringProfile | None = None) -> MatchRun:
    """Hand a run to the workers and return it; RunRefused where `by` may not, or another run is at work."""
    run = running.begin(by=by, profile=profile, is_in_blocks=True)
    transaction.on_commit(lambda: _hand_out("prepare_run", run.pk))
    return run


def start_where_it_runs(*, by: User | None = None, profile: ScoringProfile | None = None) -> MatchRun:
    """Start a run where the server does its long jobs, and return it, finished or not; RunRefused as `start`.

    With a broker the workers do it, else a thread beside the request; with JOBS_IN_THREADS off it is done here.
    """
    if settings.CELERY_BROKER_URL:
        return start(by=by, profile=profile)
    if not settings.JOBS_IN_THREADS:
        return running.run_matching(by=by, profile=profile)
    run = running.begin(by=by, profile=profile)
    transaction.on_commit(lambda: begin_beside(running.work, run))
    return run


def resume(*, run: MatchRun, by: User | None = None) -> MatchRun:
    """Take up a failed run where it stopped, on the inputs that it has read, and return it.

    The rest is done where `start_where_it_runs` has it done. Raises RunRefused where `by` may not run the matching,
    where another run is at work, or where nothing is kept to resume.
    """
    running.check_may_run(by)
    running.give_up_silent()
    try:
        with transaction.atomic():
            held = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
            if not may_be_resumed(held):
                raise RunRefused(_("This run cannot be resumed: start a new one."))
            held.blocks.update(taken_by="", times_taken=0, heartbeat_at=None)
            held.state, held.error, held.finished_at = RunState.RUNNING, "", None
            held.attempts += 1
            held.save()
    except IntegrityError as error:
        running.check_none_at_work(error)
        raise
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(lambda: _hand_out_what_is_left(held))
    elif settings.JOBS_IN_THREADS:
        transaction.on_commit(lambda: begin_beside(_work_through, held))
    else:
        _work_through(held)
        held.refresh_from_db()
    return held


def _work_through(run: MatchRun) -> None:
    """Do what is left of a run in this process."""
    with running.failing(run):
        for block in run.blocks.filter(result=None).values_list("pk", flat=True):
            score_block(block, task="resumed")
        finish(run.pk)


def may_be_resumed(run: MatchRun) -> bool:
    """Return whether a failed run of today still has what it read: none has finished since."""
    return run.state == RunState.FAILED and run.is_in_blocks and run.on == today() and run.blocks.exists()


def prepare(run_id: int) -> None:
    """Read what the run scores, keep it, cut the needs into blocks, and hand these out."""
    run = MatchRun.objects.select_related("profile").get(pk=run_id)
    if run.state != RunState.RUNNING:
        return
    if not run.blocks.exists():
        inputs = running.read_inputs(run, text_progress=lambda done, of: _alive(run_id))
        _keep(run, inputs)
    _hand_out_what_is_left(run)


def score_block(block_id: int, *, task: str) -> None:
    """Score the needs of one block and write what was found, unless that has been done; the last one hands on.

    `task` tells a task that is at work from another that has been given the same block: the second leaves it.
    """
    if not _take(block_id, task):
        return
    block = RunBlock.objects.select_related("run").defer("result").get(pk=block_id)
    plan = _plan(block.run_id, block.run.digest)

    def beat(done: int, of: int) -> None:
        RunBlock.objects.filter(pk=block_id).update(heartbeat_at=timezone.now())

    # As many blocks at once as there are workers: more threads would only wait for each other.
    best = engine.best_of(plan, block.start, block.stop, workers=1, progress=running.every_few_seconds(beat))
    RunBlock.objects.filter(pk=block_id, result=None).update(result=pack(best), heartbeat_at=timezone.now())
    left = block.run.blocks.filter(result=None).count()
    _alive(block.run_id, progress=min(99, 100 - 100 * left // block.run.blocks.count()))
    if not left:
        _hand_out("finish_run", block.run_id)


def finish(run_id: int) -> None:
    """Put the blocks of a run together and store what changed, if that has not been done."""
    run = MatchRun.objects.select_related("profile").get(pk=run_id)
    if run.state != RunState.RUNNING or run.blocks.filter(result=None).exists():
        return
    inputs = _inputs(run_id)
    suggestions = engine.collect(inputs.plan(), _results(run))
    _alive(run_id)
    running.finish(run, inputs=inputs, suggestions=suggestions)


def watch() -> int:
    """Hand out again what was lost of the run at work; return how many tasks that are.

    A block that one worker after the other died of ends the run as failed.
    """
    at_work = MatchRun.objects.filter(state=RunState.RUNNING, is_in_blocks=True, is_what_if=False)
    long_ago = timezone.now() - LEASE
    with transaction.atomic():
        # A run whose row is held is being stored: nothing of it is lost.
        run = at_work.select_for_update(of=("self",), skip_locked=True).first()
        if run is None:
            return 0
        dead = run.blocks.filter(result=None, heartbeat_at__lt=long_ago)
        if worst := dead.filter(times_taken__gte=MOST_TIMES).defer("result").first():
            words = _("%(number)s workers stopped on one block, needs %(start)s to %(stop)s of the order of the run.")
            running.fail(run, words % {"number": worst.times_taken, "start": worst.start, "stop": worst.stop})
            return 0
        is_silent, lost = run.heartbeat_at < long_ago, list(dead.values_list("pk", flat=True))
        # Until someone takes them, they are not lost again.
        RunBlock.objects.filter(pk__in=lost).update(heartbeat_at=None)
        if is_silent:
            _alive(run.pk)
    if not is_silent:
        return sum(_hand_out("score_block", block) for block in lost)
    return _hand_out_what_is_left(run) if run.blocks.exists() else _hand_out("prepare_run", run.pk)


def _keep(run: MatchRun, inputs: Inputs) -> None:
    data, n_needs = pack(inputs), len(inputs.needs)
    number = min(MOST_BLOCKS, max(1, -(-n_needs * len(inputs.offers) // PAIRS_A_BLOCK)), max(1, n_needs))
    bounds = [n_needs * block // number for block in range(number + 1)]
    with transaction.atomic():
        held = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.blocks.exists():
            return
        # Another task may have read other inputs meanwhile; those that are kept are those that count.
        MatchRun.objects.filter(pk=run.pk).update(digest=run.digest, input_digests=run.input_digests)
        for position, first in enumerate(range(0, len(data), PIECE_BYTES)):
            RunInput.objects.create(run=run, position=position, data=data[first : first + PIECE_BYTES])
        RunBlock.objects.bulk_create(RunBlock(run=run, start=start, stop=stop) for start, stop in pairwise(bounds))


def _take(block_id: int, task: str) -> bool:
    """Take a block that is free, this task's own, or left by a task that has died; return whether it was one."""
    free = Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - LEASE) | Q(taken_by=task)
    block = RunBlock.objects.filter(free, pk=block_id, result=None, run__state=RunState.RUNNING)
    return bool(block.update(taken_by=task, times_taken=F("times_taken") + 1, heartbeat_at=timezone.now()))


def _alive(run_id: int, **values: int) -> None:
    MatchRun.objects.filter(pk=run_id).update(heartbeat_at=timezone.now(), **values)


def _hand_out_what_is_left(run: MatchRun) -> int:
    left = list(run.blocks.filter(result=None).values_list("pk", flat=True))
    return sum(_hand_out("score_block", block) for block in left) if left else _hand_out("finish_run", run.pk)


def _hand_out(name: str, number: int) -> int:
    """Give the workers a task; 0 where the broker does not answer: `watch` will hand it out again."""
    return int(hand_out(f"matching.tasks.{name}", number))


def _results(run: MatchRun) -> Iterator[engine.Best]:
    """Yield what the blocks found, in the order of the needs, one in memory at a time."""
    for block in list(run.blocks.order_by("start").values_list("pk", flat=True)):
        result = RunBlock.objects.values_list("result", flat=True).get(pk=block)
        if result is None:
            raise RuntimeError(f"block {block} has no result")
        _alive(run.pk)
        yield unpack(engine.Best, bytes(result))


def _inputs(run_id: int) -> Inputs:
    pieces = RunInput.objects.filter(run=run_id).order_by("position").values_list("data", flat=True)
    return unpack(Inputs, b"".join(bytes(piece) for piece in pieces.iterator(chunk_size=1)))


@lru_cache(maxsize=1)
def _plan(run_id: int, digest: str) -> engine.SearchPlan:
    """Return the run ready to be worked through; a worker keeps it from block to block."""
    return _inputs(run_id).plan()
