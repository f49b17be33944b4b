"""The workspace app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    """Pages for those who are logged in."""

    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        """Let what was typed when a session had ended go through the log-in with its person."""
        from allauth.account.signals import authentication_step_completed

        from workspace.kept import keep_carried

        authentication_step_completed.connect(keep_carried, dispatch_uid="keep_carried")
