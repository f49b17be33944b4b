"""What the admins of this app have in common."""

from typing import TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest

from directory.access import is_member
from directory.models import User

Row = TypeVar("Row", bound=Model)
Parent = TypeVar("Parent", bound=Model)


def actor(request: HttpRequest) -> User:
    """Return who acts; nobody without an account does."""
    if not is_member(request.user):
        raise PermissionDenied
    return request.user


class NoAddMixin:
    """Rows come from imports: nobody adds one by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is added here."""
        return False


class NoChangeMixin(NoAddMixin):
    """Rows that say what was: nobody changes them."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False


class ListInline(NoChangeMixin, admin.TabularInline[Row, Parent]):
    """Rows listed on another's page, with a link to their own."""

    extra = 0
    show_change_link = True
