"""Jobs of the change feed that workers do."""

from celery import shared_task

from feed.sequencing import sequencer
from feed.waking import TASK


@shared_task(name=TASK, ignore_result=True)
def bring_up_to_date() -> None:
    """Look at what was written, and tell each audience what is another for it."""
    sequencer.bring_up_to_date()
