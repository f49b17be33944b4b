"""Gives work to whoever does it: the workers of a broker, or `manage.py work`.

What is to be done stands in the database before anybody is told, as a job's row, a mail or a mark: where nobody hears,
it is found there within a minute. Tasks are named as Celery has registered them: whoever hands one out need not import
it, and a task may import whoever hands it out.
"""

import logging
from typing import Any

from celery import Task, current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from web.jobs.kinds import KINDS

logger = logging.getLogger(__name__)


def later(name: str, *arguments: Any) -> None:
    """Hand out the task of this name, with these arguments, once the transaction has committed."""
    transaction.on_commit(lambda: hand_out(name, *arguments))


def hand_out(name: str, *arguments: Any) -> bool:
    """Give the workers the task of this name; return whether somebody took it, else it is left where it stands.

    With JOBS_HERE it is done here and now, and what it raises is raised.
    """
    if settings.JOBS_HERE:
        task_of(name)(*arguments)
        return True
    if not settings.CELERY_BROKER_URL:
        return False
    # Before it is sent: a worker may begin on it at once.
    _note(name, arguments, handed_out_at=timezone.now())
    try:
        current_app.send_task(name, arguments)
    except OperationalError:
        logger.warning("The broker does not answer: %s%s waits for it", name, arguments, exc_info=True)
        _note(name, arguments, handed_out_at=None)
        return False
    return True


def task_of(name: str) -> Task:
    """Return the registered task of this name. Raises celery.exceptions.NotRegistered where there is none."""
    if name not in current_app.tasks:
        # Sets the logs up anew, among much else: not at every task.
        current_app.loader.import_default_modules()
    return current_app.tasks[name]


def _note(name: str, arguments: tuple[Any, ...], **values: Any) -> None:
    if name in KINDS:
        KINDS[name].rows().filter(pk=arguments[0]).update(**values)
