"""Jobs that workers do for all kinds of jobs."""

from celery import shared_task

from web.jobs.watch import watch as look_for_what_is_left


@shared_task(name="web.tasks.watch", ignore_result=True)
def watch() -> None:
    """Hand out again every job that nobody works on."""
    look_for_what_is_left()
