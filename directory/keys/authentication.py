"""`Authorization: Bearer <key>`: the first way in which the API learns who asks.

A header that does not open anything is refused, never read as "anonymous": a partner whose key has ended would else
copy half of what it may see and not know. There is one refusal for all reasons: nobody learns which keys there are.
"""

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from directory.access import KeyReader
from directory.keys.using import reader_of
from directory.models import ApiKey

CHALLENGE = 'Bearer realm="api", error="invalid_token"'

_BEARER = re.compile(r"bearer +([!-~]+) *", re.IGNORECASE | re.ASCII)


class KeyAuthentication(BaseAuthentication):
    """Whoever sends an Authorization header is its key and nobody else, whatever cookies come along."""

    def authenticate(self, request: Request) -> tuple[KeyReader, ApiKey | None] | None:
        """Return the reader and its key; None where the header is not there at all. Raises AuthenticationFailed."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        bearer = _BEARER.fullmatch(header)
        reader = reader_of(bearer[1]) if bearer else None
        if reader is None:
            raise AuthenticationFailed(_("The key is not known, or works no more."))
        plain: Any = request._request  # noqa: SLF001 - it has no other name
        plain.api_key = reader.key
        bind_contextvars(key_id=reader.key.pk if reader.key else None)
        return reader, reader.key

    def authenticate_header(self, request: Request) -> str:
        """Return what a refusal says of how to ask."""
        return CHALLENGE
