"""What cannot be answered now, said in words and not as a fault: 503.

Either somebody of the secretariat has to put something right first (`CannotAnswer`), or the database lets nobody in at
this moment (`is_busy`): it is being written to, restarted, or slower than anybody's patience.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from web.jobs.kinds import sentences_of_those_at_work
from web.maintenance import Maintenance

logger = logging.getLogger(__name__)

RETRY_AFTER = "30"
"""Seconds, for the header of that name."""

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


def busy_page() -> HttpResponse:
    """Return 503 for a page, with when to try again. It asks no session who reads: that is in the database too."""
    return unavailable_page(why_busy(), retry_after=RETRY_AFTER)


def unavailable_page(why: str, *, retry_after: str) -> HttpResponse:
    """Return 503 for a page, for what passes; neither session nor database is asked."""
    page = render_to_string("503.html", {"why": why, "is_passing": True})
    headers = {"Retry-After": retry_after, "Cache-Control": "no-store"}
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


class CannotAnswerMiddleware(MiddlewareMixin):
    """Answer a page 503 with what is in the way; the API says it itself, see `web.api.problems`."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page; None for what is a fault."""
        if is_busy(exception):
            logger.error("The database is busy: %s", request.path, exc_info=exception)
            return busy_page()
        if not isinstance(exception, CannotAnswer):
            return None
        if isinstance(exception, ReadOnly):
            logger.info("Refused while read-only: %s", request.path)
            return unavailable_page(str(exception), retry_after=exception.retry_after)
        logger.error("Cannot be answered: %s: %s", request.path, exception)
        page = render_to_string("503.html", {"why": exception}, request)
        return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
