"""What machines ask of a server by its address, not by the portal's name."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ssc_portal.watching.health import healthz, readyz
from ssc_portal.watching.metrics import metrics


class ProbesMiddleware:
    """Answer these before anyone looks at the Host header."""

    ANSWERS = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.ANSWERS.get(request.path_info, self.get_response)(request)
