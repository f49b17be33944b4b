"""What a request with a key asks: whose it is, and that it is in use."""

import datetime as dt
import logging

from django.db import DatabaseError
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from directory.access import KeyReader
from directory.keys.secret import digest_of, has_the_shape
from directory.models import ApiKey
from web.calendar.days import today

logger = logging.getLogger(__name__)


@sensitive_variables("secret")
def reader_of(secret: str) -> KeyReader | None:
    """Return who calls with this secret; None where it opens nothing, whatever the reason.

    One query, the same for a key that is unknown, expired, revoked, or of an agency not in use; none for a text that
    can be no key at all.
    """
    if not has_the_shape(secret):
        return None
    rows = ApiKey.objects.in_force(today()).filter(digest=digest_of(secret))
    key = rows.select_related("agency", "accountable").first()
    return None if key is None else KeyReader.of(key)


def note_use(key: ApiKey, on: dt.date) -> None:
    """Note that the key was used on the day: at most one write a day, and none is worth an error."""
    if key.last_used_on is not None and key.last_used_on >= on:
        return
    unknown_or_before = Q(last_used_on__isnull=True) | Q(last_used_on__lt=on)
    try:
        ApiKey.objects.filter(unknown_or_before, pk=key.pk).update(last_used_on=on)
    except DatabaseError:
        logger.warning("The use of a key could not be noted: %d", key.pk, exc_info=True)
