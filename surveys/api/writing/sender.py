"""Who sends: a key that writes, and the person who answers for it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from directory.access import Action, KeyReader, can
from directory.models import Agency, User

FOR_PEOPLE = gettext_lazy("People post in the workspace; the API takes what systems send, with their agency's key.")
NO_RIGHT = gettext_lazy(
    "This key may not write: it has not that scope, or who answers for it may not post for its agency any more."
)


@dataclass(frozen=True)
class Sender:
    """A key that writes, with the person by whom its postings are signed."""

    reader: KeyReader
    agency: Agency
    person: User
    key: str
    """The key's name, which the history keeps."""
    holder: str
    """Stands for the key where its answers are kept."""


class MayWrite(BasePermission):
    """Writing is for keys with that scope, while the person who answers for them may post for their agency."""

    message: Any = NO_RIGHT

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the request may go on."""
        user = request.user
        if not isinstance(user, KeyReader):
            self.message = FOR_PEOPLE
            return False
        return user.agency is not None and user.accountable is not None and can(user, Action.POST)


def sender_of(user: User | AnonymousUser) -> Sender:
    """Return who sends. Raises PermissionDenied for a user that `MayWrite` does not let through.

    The person is read anew: a key has passed no second factor, so what the secretariat may do counts for nothing here.
    """
    if not isinstance(user, KeyReader) or user.agency is None or user.key is None or user.accountable is None:
        raise PermissionDenied(NO_RIGHT)
    person = User.objects.get(pk=user.accountable.pk)
    person.factors_passed = frozenset()
    return Sender(user, user.agency, person, user.key.name, f"key:{user.key.pk}")
