"""One line for each request, an id that its answer carries, and both in every line that is written meanwhile."""

import time
from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import bind_extra_request_finished_metadata
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

HEADER = "X-Request-ID"


class RequestLogMiddleware(RequestMiddleware):
    """Tells of a request its method, the view's name, status and milliseconds: an address may hold names, or a secret.

    The person is bound by whoever asks for it (`ssc_portal.middleware`): to ask here would read the session of every
    request, and make each answer one that varies by its cookie.
    """

    def prepare(self, request: HttpRequest) -> None:
        clear_contextvars()
        request.began = time.perf_counter()  # type: ignore[attr-defined]
        super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        context = get_contextvars()
        # Static files, redirects to HTTPS and probes have no view: told only where they are refused.
        if request.resolver_match is not None or response.status_code >= 400:
            super().handle_response(request, response)
        # Django tells of what was refused after every middleware, and an answer may be written after that.
        bind_contextvars(**context)
        response[HEADER] = context["request_id"]

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return what is told of the request."""
        match = request.resolver_match
        return f"{request.method} {match.view_name if match else '-'}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Leave it to whoever asks for the person."""

    def process_got_request_exception(self, sender: type[Any], request: HttpRequest, **kwargs: Any) -> None:
        """Leave the traceback to Django, which logs it as well."""


@receiver(bind_extra_request_finished_metadata)
def tell_milliseconds(request: HttpRequest, log_kwargs: dict[str, Any], **kwargs: Any) -> None:
    """Tell how long the answer took."""
    began: float = request.began  # type: ignore[attr-defined]
    log_kwargs["milliseconds"] = round(1_000 * (time.perf_counter() - began))
