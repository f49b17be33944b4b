"""The Celery application: `celery -A ssc_portal worker` runs long jobs where CELERY_BROKER_URL is set."""

import logging
import os
from typing import Any

from celery import Celery, Task
from django.apps import apps

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
