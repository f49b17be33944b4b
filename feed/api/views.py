"""The endpoint of the change feed."""

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from feed.api.asked import AFTER, KIND, PARAMETERS, read_asked
from feed.api.refusing import NotReady
from feed.api.serializers import ChangesSerializer
from feed.audiences import audience_of
from feed.kinds import KINDS
from feed.page import read_page
from feed.ready import ready_feed
from web.api.pagination import DEFAULT_SIZE, LARGEST_SIZE, PAGE_SIZE
from web.api.problems import PROBLEM_JSON
from web.api.views import ReadOnlyMixin, refuse_other_parameters

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PARAMETERS = [
    OpenApiParameter(
        AFTER,
        {"type": "string", "minLength": 1, "examples": ["now"]},
        description="A position, as it was given; `now`: no rows, but the position of this moment; none: from the "
        "beginning, which gives every row that there is.",
    ),
    OpenApiParameter(
        KIND,
        {"type": "array", "items": {"type": "string", "enum": list(KINDS)}, "minItems": 1},
        style="form",
        explode=False,
        description="These kinds alone, parted by commas; all where none is named. Keep to them from page to page.",
    ),
    OpenApiParameter(
        PAGE_SIZE,
        {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
        description="Changes a page.",
    ),
]
_RESPONSES: Any = {
    200: ChangesSerializer,
    (410, PROBLEM_JSON): OpenApiResponse(
        _PROBLEM, description="Nothing can be told from this position any more: make the copy anew."
    ),
    (503, PROBLEM_JSON): OpenApiResponse(
        _PROBLEM, description="The feed is being made ready: wait as many seconds as Retry-After says."
    ),
}


class ChangeViewSet(ReadOnlyMixin, ViewSet):
    """What has changed of all that the API lists, for whoever keeps a copy."""

    @extend_schema(summary="List changes", parameters=_PARAMETERS, responses=_RESPONSES)
    def list(self, request: Request) -> Response:
        """What has changed after a position, each row once, as it is now, or that it is gone.

        Anyone is told of what everyone may read; whoever reads computed fits, of those too.
        """
        refuse_other_parameters(request, allowed=PARAMETERS)
        feed = ready_feed(audience_of(request.user))
        if feed is None:
            raise NotReady
        asked = read_asked(request.query_params, feed)
        plain = request._request  # noqa: SLF001 - it has no other name
        page = read_page(feed, asked.after, kinds=asked.kinds, size=asked.size, asked_by=plain)
        answer = {
            "feed": page.feed,
            "position": page.position,
            "next": self._next(request, str(page.position)) if page.has_more else None,
            "results": page.results,
        }
        return Response(ChangesSerializer(answer).data)

    @staticmethod
    def _next(request: Request, position: str) -> str:
        query: QueryDict = request.query_params.copy()
        query[AFTER] = position
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
