"""Whose postings there are."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from directory.models import User
from surveys.models import Need, Offer


def posts_something(reader: User | AnonymousUser | None) -> Q:
    """Return the condition that a country, or an agency of it, has an open offer or need that the reader may see."""
    found = Q()
    for model in (Offer, Need):
        visible = model.objects.visible_to(reader).open_now().order_by()
        found |= Q(pk__in=visible.filter(country__isnull=False).values("country"))
        found |= Q(pk__in=visible.filter(country=None, agency__country__isnull=False).values("agency__country"))
    return found
