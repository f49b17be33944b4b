"""What cannot be answered now, said in words and not as a fault: 503.

Either somebody of the secretariat has to put something right first (`CannotAnswer`), or it passes (`outage_of`): the
database lets nobody in at this moment, as it is being written to, restarted, or slower than anybody's patience; or a
disk is full, until an operator has made room.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from web import full_disk
from web.jobs.kinds import sentences_of_those_at_work
from web.maintenance import Maintenance

logger = logging.getLogger(__name__)

_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
_PASSING = ("08", "40", "53", "55", "57")
"""PostgreSQL's classes of errors that pass: connection, rollback, resources, not in the needed state, operator
(a cancelled or too slow statement among them); its documentation, appendix A."""


class CannotAnswer(Exception):
    """The message says in a sentence what is in the way; anyone may read it."""

    retry_after = ""
    """Seconds, where it passes by itself or by somebody who is at it."""


class ReadOnly(CannotAnswer):
    """Nothing may be written now: maintenance is under way."""

    def __init__(self, maintenance: Maintenance) -> None:
        super().__init__(maintenance.words())
        self.retry_after = str(maintenance.retry_after)


def is_busy(error: BaseException | None) -> bool:
    """Return whether the error is one of a database that cannot be asked at this moment, and can be again later."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause: Any = error.__cause__
    if locked := getattr(cause, "sqlite_errorname", ""):
        return str(locked).startswith(_LOCKED)
    # Whoever lost the connection got no code at all.
    return hasattr(cause, "pgcode") and (cause.pgcode is None or str(cause.pgcode).startswith(_PASSING))


def why_busy() -> str:
    """Return the sentences for those who have to wait: what is being written, as far as that can be learnt."""
    try:
        known = sentences_of_those_at_work()
    except DatabaseError:
        logger.warning("What keeps the database busy could not be read", exc_info=True)
        known = []
    return " ".join([*known, _("The database is busy. Nothing of your request was saved: try again in a minute.")])


def why_full() -> str:
    """Return the sentences for those whose request found no room to be written."""
    return _("The server has no room left on its disk. Nothing of your request was saved: try again later.")


@dataclass(frozen=True)
class PassingOutage:
    """What passes, though by nothing that the reader can do."""

    event: str
    """For the log."""
    why: Callable[[], str]
    """Returns what the reader is told."""
    retry_after: str
    """Seconds, for the header of that name."""


BUSY = PassingOutage("The database is busy", why_busy, retry_after="30")
FULL = PassingOutage("The disk is full", why_full, retry_after="300")


def outage_of(error: BaseException | None) -> PassingOutage | None:
    """Return what to say where the error is one that passes, None for a fault; a full disk is noted for the probes."""
    # First: to PostgreSQL a full disk is a resource that is missing, and so one of the things that pass.
    if full_disk.is_full(error):
        full_disk.note()
        return FULL
    return BUSY if is_busy(error) else None


def outage_page(outage: PassingOutage) -> HttpResponse:
    """Return 503 for a page, with when to try again. It asks no session who reads: that is in the database too."""
    return unavailable_page(outage.why(), retry_after=outage.retry_after)


def unavailable_page(why: str, *, retry_after: str) -> HttpResponse:
    """Return 503 for a page, for what passes; neither session nor database is asked."""
    page = render_to_string("503.html", {"why": why, "is_passing": True})
    headers = {"Retry-After": retry_after, "Cache-Control": "no-store"}
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


class CannotAnswerMiddleware(MiddlewareMixin):
    """Answer a page 503 with what is in the way; the API says it itself, see `web.api.problems`."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page; None for what is a fault."""
        if outage := outage_of(exception):
            logger.error("%s: %s", outage.event, request.path, exc_info=exception)
            return outage_page(outage)
        if not isinstance(exception, CannotAnswer):
            return None
        if isinstance(exception, ReadOnly):
            logger.info("Refused while read-only: %s", request.path)
            return unavailable_page(str(exception), retry_after=exception.retry_after)
        logger.error("Cannot be answered: %s: %s", request.path, exception)
        page = render_to_string("503.html", {"why": exception}, request)
        return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
