"""What may be done with the data, and how to name where they come from: the same beside every file and answer."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from web.calendar.days import today


def licence_address(request: HttpRequest | None = None) -> str:
    """Return the address of the licence; that of the terms of use where `DATA_LICENCE_URL` names none."""
    if settings.DATA_LICENCE_URL:
        return str(settings.DATA_LICENCE_URL)
    terms = reverse("terms")
    return request.build_absolute_uri(terms) if request else f"{settings.PORTAL_URL.rstrip('/')}{terms}"


def licence() -> str:
    """Return in one sentence under which licence the data are given."""
    place = licence_address()
    if settings.DATA_LICENCE:
        return _("Licence of the data: %(licence)s, %(address)s.") % {
            "licence": settings.DATA_LICENCE,
            "address": place,
        }
    return _("What may be done with the data: %(address)s.") % {"address": place}


def attribution() -> str:
    """Return how to name the source: the portal, its owner where one is set, and the day."""
    names = ", ".join(filter(None, (settings.PORTAL_NAME, settings.PORTAL_OWNER)))
    said = {"names": names, "address": settings.PORTAL_URL, "day": today().isoformat()}
    return _("To be named as the source: %(names)s, %(address)s, %(day)s.") % said
