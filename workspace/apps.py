"""The workspace app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    """Pages for those who are logged in."""

    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        """Let what was typed when a session had ended go through the log-in; say what fills the weekly mail."""
        from allauth.account.signals import authentication_step_completed

        from workspace.home import weekly  # noqa: F401
        from workspace.kept import keep_carried

        authentication_step_completed.connect(keep_carried, dispatch_uid="keep_carried")
