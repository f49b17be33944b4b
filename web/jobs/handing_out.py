"""Work that no page waits for: done by a worker where there is a broker, else by a thread beside the request.

Tasks are named as Celery has registered them: whoever hands one out need not import it, and a task may import whoever
hands it out.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from celery import Task, current_app
from django.conf import settings
from django.db import close_old_connections, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_begun: WeakSet[threading.Thread] = WeakSet()


def later(name: str, *arguments: Any) -> None:
    """Do the task of this name with these arguments once the transaction has committed.

    With a broker a worker does it, else a thread of this process; with JOBS_IN_THREADS off it is done here and now,
    and what it raises is raised.
    """

    def start() -> None:
        if settings.CELERY_BROKER_URL:
            hand_out(name, *arguments)
        elif settings.JOBS_IN_THREADS:
            begin_beside(task_of(name), *arguments)
        else:
            task_of(name)(*arguments)

    transaction.on_commit(start)


def hand_out(name: str, *arguments: Any) -> bool:
    """Give the workers the task of this name; return whether a broker took it."""
    if not settings.CELERY_BROKER_URL:
        return False
    try:
        current_app.send_task(name, arguments)
    except OperationalError:
        logger.warning("The broker does not answer: %s%s waits for it", name, arguments, exc_info=True)
        return False
    return True


def task_of(name: str) -> Task:
    """Return the registered task of this name. Raises celery.exceptions.NotRegistered where there is none."""
    current_app.loader.import_default_modules()
    return current_app.tasks[name]


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
