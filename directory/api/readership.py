"""Endpoints whose fields depend on who reads: everyone, a member, the secretariat, or a key that writes."""

from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from rest_framework.serializers import BaseSerializer

from directory.access import Action, can
from directory.models import User
from web.api.views import ReadOnlyViewSet


class Readership(StrEnum):
    """Who reads an answer, which decides its fields; which rows there are is decided by `visible_to` alone."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"
    WRITER = "writer"


def readership_of(user: User | AnonymousUser | None) -> Readership:
    """Return the readership to which the person belongs."""
    if can(user, Action.READ_EVERYTHING):
        return Readership.STAFF
    if can(user, Action.READ_OWN):
        return Readership.MEMBER
    return Readership.WRITER if can(user, Action.POST) else Readership.PUBLIC


class ReadershipViewSet(ReadOnlyViewSet):
    """A list and its rows, with a serializer for each readership."""

    by_readership: ClassVar[dict[Readership, type[BaseSerializer[Any]]]]

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return the serializer of the reader's own readership."""
        return self.for_readership(self.by_readership)

    def for_readership(self, choice: dict[Readership, type[BaseSerializer[Any]]]) -> type[BaseSerializer[Any]]:
        """Return the reader's own, or else the public one; for the schema, the one with every field."""
        if getattr(self, "swagger_fake_view", False):
            return list(choice.values())[-1]
        return choice.get(readership_of(self.request.user)) or choice[Readership.PUBLIC]
