"""Changing what one has seen: `If-Match`, and the version that it is held against.

The tag of a row that its reader may change is strong: its version, a dot, and a hash of the answer's content. A change
is held against the version alone, which is the one by which pages find out that somebody changed a thing meanwhile
(`web.since_shown`): so the tag serves whatever language or compression the answer came in. By RFC 9110 (13.1.1) a weak
tag never matches.
"""

import re
from collections.abc import Collection
from http import HTTPStatus

from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

from web.since_shown import Shown

ANY = "*"

_TAG = re.compile(r'"([0-9a-f]{32})(?:[.][-0-9a-z]*)?"')


class PreconditionRequired(APIException):
    """A change without saying what was seen: 428."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED

    def __init__(self) -> None:
        super().__init__(_("Send the ETag of what you read as If-Match, so that nobody's change is lost."))


class PreconditionFailed(APIException):
    """Somebody changed it since: 412."""

    status_code = HTTPStatus.PRECONDITION_FAILED

    def __init__(self, *, is_weak: bool = False) -> None:
        said = _("Somebody changed this since you read it: read it again, and send its ETag as If-Match.")
        if is_weak:
            said = _("A weak tag matches nothing: read it with “Accept-Encoding: identity”, and send that ETag.")
        super().__init__(said)


def versions_asked(request: Request) -> frozenset[str]:
    """Return the versions named by `If-Match`, or ANY alone.

    Raises PreconditionRequired without the header, ParseError where it holds no tag, PreconditionFailed for weak ones.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired
    tags = parse_etags(header)
    if not tags:
        raise ParseError(_("If-Match holds no entity tag: send it with its quotation marks, as ETag gave it."))
    if tags == [ANY]:
        return frozenset({ANY})
    found = [_TAG.fullmatch(tag) for tag in tags]
    if not any(found) and all(tag.startswith("W/") for tag in tags):
        raise PreconditionFailed(is_weak=True)
    return frozenset(match.group(1) for match in found if match)


def versions_of_text(text: str) -> frozenset[str]:
    """Return the version that a text is, or that the strong tag in it begins with; none where it is neither."""
    match = _TAG.fullmatch(text) or _TAG.fullmatch(f'"{text}"')
    return frozenset({match.group(1)}) if match else frozenset()


def check_versions(shown: Shown, versions: Collection[str]) -> None:
    """Hold the thing until the transaction ends; raise PreconditionFailed where it has none of these versions."""
    shown.hold()
    if ANY not in versions and shown.version() not in versions:
        raise PreconditionFailed
