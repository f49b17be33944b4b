"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, str]:
    """Return the portal's name, owner and public contact, as set in the environment."""
    return {
        "portal_name": settings.PORTAL_NAME,
        "portal_owner": settings.PORTAL_OWNER,
        "portal_contact": settings.PORTAL_CONTACT,
    }
