"""Contacts on postings: personal, so they go with the person."""

from collections.abc import Sequence
from typing import Any

from directory.models import User
from surveys.postings import writing


def erase_contacts(sender: type[User], *, user: User, texts: Sequence[str], **kwargs: Any) -> None:
    """Take a person off the contacts of all postings, and the free texts that name it."""
    writing.erase_contacts(person=user, texts=texts, by=None)
