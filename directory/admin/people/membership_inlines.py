"""Memberships on the pages of their groups and countries."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory.admin.base import ListInline, NewRowsInline
from directory.models import GroupMembership

END_FIELDS = ("valid_from", "valid_to", "status", "resolution", "public_note", "is_active")
NEW_FIELDS = ("valid_from", "valid_to", "date_precision", "status", "resolution", "public_note", "source")


class _MembershipsInline(ListInline[GroupMembership, GroupMembership]):
    model = GroupMembership

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupMembership]:
        """Take group and country along: their names are shown in each row."""
        return super().get_queryset(request).select_related("group", "country")


class MembershipsOfGroupInline(_MembershipsInline):
    """The members of a group."""

    fields = readonly_fields = ("country", *END_FIELDS)
    ordering = ("country__position", "valid_from")
    verbose_name_plural = _("members")


class MembershipsOfCountryInline(_MembershipsInline):
    """The groups of a country."""

    fields = readonly_fields = ("group", *END_FIELDS)
    ordering = ("group__position", "valid_from")
    verbose_name_plural = _("groups")


class NewMembershipOfGroupInline(NewRowsInline[GroupMembership]):
    """New members of a group."""

    model = GroupMembership
    fields = ("country", *NEW_FIELDS)
    autocomplete_fields = ("country",)
    verbose_name = _("member")
    verbose_name_plural = _("new members")


class NewMembershipOfCountryInline(NewRowsInline[GroupMembership]):
    """New memberships of a country."""

    model = GroupMembership
    fields = ("group", *NEW_FIELDS)
    autocomplete_fields = ("group",)
    verbose_name = _("membership")
    verbose_name_plural = _("new memberships")
