"""Jobs of the whole portal that workers do."""

from celery import shared_task

from ssc_portal.running.daily import run_daily
from web.calendar.days import today


class DailyWorkFailed(RuntimeError):
    """A part of the daily work failed; the log says why, and the others were done."""


@shared_task(name="ssc_portal.tasks.daily", ignore_result=True)
def daily() -> None:
    """Do what has to happen every day; as often as one likes, it happens once."""
    _done, failed = run_daily(today())
    if failed:
        raise DailyWorkFailed(", ".join(failed))
