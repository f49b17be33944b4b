"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """See the module docstrings of the app; DESIGN words: Directory."""

    name = "directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        """Say what fills the app's mails, and what a second factor that comes or goes does to sessions."""
        from allauth.account.signals import authentication_step_completed
        from allauth.mfa.models import Authenticator
        from django.db.models.signals import post_delete, post_save

        from directory import mails  # noqa: F401
        from directory.keys import schema  # noqa: F401
        from directory.people import sessions

        post_save.connect(sessions.note_new_factor, sender=Authenticator, dispatch_uid="note_new_factor")
        post_delete.connect(sessions.note_factor_gone, sender=Authenticator, dispatch_uid="note_factor_gone")
        authentication_step_completed.connect(sessions.note_factor_passed, dispatch_uid="note_factor_passed")
