"""Application configuration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """What every page, list, file and endpoint shares; it has no tables."""

    name = "web"
    verbose_name = "Web"
