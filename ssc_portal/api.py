"""The root of the REST API: its addresses, its schema, and its answer to addresses that do not exist."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, include, path, re_path, resolve, reverse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from directory.api.urls import router as directory_router
from feed.api.urls import router as feed_router
from matching.api.service import MatchService
from matching.api.urls import router as matching_router
from practices.api.urls import router as practices_router
from surveys.api.urls import router as surveys_router
from web.api.files.dictionary import dictionary
from web.api.openapi.whole import whole_schema
from web.api.views import ReadOnlyMixin, refuse_other_parameters

router = SimpleRouter()
for of_an_app in (directory_router, surveys_router, matching_router, practices_router, feed_router):
    router.registry.extend(of_an_app.registry)


class RootView(ReadOnlyMixin):
    """Where everything is."""

    schema = None

    def get(self, request: Request) -> Response:
        """Return the addresses of lists, schema and documentation."""
        refuse_other_parameters(request)
        names = [(prefix, f"{basename}-list") for prefix, _view, basename in router.registry]
        names += [("dictionary", "api-dictionary"), ("schema", "api-schema"), ("docs", "api-docs")]
        return Response({title: request.build_absolute_uri(reverse(name)) for title, name in names})


class DictionaryView(ReadOnlyMixin):
    """The data dictionary: what each field of each list means, and each column of its files."""

    schema = None

    def get(self, request: Request) -> Response:
        """Return it."""
        refuse_other_parameters(request)
        return Response(dictionary(router.registry))


class SchemaJsonRenderer(OpenApiJsonRenderer):
    """The schema for those who ask for plain JSON."""

    media_type = "application/json"


class SchemaView(ReadOnlyMixin):
    """The OpenAPI schema, as JSON or YAML, in English."""

    schema = None
    renderer_classes = [OpenApiJsonRenderer, SchemaJsonRenderer, OpenApiYamlRenderer]

    def get(self, request: Request) -> Response:
        """Return the schema."""
        refuse_other_parameters(request)
        suffix = getattr(request.accepted_renderer, "format", "json")
        return Response(whole_schema(), headers={"Content-Disposition": f'inline; filename="openapi.{suffix}"'})


class DocsView(ReadOnlyMixin, SpectacularSwaggerSplitView):
    """The schema for people: Swagger UI from our own host, its script apart from the page, as our CSP asks."""

    schema = None
    template_name = "api/docs.html"
    template_name_js = "api/docs.js"
    url_name = "api-schema"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the page, or with `script` the script that fills it."""
        if set(request.query_params) - {"script"}:
            refuse_other_parameters(request)
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]


class NothingHereView(ReadOnlyMixin):
    """Any other address: 404 as problem+json."""

    schema = None
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, rest: str) -> HttpResponseBase:
        """Say that there is nothing."""
        raise NotFound


@csrf_exempt  # As every endpoint is: REST framework itself asks for the token where a session is used.
def without_last_slash(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Answer an address that only lacks its last slash as the right one; say of any other that there is nothing.

    The schema names addresses without that slash, and a client that sends a body follows no redirect.
    """
    match = None if rest.endswith("/") else _resolved(f"{request.path_info}/")
    if match is None:
        return NothingHereView.as_view()(request, rest=rest)
    request.path, request.path_info, request.resolver_match = f"{request.path}/", f"{request.path_info}/", match
    return match.func(request, *match.args, **match.kwargs)


def _resolved(address: str) -> ResolverMatch | None:
    try:
        match = resolve(address)
    except Resolver404:
        return None
    return None if match.func is without_last_slash else match


urlpatterns = [
    path("v1/", RootView.as_view(), name="api-root"),
    path("v1/schema/", SchemaView.as_view(), name="api-schema"),
    path("v1/dictionary/", DictionaryView.as_view(), name="api-dictionary"),
    path("v1/docs/", DocsView.as_view(), name="api-docs"),
    path("v1/match/", MatchService.as_view(), name="api-match"),
    path("v1/", include(router.urls)),
    # A dot would stop at the end of a line, and leave what follows it to the pages.
    re_path(r"^(?P<rest>[\s\S]*)\Z", without_last_slash, name="api-nothing-here"),
]
