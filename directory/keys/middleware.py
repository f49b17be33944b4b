"""Notes that a key was used, once its answer has gone out: no reader waits for the database to take it."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from directory.keys.using import note_use
from directory.models import ApiKey
from web.calendar.days import today
from web.maintenance import is_read_only


class KeyUseMiddleware:
    """Writes on which day a key was last used: the server closes an answer when the last byte of it was handed over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key: ApiKey | None = getattr(request, "api_key", None)
        if key is not None and key.last_used_on != today() and not is_read_only():
            response.close = partial(_note_and_close, key, response.close)  # type: ignore[method-assign]
        return response


def _note_and_close(key: ApiKey, close: Callable[[], None]) -> None:
    try:
        note_use(key, today())
    finally:
        close()
