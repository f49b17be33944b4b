"""The apps of the project, as settings install them: for tests that go through the code of each."""

from pathlib import Path

from django.apps import apps
from django.conf import settings

OUR_APPS = sorted(
    {config.name for config in apps.get_app_configs() if Path(config.path).parent == Path(settings.BASE_DIR)}
)
