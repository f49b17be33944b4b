"""What an endpoint is: read only, strict about its query, never cached for someone else."""

import builtins
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, AuthenticationFailed, MethodNotAllowed
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from web.api import limits
from web.api.asked import FACETS, FIELDS, SEVERAL, count_of, counts_asked, facets_of, keep_fields, names_asked
from web.api.caching import set_caching
from web.api.files.answers import (
    FILES,
    NdjsonFile,
    columns_asked,
    columns_of,
    ndjson_response,
    refuse_pages,
    table_response,
)
from web.api.files.blocks import Belongings, blocks, keys_of
from web.api.files.negotiation import ByFormatOrAccept, FileRenderer
from web.api.filtering import StrictFilterBackend
from web.api.links import add_links_of_all
from web.api.pagination import KeysetPagination
from web.api.problems import BadQuery
from web.calendar.days import today
from web.files.frames import FrameColumn
from web.filters import ListFilterSet, refusal_of


class AdmittedView(APIView):
    """Asks first of all who calls: a header that opens nothing is 401 at every address, and by every method."""

    def admit(self, request: Request) -> Exception | None:
        """Learn who calls, and count it; return what else keeps a person out: a forged request, which may wait.

        Raises AuthenticationFailed, or Throttled. To be called once a request, at the beginning of `initial`: REST
        framework reads whom it has refused once as anonymous.
        """
        refusal: APIException | None = None
        try:
            request.user  # noqa: B018 - asked here, so that it fails here
        except APIException as refused:
            refusal = refused
        limits.count(request, is_refused=refusal is not None)
        if isinstance(refusal, AuthenticationFailed):
            raise refusal
        return refusal


class ReadOnlyMixin(AdmittedView):
    """GET and nothing else, whoever asks; with ETag, and kept apart where someone is logged in."""

    http_method_names = ["get", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse other methods before anything else but who calls is looked at."""
        refusal = self.admit(request)
        if (request.method or "").lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method or "")
        if refusal is not None:
            raise refusal
        super().initial(request, *args, **kwargs)

    def finalize_response(
        self, request: HttpRequest | Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Any:
        """Have errors written as JSON, whatever the endpoint has else; add the headers of caching."""
        if getattr(response, "exception", False) and isinstance(request, Request):
            # A page or YAML has no form for a problem: the documentation answered 500 instead.
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        if isinstance(request, Request):
            add_links_of_all(request._request, response)  # noqa: SLF001 - it has no other name
        if isinstance(response, Response) and isinstance(request, Request):
            user = getattr(request, "_user", None)
            is_personal = user is not None and user.is_authenticated
            plain: HttpRequest = request._request  # noqa: SLF001 - it has no other name
            set_caching(plain, response, is_personal=is_personal)
        return response


def refuse_other_parameters(
    request: Request, *, allowed: Iterable[str] = (), several: frozenset[str] = SEVERAL
) -> None:
    """Raise BadQuery for each parameter that is unknown, empty, or repeated where one value is meant.

    several: names of those that take more than one.
    """
    names = sorted(allowed)
    wrong = {
        name: messages
        for name, values in request.query_params.lists()
        if (messages := refusal_of(name, values, allowed=names, takes_several=name in several))
    }
    if wrong:
        raise BadQuery(wrong)


class ReadOnlyViewSet(ReadOnlyMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """A list and its rows; subclasses name a queryset, a filterset and a serializer."""

    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    filterset_class: ClassVar[type[ListFilterSet[Any]]]
    filterset: ListFilterSet[Any]
    detail_parameters: ClassVar[frozenset[str]] = frozenset()
    content_negotiation_class = ByFormatOrAccept
    file_columns: ClassVar[Sequence[FrameColumn]] = ()
    """Of the table that the pages give as a file; none: the fields of the list itself."""
    belongings: ClassVar[Belongings | None] = None
    """What a stream fetches along with the rows of `get_stream_queryset`; None: that has all that a row shows."""

    def get_belongings(self) -> Belongings | None:
        """Return what a stream fetches along with the rows for this reader."""
        return self.belongings

    @property
    def file_name(self) -> str:
        """Name of the list's files: that of the list."""
        return str(self.basename).removeprefix("api-")

    def get_renderers(self) -> list[Any]:
        """Return the forms of an answer: JSON, and of a list files as well."""
        is_list = self.action == "list" and not getattr(self, "swagger_fake_view", False)
        return [*super().get_renderers(), *(one() for one in FILES)] if is_list else super().get_renderers()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Answer with a page of rows, and with what was asked for beside them; or with the whole list as a file."""
        if isinstance(request.accepted_renderer, FileRenderer):
            return self._file(request, str(request.accepted_renderer.format))
        query = request.query_params
        rows = self.filter_queryset(self.get_queryset())
        is_counted, facets = counts_asked(query), names_asked(query, FACETS, sorted(self.filterset.facets))
        response = self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)
        if is_counted:
            response.data |= count_of(self.filterset)
        if facets is not None:
            response.data["facets"] = facets_of(self.filterset, facets)
        return response

    def get_file_queryset(self) -> QuerySet[Any]:
        """Return the rows of a table for people: those of the list, with what its columns show."""
        return self.get_queryset()

    def get_stream_queryset(self) -> QuerySet[Any]:
        """Return the rows of a stream, without what `belongings` has fetched along with them."""
        return self.get_queryset()

    def file_notes(self, rows: QuerySet[Any]) -> builtins.list[str]:
        """Return what has to be said of a table of these rows, beside disclaimer, licence, address and day."""
        return []

    def _file(self, request: Request, ending: str) -> HttpResponseBase:
        """Return the whole list as a file, in its order; HEAD of it has no rows and asks for none."""
        query = request.query_params
        refuse_pages(query)
        is_stream = ending == NdjsonFile.format
        rows = self.filter_queryset(self.get_stream_queryset() if is_stream else self.get_file_queryset())
        keys = [] if request.method == "HEAD" else keys_of(rows)
        if is_stream:
            read = blocks(rows, keys, self.get_belongings())
            return ndjson_response(self.get_serializer(), name=self.file_name, blocks=read)
        columns = self.file_columns or columns_of(cast("Serializer[Any]", super().get_serializer()))
        place = {"address": request.build_absolute_uri(), "day": today().isoformat()}
        return table_response(
            ending,
            name=self.file_name,
            columns=columns_asked(query, columns),
            keys=keys,
            blocks=blocks(rows, keys),
            notes=[_("Taken from %(address)s on %(day)s.") % place, *self.file_notes(rows)],
        )

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the serializer with the fields that are asked for alone."""
        return self.with_fields_asked(super().get_serializer(*args, **kwargs))

    def with_fields_asked(self, serializer: BaseSerializer[Any]) -> BaseSerializer[Any]:
        """Return a serializer of the answer, with the fields that are asked for alone."""
        if not getattr(self, "swagger_fake_view", False):
            keep_fields(serializer, self.request.query_params)
        return serializer

    def get_detail_queryset(self) -> QuerySet[Any]:
        """Return the rows that have an address of their own: those of the list, unless said otherwise."""
        return self.get_queryset()

    def get_object(self) -> Any:
        """Return the row asked for, if the reader may see it; 404 otherwise."""
        refuse_other_parameters(self.request, allowed={*self.detail_parameters, FIELDS})
        return get_object_or_404(self.get_detail_queryset(), **self.get_lookup())

    def get_lookup(self) -> dict[str, Any]:
        """Return how the address names a row."""
        return {self.lookup_field: self.kwargs[self.lookup_url_kwarg or self.lookup_field]}
