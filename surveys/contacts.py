"""Contacts on postings: personal, so they go with the person."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from directory.models import User
from surveys.models import Need, Offer


def erase_contacts(sender: type[User], *, user: User, texts: Sequence[str], **kwargs: Any) -> None:
    """Take a person off the contacts of all postings, and the free texts that name it."""
    mentioned = Q(pk__in=())
    for text in texts:
        mentioned |= Q(contact__icontains=text)
    for model in (Offer, Need):
        # By `update`: contacts are not part of the history.
        model.objects.filter(contact_person=user).update(contact_person=None)
        model.objects.filter(mentioned).update(contact="")
