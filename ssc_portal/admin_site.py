"""The admin site: Django's own, with the portal's name and one door for logging in."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    """Where the secretariat works."""

    site_header = _("SSC Portal: secretariat")
    site_title = _("SSC Portal")
    index_title = _("What the secretariat looks after")
    enable_nav_sidebar = True
