"""What cannot be answered until somebody of the secretariat has put something right: said in words, not as a fault."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

logger = logging.getLogger(__name__)


class CannotAnswer(Exception):
    """The message says in a sentence what is in the way; anyone may read it."""


class CannotAnswerMiddleware(MiddlewareMixin):
    """Answer a page 503 with what is in the way; the API says it itself, see `web.api.problems`."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page, for CannotAnswer alone."""
        if not isinstance(exception, CannotAnswer):
            return None
        logger.error("Cannot be answered: %s: %s", request.path, exception)
        return render(request, "503.html", {"why": exception}, status=HTTPStatus.SERVICE_UNAVAILABLE)
