"""A run cut into blocks of needs, for workers on any number of machines (docs/scaling.md).

A run is three kinds of jobs: it is prepared, each block is scored, it is finished. What it reads is read once and kept
with it, so that all workers score the same. Every step may happen twice, or be broken off at any point: what a block
found is written once, what all found is stored once, in one transaction with the run's end.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import User
from matching import engine
from matching.choices import RunState
from matching.models import MatchRun, RunBlock, RunInput, ScoringProfile
from matching.models.runs.run import MatchRunQuerySet
from matching.runs import running
from matching.runs.running import RunRefused
from matching.scoring.inputs import Inputs
from matching.scoring.packing import pack, unpack
from web import jobs
from web.calendar.days import today

PAIRS_A_BLOCK = 50_000_000
MOST_BLOCKS = 64
"""Each block keeps a list for every offer until the run ends."""
PIECE_BYTES = 4 * 2**20
PREPARE, SCORE, FINISH = (f"matching.tasks.{name}" for name in ("prepare_run", "score_block", "finish_run"))


def to_prepare() -> MatchRunQuerySet:
    """Return the runs whose needs are not cut into blocks yet; those of a command that has died are among them."""
    return MatchRun.objects.to_do().exclude(Exists(_blocks()))


def to_finish() -> MatchRunQuerySet:
    """Return the runs all of whose blocks have been scored."""
    return MatchRun.objects.to_do().filter(Exists(_blocks())).exclude(Exists(_blocks().filter(result=None)))


def register() -> None:
    """Make the three kinds of jobs known."""
    jobs.register(PREPARE, rows=to_prepare, work=prepare)
    jobs.register(SCORE, rows=RunBlock.objects.to_do, work=score_block)
    jobs.register(FINISH, rows=to_finish, work=finish)


def start(*, by: User | None = None, profile: ScoringProfile | None = None) -> MatchRun:
    """Ask for a run and return it; RunRefused where `by` may not, or another run is at work."""
    run = running.begin(by=by, profile=profile)
    jobs.later(PREPARE, run.pk)
    return run


def resume(*, run: MatchRun, by: User | None = None) -> MatchRun:
    """Have a failed run taken up where it stopped, on the inputs that it has read, and return it.

    Raises RunRefused where `by` may not run the matching, where another run is at work, or where nothing is kept to
    resume.
    """
    running.check_may_run(by)
    try:
        with transaction.atomic():
            held = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
            if not may_be_resumed(held):
                raise RunRefused(_("This run cannot be resumed: start a new one."))
            held.blocks.filter(result=None).update(attempts=0, heartbeat_at=None, handed_out_at=None)
            held.begin_anew()
            held.state, held.finished_at = RunState.RUNNING, None
            held.save()
            _hand_out_what_is_left(held)
    except IntegrityError as error:
        running.check_none_at_work(error)
        raise
    return held


def may_be_resumed(run: MatchRun) -> bool:
    """Return whether a failed run of today still has what it read: none has finished since."""
    return run.state == RunState.FAILED and run.is_in_blocks and run.on == today() and run.blocks.exists()


def prepare(run: MatchRun) -> None:
    """Read what the run scores, keep it, cut the needs into blocks, and hand these out."""
    _keep(run, running.read_inputs(run))
    _hand_out_what_is_left(run)


def score_block(block: RunBlock) -> None:
    """Score the needs of one block and write what was found; the last one hands on."""
    plan = _plan(block.run_id, block.run.digest)

    def tell(done: int, of: int) -> None:
        block.beat(done=done, of=of)
        all_done = block.run.blocks.aggregate(sum=Sum("done"))["sum"]
        MatchRun.objects.filter(pk=block.run_id).update(done=all_done)

    # With workers as many blocks at once as there are of them: more threads would only wait for each other.
    threads = 1 if settings.CELERY_BROKER_URL else 2
    progress = running.every_few_seconds(tell)
    best = engine.best_of(plan, block.start, block.stop, workers=threads, progress=progress)
    RunBlock.objects.filter(pk=block.pk, result=None).update(result=pack(best), finished_at=timezone.now())
    tell(block.stop - block.start, block.stop - block.start)
    if not block.run.blocks.filter(result=None).exists():
        jobs.later(FINISH, block.run_id)


def finish(run: MatchRun) -> None:
    """Put the blocks of a run together and store what changed."""
    inputs = _inputs(run.pk)
    suggestions = engine.collect(inputs.plan(), _results(run))
    running.finish(run, inputs=inputs, suggestions=suggestions)


def _keep(run: MatchRun, inputs: Inputs) -> None:
    data, n_needs = pack(inputs), len(inputs.needs)
    number = min(MOST_BLOCKS, max(1, -(-n_needs * len(inputs.offers) // PAIRS_A_BLOCK)), max(1, n_needs))
    bounds = [n_needs * block // number for block in range(number + 1)]
    with transaction.atomic():
        held = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state != RunState.RUNNING or held.blocks.exists():
            return
        # From here on it waits for its blocks, and to be taken again.
        held.begin_anew()
        held.of, held.is_in_blocks = n_needs, True
        held.digest, held.input_digests = run.digest, run.input_digests
        held.save()
        for position, first in enumerate(range(0, len(data), PIECE_BYTES)):
            RunInput.objects.create(run=run, position=position, data=data[first : first + PIECE_BYTES])
        RunBlock.objects.bulk_create(RunBlock(run=run, start=start, stop=stop) for start, stop in pairwise(bounds))


def _hand_out_what_is_left(run: MatchRun) -> None:
    left = list(run.blocks.filter(result=None).values_list("pk", flat=True))
    for block in left:
        jobs.later(SCORE, block)
    if not left:
        jobs.later(FINISH, run.pk)


def _blocks() -> QuerySet[RunBlock]:
    return RunBlock.objects.filter(run=OuterRef("pk"))


def _results(run: MatchRun) -> Iterator[engine.Best]:
    """Yield what the blocks found, in the order of the needs, one in memory at a time."""
    for block in list(run.blocks.order_by("start").values_list("pk", flat=True)):
        result = RunBlock.objects.values_list("result", flat=True).get(pk=block)
        if result is None:
            raise RuntimeError(f"block {block} has no result")
        yield unpack(engine.Best, bytes(result))


def _inputs(run_id: int) -> Inputs:
    pieces = RunInput.objects.filter(run=run_id).order_by("position").values_list("data", flat=True)
    return unpack(Inputs, b"".join(bytes(piece) for piece in pieces.iterator(chunk_size=1)))


@lru_cache(maxsize=1)
def _plan(run_id: int, digest: str) -> engine.SearchPlan:
    """Return the run ready to be worked through; a worker keeps it from block to block."""
    return _inputs(run_id).plan()
