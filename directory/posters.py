"""Which countries have postings: the app that keeps postings registers here how to tell, once at the start."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from directory.models import User

Reader = User | AnonymousUser | None
Condition = Callable[[Reader], Q]
"""Returns the condition that a country has open postings that the reader may see."""

_registered: list[Condition] = []


def register(condition: Condition) -> None:
    """Add a way in which a country has postings."""
    _registered.append(condition)


def has_postings(reader: Reader) -> Q:
    """Return the condition that a country has open offers or needs, of its own or of its agencies, for this reader."""
    found = Q(pk__in=[])
    for condition in _registered:
        found |= condition(reader)
    return found
