"""Jobs of matching that workers do: runs in blocks, what is due after a change, plans. Each may be done twice."""

from celery import shared_task

from matching.runs import due, in_blocks, rematch
from web.jobs.doing import do


@shared_task(name=in_blocks.PREPARE, ignore_result=True)
def prepare_run(run_id: int) -> bool:
    """Read what a run scores and hand out its blocks."""
    return do(in_blocks.PREPARE, run_id)


@shared_task(name=in_blocks.SCORE, ignore_result=True)
def score_block(block_id: int) -> bool:
    """Score one block of needs."""
    return do(in_blocks.SCORE, block_id)


@shared_task(name=in_blocks.FINISH, ignore_result=True)
def finish_run(run_id: int) -> bool:
    """Store what all blocks of a run found."""
    return do(in_blocks.FINISH, run_id)


@shared_task(name="matching.tasks.make_plan", ignore_result=True)
def make_plan(allocation_id: int) -> bool:
    """Work a plan of which matches to propose out."""
    return do("matching.tasks.make_plan", allocation_id)


@shared_task(name="matching.tasks.match_marked", ignore_result=True)
def match_marked() -> None:
    """Match what changes have left to be matched."""
    rematch.match_marked()


@shared_task(name="matching.tasks.watch_runs", ignore_result=True)
def watch_runs() -> None:
    """Start a run that is due."""
    due.start_where_due()
