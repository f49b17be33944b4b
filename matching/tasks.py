"""Jobs of matching that workers do: runs in blocks, what is due after a change, plans. Each may be done twice."""

from collections.abc import Callable

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError

from matching.allocation import plans
from matching.models import MatchRun, RunBlock
from matching.runs import due, in_blocks, rematch, running

LOST_DATABASE = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "retry_backoff_max": 60,
    "max_retries": 8,
}
"""A database that restarts is back within minutes; after that, `watch` hands the job out again."""


@shared_task(name="matching.tasks.prepare_run", ignore_result=True, **LOST_DATABASE)
def prepare_run(run_id: int) -> None:
    """Read what a run scores and hand out its blocks."""
    _or_fail(run_id, lambda: in_blocks.prepare(run_id))


@shared_task(name="matching.tasks.score_block", bind=True, ignore_result=True, **LOST_DATABASE)
def score_block(task: Task, block_id: int) -> None:
    """Score one block of needs."""
    run_id = RunBlock.objects.filter(pk=block_id).values_list("run", flat=True).first()
    if run_id is not None:
        _or_fail(run_id, lambda: in_blocks.score_block(block_id, task=task.request.id))


@shared_task(name="matching.tasks.finish_run", ignore_result=True, **LOST_DATABASE)
def finish_run(run_id: int) -> None:
    """Store what all blocks of a run found."""
    _or_fail(run_id, lambda: in_blocks.finish(run_id))


@shared_task(name="matching.tasks.match_marked", ignore_result=True, **LOST_DATABASE)
def match_marked() -> None:
    """Match what changes have left to be matched."""
    rematch.match_marked()


@shared_task(name="matching.tasks.make_plan", ignore_result=True)
def make_plan(allocation_id: int) -> None:
    """Work a plan of which matches to propose out."""
    plans.work(allocation_id)


@shared_task(name="matching.tasks.watch_runs", ignore_result=True)
def watch_runs() -> None:
    """Hand out again what was lost of a run at work, start one that is due, and match what is left to be matched."""
    in_blocks.watch()
    due.start_where_due()
    rematch.match_marked()


def _or_fail(run_id: int, job: Callable[[], None]) -> None:
    """Do a part of a run; what is no matter of the database ends the run, and says why on its page."""
    try:
        job()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        running.fail(MatchRun(pk=run_id), f"{type(error).__name__}: {error}")
        raise
