"""Application configuration of the project itself and of its admin site."""

from django.apps import AppConfig, apps
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

    def ready(self) -> None:
        """Find the admins, and leave out those that libraries bring: what they show has its own pages, or nobody's."""
        super().ready()
        from django.contrib import admin

        from ssc_portal.admin_permissions import APPS

        for library in [config for config in apps.get_app_configs() if config.label not in APPS]:
            admin.site.unregister([model for model in library.get_models() if admin.site.is_registered(model)])
