"""The root of the REST API: its addresses, its schema, and its answer to addresses that do not exist."""

from typing import Any

from django.http import HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, include, path, re_path, resolve, reverse
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from directory.api.urls import router as directory_router
from matching.api.urls import router as matching_router
from surveys.api.urls import router as surveys_router
from web.api.views import ReadOnlyMixin, refuse_other_parameters

router = SimpleRouter()
for of_an_app in (directory_router, surveys_router, matching_router):
    router.registry.extend(of_an_app.registry)


class RootView(ReadOnlyMixin):
    """Where everything is."""

    schema = None

    def get(self, request: Request) -> Response:
        """Return the addresses of lists, schema and documentation."""
        refuse_other_parameters(request)
        names = [(prefix, f"{basename}-list") for prefix, _view, basename in router.registry]
        names += [("schema", "api-schema"), ("docs", "api-docs")]
        return Response({title: request.build_absolute_uri(reverse(name)) for title, name in names})


class SchemaJsonRenderer(OpenApiJsonRenderer):
    """The schema for those who ask for plain JSON."""

    media_type = "application/json"


class SchemaView(ReadOnlyMixin, SpectacularAPIView):
    """The OpenAPI schema, as JSON or YAML."""

    schema = None
    renderer_classes = [OpenApiJsonRenderer, SchemaJsonRenderer, OpenApiYamlRenderer]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the schema."""
        refuse_other_parameters(request)
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]


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
    """Any other address: 404 as problem+json; one that only lacks its last slash leads to the right one."""

    schema = None
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, rest: str) -> HttpResponseBase:
        """Lead on, or say that there is nothing."""
        with_slash = f"{request.path}/"
        if not rest.endswith("/") and not _is_nowhere(with_slash):
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{with_slash}?{query}" if query else with_slash)
        raise NotFound


def _is_nowhere(address: str) -> bool:
    try:
        return getattr(resolve(address).func, "cls", None) is NothingHereView
    except Resolver404:
        return True


urlpatterns = [
    path("v1/", RootView.as_view(), name="api-root"),
    path("v1/schema/", SchemaView.as_view(), name="api-schema"),
    path("v1/docs/", DocsView.as_view(), name="api-docs"),
    path("v1/", include(router.urls)),
    # A dot would stop at the end of a line, and leave what follows it to the pages.
    re_path(r"^(?P<rest>[\s\S]*)\Z", NothingHereView.as_view(), name="api-nothing-here"),
]
