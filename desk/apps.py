"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The desk of the secretariat: pages in the admin site; the models and the rules stand in the apps below."""

    name = "desk"
    verbose_name = _("Desk")
