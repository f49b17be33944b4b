"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """See the module docstrings of the app; DESIGN words: Matching."""

    name = "matching"
    verbose_name = _("Matching")
