"""An endpoint that also writes: strict about what is sent, done once, and kept by nobody."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.metadata import SimpleMetadata
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from web.api.caching import NEVER, tag_of
from web.api.limits import count
from web.api.views import ReadOnlyMixin
from web.api.writing.bodies import JsonBodyParser, MergePatchParser

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class PlainMetadata(SimpleMetadata):
    """What OPTIONS answers: which methods there are. Fields are the schema's, which tells sent from answered."""

    def determine_actions(self, request: Request, view: Any) -> Any:
        """Return nothing of fields."""
        return {}


class WritingMixin(ReadOnlyMixin):
    """POST and PATCH beside GET; what may be written by whom is for subclasses to say, by their permissions."""

    http_method_names = ["get", "head", "options", "post", "patch"]
    parser_classes = [JsonBodyParser, MergePatchParser]
    metadata_class = PlainMetadata  # type: ignore[assignment]  # the stubs want an object, the library a class

    def finalize_response(
        self, request: HttpRequest | Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Any:
        """Say of every answer to writing that nobody keeps it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in SAFE:
            response["Cache-Control"] = NEVER
        return response

    def spend(self, more: int) -> None:
        """Count what is asked for as so many requests more. Raises Throttled."""
        if more > 0:
            count(self.request, cost=more)


def written_answer(data: Any, *, status: int, version: str = "", address: str = "") -> HttpResponse:
    """Return the answer to a request that wrote something, ready to be kept and given again byte by byte.

    version: of the row that it shows, from which its tag is made. address: of a row that is new.
    """
    content = JSONRenderer().render(data)
    response = HttpResponse(content, status=status, content_type=JSONRenderer.media_type)
    if version:
        response["ETag"] = tag_of(version, hashlib.sha256(content).hexdigest())
    if address:
        response["Location"] = address
    return response
