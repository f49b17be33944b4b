"""Application configuration of the project itself and of its admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The project: settings, addresses, home page, API root; the one place that knows every app by name."""

    name = "ssc_portal"
    verbose_name = "SSC Portal"

    def ready(self) -> None:
        """Make the Celery application the current one, so that jobs are handed to its broker."""
        from django.contrib.auth.signals import user_logged_in

        from ssc_portal import celery  # noqa: F401
        from ssc_portal.middleware import note_log_in

        user_logged_in.connect(note_log_in, dispatch_uid="note_log_in")


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's name, stylesheet and login."""

    default_site = "ssc_portal.admin_site.PortalAdminSite"
