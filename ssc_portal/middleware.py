"""Small guards around every request."""

import codecs
import logging
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from structlog.contextvars import bind_contextvars

from directory.models import User
from directory.people.sessions import tell_factors_passed
from web.api.caching import COMPRESSED
from web.api.problems import problem_response
from web.maintenance import is_read_only
from web.unavailable import outage_of

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RefuseUnreadableMiddleware:
    """Answer 400 to what no page can read: a NUL in the address, or a charset that is not UTF-8.

    PostgreSQL stores no NUL. A charset is whatever codec of Python the request names: some decode nothing ("base64"),
    some make of plain letters what no database takes ("unicode_escape"). A cookie with a NUL is none that the portal
    has set: it is passed over.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return _refuse(request, _("The address holds a NUL character."))
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            return _refuse(request, _("Nothing but UTF-8 is read here."))
        for name in [name for name, value in request.COOKIES.items() if "\0" in name + value]:
            del request.COOKIES[name]
        return self.get_response(request)


def _refuse(request: HttpRequest, words: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(HTTPStatus.BAD_REQUEST, words)
    return HttpResponseBadRequest(f"{words}\n", "text/plain")


class PermissionsPolicyMiddleware:
    """Send Permissions-Policy with every answer: the portal asks for no device of its readers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class KeptByNobodyMiddleware:
    """Says of every answer that does not say otherwise, such as an error page with somebody's name: keep it nowhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


class CompressedMiddleware(GZipMiddleware):
    """Sends text compressed to who takes it so: pages, JSON, CSV.

    Django's own pads each answer by a random length, so that its size tells nothing of a secret in it (BREACH); tokens
    against forged requests are masked anew each time besides. Workbooks and letters are packed already. Where Django
    would weaken a strong ETag, by which a row is changed (`web.api.writing.conditions`), it is told apart instead.
    """

    TEXT = (
        "text/",
        "application/json",
        "application/problem+json",
        "application/x-ndjson",
        "application/vnd.oai.openapi",
        "application/atom+xml",
        "application/javascript",
    )

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress an answer whose content is text."""
        if not response.get("Content-Type", "").startswith(self.TEXT):
            return response
        etag = response.get("ETag", "")
        answer = super().process_response(request, response)
        if answer.get("Content-Encoding") == "gzip" and etag.startswith('"'):
            answer["ETag"] = f"{etag[:-1]}{COMPRESSED}"
        return answer


class SessionMiddleware(sessions.SessionMiddleware):
    """Gives what was read also where the database keeps the session from being written: its last use is a write.

    A redirect is refused all the same: a log-in that comes back by GET would lead on to pages that know nobody. Django
    takes whatever refuses the write for a session that somebody has ended, and answers 400.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Write the session, if it can be."""
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as error:
            refusal: BaseException | None = error
            while isinstance(refusal, SessionInterrupted | UpdateError):
                refusal = refusal.__context__
            outage = outage_of(refusal)
            if outage is None or refusal is None:
                raise
            if request.method not in SAFE or response.status_code != HTTPStatus.OK:
                raise refusal from refusal.__cause__
            logger.exception("%s: the session was not written: %s", outage.event, request.path)
            return response


class SessionFactorsMiddleware:
    """Tells the person of a request which second factors its session has passed; read only where somebody asks."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(partial(_person_of, request))  # type: ignore[assignment]
        return self.get_response(request)


def _person_of(request: HttpRequest) -> Any:
    user: Any = get_user(request)
    if user.is_authenticated:
        bind_contextvars(user_id=user.pk)
        tell_factors_passed(request, user)
    return user


class SessionEndMiddleware:
    """Ends a person's session after a time without use, and in any case so long after the log-in.

    Anonymous readers have no session and get none. The last use is written at most once in five minutes.
    """

    WRITTEN_EVERY = 300

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(time.time())
            began = request.session.get("began", now)
            used = request.session.get("used", began)
            if now - used > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
                _log_out(request)
            elif now - used > self.WRITTEN_EVERY:
                request.session["used"] = now
        return self.get_response(request)


def _log_out(request: HttpRequest) -> None:
    """Let nobody be logged in. While nothing may be written the session itself stays, to be ended by its next use."""
    if is_read_only():
        request.user = AnonymousUser()
    else:
        logout(request)


def note_log_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note in the session when it began: SessionEndMiddleware counts from there; and what it has passed."""
    bind_contextvars(user_id=user.pk)
    request.session["began"] = request.session["used"] = int(time.time())
    tell_factors_passed(request, user)
