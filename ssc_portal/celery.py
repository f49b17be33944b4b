"""The Celery application: `celery -A ssc_portal worker` runs long jobs where CELERY_BROKER_URL is set."""

import os

from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssc_portal.settings")

app = Celery("ssc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: ["ssc_portal", *(config.name for config in apps.get_app_configs())])
