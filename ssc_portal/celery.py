"""The Celery application: `celery -A ssc_portal worker` runs long jobs where CELERY_BROKER_URL is set."""

import logging
import logging.config
import os
from typing import Any

from celery import Celery, Task
from celery.signals import before_task_publish, setup_logging, task_prerun
from django.apps import apps
from django.conf import settings
from django_structlog.celery.receivers import CeleryReceiver
from structlog.contextvars import bind_contextvars

from web.maintenance import is_read_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")

logger = logging.getLogger(__name__)


class PausedTask(Task):
    """A task that does nothing while nothing may be written: what it would do is found in the database afterwards."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Do the task, unless maintenance is read-only."""
        if is_read_only():
            logger.info("Read-only: left for later: %s", self.name)
            return None
        return self.run(*arguments, **named)


app = Celery("ssc_portal", task_cls=PausedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: ["ssc_portal", *(config.name for config in apps.get_app_configs())])

# Of the library's receivers these two alone: Celery itself tells how a task ended.
_context = CeleryReceiver()
before_task_publish.connect(_context.receiver_before_task_publish)


@task_prerun.connect
def begin_lines(task_id: str, task: Task, **kwargs: Any) -> None:
    """Have every line of a task tell its id and name, and which request, of whom, has handed it out."""
    _context.receiver_task_prerun(task_id, task)
    bind_contextvars(task=task.name)


@setup_logging.connect
def log_as_the_web_server_does(**kwargs: Any) -> None:
    """Keep Celery from a format and a level of its own, for worker and clock: LOG_LEVEL says it for all."""
    logging.config.dictConfig(settings.LOGGING)
