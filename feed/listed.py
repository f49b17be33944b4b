"""Rows as the lists of the API give them to an audience: by their own rule of visibility, and their own serializer."""

import copy
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import translation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from directory.api.readership import ReadershipViewSet
from feed.audiences import FeedAudience, reader_for
from feed.kinds import KINDS, ListedKind

Row = dict[str, Any]


@dataclass(frozen=True)
class ListedRow:
    """A row that an audience sees."""

    key: str
    """Its primary key."""
    digest: str
    """Equal where the list gives the same, in English."""
    row: Row
    """As the list gives it."""


class _FromNobody(HttpRequest):
    """What a list is asked with where nobody asks: addresses are those of the portal."""

    def __init__(self) -> None:
        super().__init__()
        self.method = "GET"

    def _get_scheme(self) -> str:
        return urlsplit(settings.PORTAL_URL).scheme

    def get_host(self) -> str:
        """Return the host of the portal's address, whatever hosts it answers to."""
        return urlsplit(settings.PORTAL_URL).netloc


def rows_of(
    kind: ListedKind, audience: FeedAudience, keys: Collection[str], *, asked_by: HttpRequest | None = None
) -> dict[str, ListedRow]:
    """Return, of the rows with these primary keys, those that the audience sees now, by their id in the API.

    A fixed number of queries for each kind. asked_by: in whose language, and with whose host in addresses, rows are
    given; None: as the digest has them.
    """
    view = _list_view(kind, audience, _FromNobody())
    found = list(view.get_queryset().filter(pk__in=keys))
    with translation.override("en"):
        plain = [dict(row) for row in view.get_serializer(found, many=True).data]
    digests = [_digest(row) for row in plain]
    if asked_by is not None:
        plain = [dict(row) for row in _list_view(kind, audience, asked_by).get_serializer(found, many=True).data]
    return {
        str(getattr(row, kind.id_field)): ListedRow(str(row.pk), digest, given)
        for row, digest, given in zip(found, digests, plain, strict=True)
    }


@cache
def form() -> str:
    """Return what tells the fields of all lists from those of another version of the portal."""
    described = [[name, [_fields(one()) for one in kind.view.by_readership.values()]] for name, kind in KINDS.items()]
    return hashlib.blake2b(repr(described).encode(), digest_size=8).hexdigest()


def _fields(field: Any) -> Any:
    inner = getattr(field, "child", field)
    names = inner.get_fields().items() if isinstance(inner, Serializer) else ()
    return (type(inner).__name__, [(name, _fields(one)) for name, one in names])


def _list_view(kind: ListedKind, audience: FeedAudience, asked_by: HttpRequest) -> ReadershipViewSet:
    """Return the view of a list without parameters, as if whoever stands for the audience asked for it."""
    plain = copy.copy(asked_by)
    plain.GET = QueryDict()
    request = Request(plain)
    request.user = reader_for(audience)
    view = kind.view()
    view.args, view.kwargs, view.action, view.format_kwarg, view.request = (), {}, "list", None, request
    return view


def _digest(row: Row) -> str:
    return hashlib.blake2b(JSONRenderer().render(row), digest_size=16).hexdigest()
