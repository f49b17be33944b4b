"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ssc_portal.languages import language_choices
from web.files.exports import disclaimer
from web.maintenance import current


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the portal's name, owner, public contact and disclaimer, as set in the environment, and its languages.

    maintenance: what is announced or under way, see `web.maintenance`.
    """
    return {
        "portal_name": settings.PORTAL_NAME,
        "portal_owner": settings.PORTAL_OWNER,
        "portal_contact": settings.PORTAL_CONTACT,
        "portal_disclaimer": disclaimer(),
        "languages": list(language_choices()),
        "maintenance": current(),
    }
