"""The header Link (RFC 8288): the pages around, the schema, the licence of the data."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from web.files.licence import licence_address


def add_link(response: HttpResponseBase, address: str, relation: str) -> None:
    """Add a link to what the header says already."""
    link = f'<{address}>; rel="{relation}"'
    response["Link"] = f"{response['Link']}, {link}" if "Link" in response else link


def add_links_of_all(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add the links that every answer has: its schema, what the fields mean, and what may be done with the data."""
    add_link(response, request.build_absolute_uri(reverse("api-schema")), "service-desc")
    add_link(response, request.build_absolute_uri(reverse("api-docs")), "service-doc")
    add_link(response, request.build_absolute_uri(reverse("api-dictionary")), "describedby")
    add_link(response, licence_address(request), "license")
