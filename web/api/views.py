"""What an endpoint is: read only, strict about its query, never cached for someone else."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from web.api.caching import set_caching
from web.api.filtering import StrictFilterBackend
from web.api.pagination import KeysetPagination
from web.api.problems import BadQuery
from web.filters import ListFilterSet


class ReadOnlyMixin(APIView):
    """GET and nothing else, whoever asks; with ETag, and kept apart where someone is logged in."""

    http_method_names = ["get", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse other methods before anything else is looked at."""
        if (request.method or "").lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def finalize_response(
        self, request: HttpRequest | Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Any:
        """Have errors written as JSON, whatever the endpoint has else; add the headers of caching."""
        if getattr(response, "exception", False) and isinstance(request, Request):
            # A page or YAML has no form for a problem: the documentation answered 500 instead.
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        if isinstance(response, Response) and isinstance(request, Request):
            user = getattr(request, "_user", None)
            is_personal = user is not None and user.is_authenticated
            plain: HttpRequest = request._request  # noqa: SLF001 - it has no other name
            set_caching(plain, response, is_personal=is_personal)
        return response


def refuse_other_parameters(request: Request, *, allowed: Mapping[str, Any] | frozenset[str] = frozenset()) -> None:
    """Raise BadQuery for each parameter that is unknown, empty or repeated."""
    names = ", ".join(sorted(allowed)) or _("none")
    wrong: dict[str, list[str]] = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            wrong[name] = [_("Unknown parameter. Allowed here: %(names)s.") % {"names": names}]
        elif not all(values):
            wrong[name] = [_("Empty: give a value or leave the parameter out.")]
        elif len(values) > 1:
            wrong[name] = [_("Given more than once.")]
    if wrong:
        raise BadQuery(wrong)


class ReadOnlyViewSet(ReadOnlyMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """A list and its rows; subclasses name a queryset, a filterset and a serializer."""

    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    filterset_class: ClassVar[type[ListFilterSet[Any]]]
    filterset: ListFilterSet[Any]
    detail_parameters: ClassVar[frozenset[str]] = frozenset()

    def get_detail_queryset(self) -> QuerySet[Any]:
        """Return the rows that have an address of their own: those of the list, unless said otherwise."""
        return self.get_queryset()

    def get_object(self) -> Any:
        """Return the row asked for, if the reader may see it; 404 otherwise."""
        refuse_other_parameters(self.request, allowed=self.detail_parameters)
        return get_object_or_404(self.get_detail_queryset(), **self.get_lookup())

    def get_lookup(self) -> dict[str, Any]:
        """Return how the address names a row."""
        return {self.lookup_field: self.kwargs[self.lookup_url_kwarg or self.lookup_field]}
