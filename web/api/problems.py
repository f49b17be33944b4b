"""Every error of the API as application/problem+json (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ErrorDetail, MethodNotAllowed, NotAcceptable, NotFound, Throttled
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from web.unavailable import CannotAnswer, ReadOnly, outage_of

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"


class BadQuery(APIException):
    """Parameters that are unknown, empty, repeated or wrong: 400, with what is wrong by parameter."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(_("The query cannot be answered as it stands."))
        self.errors = dict(errors)


def problem_body(status: int, detail: str, errors: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """Return the members of a problem document; `errors` holds messages by parameter."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    return {**body, "errors": dict(errors)} if errors else body


def problem_response(status: int, detail: str, *, headers: dict[str, str] | None = None) -> JsonResponse:
    """Return a problem document for what never reaches an endpoint."""
    body = problem_body(status, detail)
    response = JsonResponse(body, status=status, content_type=PROBLEM_JSON, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an error of an endpoint: REST framework's EXCEPTION_HANDLER.

    An error of ours is logged and answered 500 without a word of its cause; with DEBUG it is raised, to be seen.
    """
    if isinstance(error, RequestDataTooBig):
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The request is too large."))
    if isinstance(error, SuspiciousOperation):
        return _answer(HTTPStatus.BAD_REQUEST, _("The request cannot be read."))
    if isinstance(error, ReadOnly):
        set_rollback()
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": error.retry_after})
    if isinstance(error, CannotAnswer):
        logger.error("Cannot be answered: %s: %s", context["request"].path, error)
        set_rollback()
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
    if outage := outage_of(error):
        logger.error("%s: %s", outage.event, context["request"].path, exc_info=error)
        set_rollback()
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, outage.why(), headers={"Retry-After": outage.retry_after})
    response = exception_handler(error, context)
    if response is not None:
        kept = {name: response[name] for name in ("Retry-After", "Allow", "WWW-Authenticate") if name in response}
        return _answer(response.status_code, _words(error, response), getattr(error, "errors", None), headers=kept)
    if settings.DEBUG:
        return None
    request: HttpRequest = context["request"]._request  # noqa: SLF001 - it has no other name
    logger.error("Error in the API: %s", request.path, exc_info=error)
    got_request_exception.send(sender=handle, request=request)
    set_rollback()
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, _("Something went wrong on our side."))


def _words(error: Exception, response: Response) -> str:
    if isinstance(error, Http404 | NotFound):
        return _("There is nothing here that you may see.")
    if isinstance(error, NotAcceptable):
        types = [str(one.media_type) for one in error.available_renderers or ()]
        return _("This address can be had as one of: %(types)s.") % {"types": ", ".join(types) or "application/json"}
    if isinstance(error, MethodNotAllowed):
        allowed = set(response.get("Allow", "").split(", ")) - {"HEAD", "OPTIONS"}
        if allowed <= {"GET", ""}:
            return _("This address can only be read: use GET.")
        return _("This address takes %(methods)s only.") % {"methods": ", ".join(sorted(allowed))}
    if isinstance(error, Throttled):
        return _("Too many requests: wait as many seconds as Retry-After says.")
    detail = response.data.get("detail") if isinstance(response.data, dict) else response.data
    return str(detail) if isinstance(detail, ErrorDetail | str) else HTTPStatus(response.status_code).phrase


def _answer(
    status: int,
    detail: str,
    errors: Mapping[str, list[str]] | None = None,
    *,
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(problem_body(status, detail, errors), status=status, headers=headers, content_type=PROBLEM_JSON)
