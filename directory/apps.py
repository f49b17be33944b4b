"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """See the module docstrings of the app; DESIGN words: Directory."""

    name = "directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        """Say what fills the app's mails."""
        from directory import mails  # noqa: F401
