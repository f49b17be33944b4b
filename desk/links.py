"""Links from the review to the admin pages of other apps."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from surveys.models import Need, Offer


@dataclass(frozen=True)
class Links:
    """Where a posting can be looked at: in the admin (empty where this person may not), and as a page."""

    admin: str
    page: str


def links_of(row: Need | Offer, request: HttpRequest) -> Links:
    """Return the addresses of a posting's admin page and of its page on the portal."""
    model_admin = admin.site.get_model_admin(type(row))
    options = model_admin.opts
    return Links(
        admin=reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
        if model_admin.has_view_permission(request)
        else "",
        page=row.get_absolute_url(),
    )
