"""What `manage.py work` does where there is no broker: the jobs that are free, and what a clock would hand out."""

import datetime as dt
import logging
import threading
import uuid
from typing import Any

from celery.schedules import maybe_schedule
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from web import full_disk
from web.jobs.doing import LOST_DATABASE
from web.jobs.handing_out import task_of
from web.jobs.kinds import KINDS
from web.maintenance import is_read_only

PAUSE = 1.0
"""Seconds between two looks, while there is nothing to do."""

logger = logging.getLogger(__name__)


class Clock:
    """The schedule of the portal's settings: all of it is due at first."""

    def __init__(self) -> None:
        self._last: dict[str, dt.datetime] = {}

    def due(self) -> list[str]:
        """Return the tasks whose time has come since they were last returned."""
        schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
        return [entry["task"] for name, entry in schedule.items() if self._is_due(name, entry)]

    def _is_due(self, name: str, entry: dict[str, Any]) -> bool:
        last = self._last.get(name)
        if last is not None and not maybe_schedule(entry["schedule"]).is_due(last).is_due:
            return False
        self._last[name] = timezone.now()
        return True


def work(stop: threading.Event) -> None:
    """Do what there is to do until `stop` is set; the job in hand is done first."""
    clock = Clock()
    while not stop.is_set():
        if is_read_only():
            # The clock stands: what falls due meanwhile is done afterwards.
            stop.wait(PAUSE)
            continue
        try:
            for task in clock.due():
                attempt(task)
            is_busy = do_one()
        except LOST_DATABASE as error:
            _tell(error)
            is_busy = False
        close_old_connections()
        if not is_busy:
            stop.wait(PAUSE)


def _tell(error: Exception) -> None:
    if full_disk.is_full(error):
        full_disk.note()
        logger.error("The disk is full: looking again", exc_info=error)
    else:
        logger.warning("The database does not answer: looking again", exc_info=error)


def do_one() -> bool:
    """Do one job of those that are free; return whether there was one."""
    return any(
        attempt(kind.task, pk)
        for kind in list(KINDS.values())
        for pk in list(kind.rows().free().order_by("pk").values_list("pk", flat=True))
    )


def attempt(task: str, *arguments: Any) -> bool:
    """Do a task as a worker would, which logs what is raised; return what it returns, or that it has been tried."""
    with bound_contextvars(task=task, task_id=str(uuid.uuid4())):
        try:
            return bool(task_of(task)(*arguments))
        except LOST_DATABASE:
            raise
        except Exception:
            logger.exception("A task failed: %s%s", task, arguments)
            return True
