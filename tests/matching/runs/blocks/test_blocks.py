"""A run in blocks: the same as in one process, whatever happens twice, is lost, or is broken off."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import transaction
from django.utils import timezone

from matching import engine, tasks
from matching.choices import RunState
from matching.models import Match, MatchRun, RunBlock, RunInput
from matching.runs import in_blocks
from matching.runs.running import RunRefused, run_matching
from surveys.models import Need, Offer
from tests.matching.runs.blocks.conftest import stored
from web.jobs import handing_out
from web.jobs import watch as watching
from web.jobs.doing import MOST_ATTEMPTS, do
from web.jobs.model import LEASE
from web.jobs.watch import watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("postings", "small_blocks")]

Task = tuple[str, int]


class Queue:
    """Stands in for the broker: holds what is handed out until a test lets a worker take it."""

    def __init__(self) -> None:
        self.jobs: list[Task] = []

    def hand_out(self, name: str, number: int) -> bool:
        self.jobs.append((name, number))
        return True

    def do(self, job: Task) -> bool:
        return do(*job)

    def do_all(self) -> None:
        while self.jobs:
            self.do(self.jobs.pop(0))


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue()
    for module in (handing_out, watching):
        monkeypatch.setattr(module, "hand_out", queue.hand_out)
    monkeypatch.setattr(transaction, "on_commit", lambda begin: begin())
    return queue


@pytest.fixture
def start(queue: Queue) -> Callable[[], MatchRun]:
    return in_blocks.start


def age(run: MatchRun) -> None:
    """Let the run, and all blocks that someone had taken, give no sign of life since long."""
    long_ago = timezone.now() - 2 * LEASE
    for jobs in (MatchRun.objects.filter(pk=run.pk), run.blocks.all()):
        jobs.exclude(heartbeat_at=None).update(heartbeat_at=long_ago)


def in_one_process() -> list[tuple[object, ...]]:
    """What a run in one process finds; its matches are removed again."""
    run_matching()
    found = stored()
    MatchRun.objects.all().update(state=RunState.FAILED)
    Match.objects.all().delete()
    MatchRun.objects.all().delete()
    return found


def test_blocks_give_the_matches_of_one_process(queue, start):
    whole = run_matching()
    found, result = stored(), whole.result_digest
    Match.objects.all().delete()
    run = start()
    queue.do_all()
    run.refresh_from_db()
    assert found
    assert stored() == found
    assert (run.state, run.progress, run.is_in_blocks) == (RunState.FINISHED, 100, True)
    assert (run.digest, run.result_digest) == (whole.digest, result)
    assert run.counts["pairs_open"] == whole.counts["pairs_open"]
    assert not RunBlock.objects.exists()
    assert not RunInput.objects.exists()


def test_progress_is_seen_while_it_goes(queue, start):
    run = start()
    queue.do(queue.jobs.pop(0))
    seen = []
    blocks = len(queue.jobs)
    while queue.jobs:
        queue.do(queue.jobs.pop(0))
        run.refresh_from_db()
        seen.append(run.progress)
    assert blocks > 3
    assert seen == sorted(seen)
    assert len(set(seen[:blocks])) == blocks


@pytest.mark.parametrize("seed", range(5))
def test_any_order_twice_lost_and_broken_off(seed: int, queue, start, monkeypatch):
    expected = in_one_process()
    draw = random.Random(seed)
    run = start()
    best_of = engine.best_of

    def may_die(*given, **named):
        if draw.random() < 0.3:
            raise KeyboardInterrupt
        return best_of(*given, **named)

    monkeypatch.setattr(engine, "best_of", may_die)
    for _step in range(400):
        if not queue.jobs:
            age(run)
            RunBlock.objects.update(attempts=0)
            MatchRun.objects.update(attempts=0)
            watch()
        draw.shuffle(queue.jobs)
        if not queue.jobs:
            break
        job = queue.jobs.pop()
        fate = draw.random()
        if fate < 0.2:
            continue  # lost with the broker
        if fate < 0.4:
            queue.jobs.append(job)  # delivered twice
        with suppress(KeyboardInterrupt):  # the worker is gone: nothing more is heard of it
            queue.do(job)
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    assert stored() == expected


def test_workers_score_what_the_run_has_read_not_what_changed_since(queue, start):
    expected = in_one_process()
    start()
    queue.do(queue.jobs.pop(0))
    for posting in (*Need.objects.all(), *Offer.objects.all()):
        posting.areas.clear()
    queue.do_all()
    assert stored() == expected


def test_a_posting_withdrawn_meanwhile_gets_no_match(queue, start):
    start()
    queue.do(queue.jobs.pop(0))
    Need.objects.update(status="withdrawn")
    queue.do_all()
    assert not Match.objects.exists()


def test_two_runs_cannot_be_at_work(queue, start):
    start()
    with pytest.raises(RunRefused, match="Another matching run is at work"):
        start()
    with pytest.raises(RunRefused, match="Another matching run is at work"):
        run_matching()


def test_a_block_at_work_is_left_alone(queue, start):
    start()
    queue.do(queue.jobs.pop(0))
    _name, block = queue.jobs[0]
    RunBlock.objects.filter(pk=block).update(heartbeat_at=timezone.now(), attempts=1)
    assert not queue.do(queue.jobs[0])
    untouched = RunBlock.objects.get(pk=block)
    assert (untouched.result, untouched.attempts) == (None, 1)


def test_what_was_lost_is_handed_out_again(queue, start):
    run = start()
    queue.jobs.clear()
    assert watch() == 1
    assert queue.jobs == [("matching.tasks.prepare_run", run.pk)]
    queue.do(queue.jobs.pop())
    handed_out = sorted(queue.jobs)
    queue.jobs.clear()
    assert watch() == len(handed_out)
    assert sorted(queue.jobs) == handed_out
    last = queue.jobs.pop()
    while queue.jobs:
        queue.do(queue.jobs.pop())
    RunBlock.objects.filter(pk=last[1]).update(heartbeat_at=timezone.now())
    assert watch() == 0
    age(run)
    assert watch() == 1
    assert queue.jobs == [last]
    queue.do(queue.jobs.pop())
    queue.jobs.clear()
    assert watch() == 1
    assert queue.jobs == [("matching.tasks.finish_run", run.pk)]


def test_a_block_that_every_worker_dies_of_fails_the_run_which_can_be_resumed(queue, start, reviewer):
    expected = in_one_process()
    run = start()
    queue.do(queue.jobs.pop(0))
    bad = queue.jobs.pop(0)
    queue.do(queue.jobs.pop(0))
    done = RunBlock.objects.exclude(result=None).get()
    RunBlock.objects.filter(pk=bad[1]).update(attempts=MOST_ATTEMPTS, heartbeat_at=timezone.now() - 2 * LEASE)
    assert not queue.do(bad)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error.startswith("Given up: 5 times its process stopped half-way.")
    assert "(Needs 0 to 2 of the order of the run.)" in run.error
    # What is still handed out does nothing.
    queue.do_all()
    assert stored() == []
    assert RunBlock.objects.exclude(result=None).get() == done
    resumed = in_blocks.resume(run=run, by=reviewer)
    assert (resumed.state, resumed.error, resumed.finished_at) == (RunState.RUNNING, "", None)
    queue.do_all()
    resumed.refresh_from_db()
    assert (resumed.state, resumed.error) == (RunState.FINISHED, "")
    assert stored() == expected


def test_an_error_in_a_block_fails_the_run_and_leaves_the_one_before(queue, start, monkeypatch):
    run_matching()
    before = stored()
    Need.objects.first().areas.clear()
    run = start()
    queue.do(queue.jobs.pop(0))

    def out_of_memory(*given, **named):
        raise MemoryError("too large")

    monkeypatch.setattr(engine, "best_of", out_of_memory)
    with pytest.raises(MemoryError):
        tasks.score_block.apply(args=[queue.jobs[0][1]], throw=True)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error.startswith("MemoryError: too large (Needs 0 to ")
    assert stored() == before


def test_a_run_is_resumed_only_where_that_is_right(queue, start, reviewer, focal_point):
    run = start()
    with pytest.raises(RunRefused, match="cannot be resumed"):
        in_blocks.resume(run=run, by=reviewer)
    queue.do(queue.jobs.pop(0))
    run.fail("broken off")
    with pytest.raises(RunRefused, match="Only reviewers and managers"):
        in_blocks.resume(run=run, by=focal_point)
    other = start()
    with pytest.raises(RunRefused, match="Another matching run is at work"):
        in_blocks.resume(run=run, by=reviewer)
    other.fail("broken off")
    run_matching()
    # Its inputs are gone: what it would find is older than what stands.
    with pytest.raises(RunRefused, match="cannot be resumed"):
        in_blocks.resume(run=run, by=reviewer)


def test_no_postings_make_a_run_too(queue, start):
    Need.objects.update(status="draft")
    run = start()
    queue.do_all()
    run.refresh_from_db()
    assert (run.state, run.counts["pairs"]) == (RunState.FINISHED, 0)
