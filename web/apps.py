"""Application configuration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """What every page, list, file and endpoint shares; its one table tells whether jobs are looked after."""

    name = "web"
    verbose_name = "Web"
