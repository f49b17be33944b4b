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

_KEPT_IN_304 = ("ETag", "Cache-Control", "Vary", "Expires", "Content-Location", "Date")


def set_caching(request: HttpRequest, response: Response, *, is_personal: bool) -> None:
    """Give the answer its Cache-Control and, once it is rendered, its ETag; an ETag that the client has gives 304."""
    patch_vary_headers(response, ["Accept", "Cookie"])
    if response.status_code != HTTPStatus.OK:
        response["Cache-Control"] = NEVER
        return
    response["Cache-Control"] = FOR_ONE if is_personal else FOR_EVERYONE
    response.add_post_render_callback(lambda rendered: _conditional(request, rendered))


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    # Weak: the same content may travel compressed or not.
    etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'  # type: ignore[attr-defined]
    response["ETag"] = etag
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method not in ("GET", "HEAD") or not ("*" in known or etag in {_weak(one) for one in known}):
        return response
    not_modified = HttpResponseNotModified()
    for name in _KEPT_IN_304:
        if name in response:
            not_modified[name] = response[name]
    return not_modified


def _weak(etag: str) -> str:
    return etag if etag.startswith("W/") else f"W/{etag}"
