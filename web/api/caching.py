"""ETag and Cache-Control of the API's answers: always asked again, and cheap when nothing has changed."""

import hashlib
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.response import Response

# A fit that is no longer released must be gone at once, so even public answers are asked again each time.
FOR_EVERYONE = "public, no-cache"
FOR_ONE = "private, no-store"
NEVER = "no-store"

COMPRESSED = '-gzip"'
"""How a strong tag of a compressed answer ends; the version in it stays what it was."""

_KEPT_IN_304 = ("ETag", "Cache-Control", "Vary", "Expires", "Content-Location", "Date", "Link")


def set_caching(request: HttpRequest, response: Response, *, is_personal: bool) -> None:
    """Give the answer its Cache-Control and, once it is rendered, its ETag; an ETag that the client has gives 304."""
    patch_vary_headers(response, ["Accept", "Accept-Encoding", "Authorization", "Cookie"])
    if response.status_code != HTTPStatus.OK:
        response["Cache-Control"] = NEVER
        return
    response["Cache-Control"] = FOR_ONE if is_personal else FOR_EVERYONE
    response.add_post_render_callback(lambda rendered: _conditional(request, rendered))


def tag_of(version: str, digest: str) -> str:
    """Return the strong tag of what its reader may change: its version, by which it is changed, and its content."""
    return f'"{version}.{digest[:16]}"'


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    digest = hashlib.sha256(response.content).hexdigest()[:32]  # type: ignore[attr-defined]
    version = getattr(response, "version", "")
    # Weak: the same content may travel compressed or not. What its reader may change has a tag to change it by.
    etag = tag_of(version, digest) if version else f'W/"{digest}"'
    response["ETag"] = etag
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method not in ("GET", "HEAD") or not ("*" in known or _weak(etag) in {_weak(one) for one in known}):
        return response
    not_modified = HttpResponseNotModified()
    for name in _KEPT_IN_304:
        if name in response:
            not_modified[name] = response[name]
    return not_modified


def _weak(etag: str) -> str:
    """Return the tag as it is compared: whatever its strength, and whether the answer was compressed."""
    plain = etag.removeprefix("W/")
    return f'{plain.removesuffix(COMPRESSED)}"' if plain.endswith(COMPRESSED) else plain
