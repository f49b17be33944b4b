"""While maintenance is read-only (`web.maintenance`): every write is refused with 503, and everything can be read.

1. What asks to write, by its method, is refused before the database is asked for anything.
2. What is read is answered as ever, but the connection takes no statement that writes: whatever would write all the
   same (a log-in by the single sign-on, which comes back with GET) is refused there, with the same words.
3. Of a session nothing is kept: who is logged in stays so, and what a page would remember is forgotten.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from web.api.problems import problem_response
from web.maintenance import current
from web.unavailable import ReadOnly, unavailable_page

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
READ_BY_POST = frozenset({"api-match", "language"})
"""What is sent there is kept in no database; the language of an account, which would be, is refused by the guard."""
READING = ("SELECT", "WITH", "COPY (SELECT", "EXPLAIN", "SHOW", "SET", "DECLARE", "FETCH", "CLOSE")
IN_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
WRITING_BEHIND_WITH = ("INSERT INTO", "UPDATE ", "DELETE FROM")


class ReadOnlyMiddleware:
    """Refuses what would write while maintenance is read-only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        maintenance = current()
        if maintenance is None or not maintenance.is_read_only:
            return self.get_response(request)
        if request.method not in SAFE and not _only_reads(request):
            return _refusal(request, ReadOnly(maintenance))

        def guard(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
            if writes(sql):
                raise ReadOnly(maintenance)
            return execute(sql, parameters, many, context)

        with connection.execute_wrapper(guard):
            response = self.get_response(request)
        request.session.modified = False
        return response


def writes(sql: str) -> bool:
    """Return whether the statement may write; one that nobody knows does."""
    words = sql.lstrip(" \n(").upper()
    if not words.startswith(READING + IN_TRANSACTIONS):
        return True
    return words.startswith("WITH") and any(one in words for one in WRITING_BEHIND_WITH)


def _only_reads(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in READ_BY_POST
    except Resolver404:
        return False


def _refusal(request: HttpRequest, error: ReadOnly) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        headers = {"Retry-After": error.retry_after}
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers=headers)
    return unavailable_page(str(error), retry_after=error.retry_after)
