"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """The lowest layer: it knows no app, has no tables, and every app may import it."""

    name = "web"
    verbose_name = _("Web")
