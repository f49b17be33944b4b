"""The workspace app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    """Pages for those who are logged in."""

    name = "workspace"
    verbose_name = _("Workspace")
