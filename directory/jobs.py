"""Work that no page waits for: done by a worker where there is a broker, else by a thread beside the request."""

import logging
import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from celery import Task
from django.conf import settings
from django.db import close_old_connections, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_begun: WeakSet[threading.Thread] = WeakSet()


def later(task: Task, *arguments: Any) -> None:
    """Do a task with these arguments once the transaction has committed, where this portal does its long jobs.

    With a broker a worker does it, else a thread of this process; with JOBS_IN_THREADS off it is done here and now,
    and what it raises is raised.
    """

    def start() -> None:
        if settings.CELERY_BROKER_URL:
            hand_out(task, *arguments)
        elif settings.JOBS_IN_THREADS:
            begin_beside(task, *arguments)
        else:
            task(*arguments)

    transaction.on_commit(start)


def hand_out(task: Task, *arguments: Any) -> bool:
    """Give the workers a task; return whether a broker took it."""
    if not settings.CELERY_BROKER_URL:
        return False
    try:
        task.delay(*arguments)
    except OperationalError:
        logger.warning("The broker does not answer: %s%s waits for it", task.name, arguments, exc_info=True)
        return False
    return True


def begin_beside(work: Callable[..., Any], *arguments: Any) -> None:
    """Begin to work in a thread that ends with this process; what it raises is logged, for nobody waits for it."""
    name = getattr(work, "__name__", "job")
    thread = threading.Thread(target=_work, args=(work, *arguments), daemon=True, name=name)
    thread.start()
    _begun.add(thread)


def wait() -> None:
    """Wait for what was begun beside: a command calls it last, for the threads would end with it, half-way."""
    for thread in list(_begun):
        if thread.is_alive():
            thread.join()


def _work(work: Callable[..., Any], *arguments: Any) -> None:
    close_old_connections()
    try:
        work(*arguments)
    except Exception:
        logger.exception("A job in a thread failed: %s%s", getattr(work, "__name__", "job"), arguments)
    finally:
        close_old_connections()
