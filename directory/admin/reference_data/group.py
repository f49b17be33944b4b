"""Groups of countries and dated memberships in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory.admin.base import SOURCE_FIELDSET, ReferenceAdmin
from directory.admin.people.membership_inlines import MembershipsOfGroupInline, NewMembershipOfGroupInline
from directory.choices import MembershipStatus
from directory.models import CountryGroup, GroupMembership
from directory.people.membership import describe
from web.calendar.days import today


@admin.register(CountryGroup)
class CountryGroupAdmin(ReferenceAdmin[CountryGroup]):
    """Groups of countries."""

    code_fields = ("code",)
    list_display = ("label", "code", "level", "is_heading", "authority", "expected_count", "is_active")
    list_filter = ("level", "is_heading", "is_made_anew", "is_active")
    search_fields = ("search_text",)
    search_help_text = _("By code, label or spelling.")
    ordering = ("position", "code")
    autocomplete_fields = ("parts",)
    inlines = (MembershipsOfGroupInline, NewMembershipOfGroupInline)
    fieldsets = (
        (
            None,
            {
                "description": _("Code, label and authority are shown publicly."),
                "fields": ("code", "label", "authority", "level", "is_heading", "is_made_anew", "position"),
            },
        ),
        (_("Members"), {"fields": ("parts", "expected_count")}),
        (_("On input"), {"fields": ("aliases",)}),
        SOURCE_FIELDSET,
    )


class StandingFilter(admin.SimpleListFilter):
    """Memberships by how they stand today."""

    title = _("standing today")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the choices."""
        return [
            ("in_force", _("In force")),
            ("to_verify", _("End is past and not confirmed")),
            ("over", _("Ended or not begun")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[GroupMembership]) -> QuerySet[GroupMembership]:
        """Keep the memberships of the chosen standing."""
        in_force = GroupMembership.objects.in_force(today())
        if self.value() == "in_force":
            return queryset.filter(pk__in=in_force)
        if self.value() == "over":
            return queryset.exclude(pk__in=in_force)
        if self.value() == "to_verify":
            return queryset.filter(~Q(status=MembershipStatus.CONFIRMED), valid_to__lte=today(), is_active=True)
        return queryset


@admin.register(GroupMembership)
class GroupMembershipAdmin(ReferenceAdmin[GroupMembership]):
    """Dated memberships; this is where a graduation is confirmed."""

    code_fields = ("group", "country")
    readonly_fields = ("said_today",)
    list_display = (
        "country", "group", "valid_from", "valid_to", "status", "resolution", "public_note", "is_active",
    )  # fmt: skip
    list_display_links = ("country", "group")
    list_filter = (StandingFilter, "status", "is_active", "group")
    list_select_related = ("country", "group")
    search_fields = ("country__search_text", "group__search_text")
    search_help_text = _("By country or group: code or name.")
    ordering = ("group__position", "country__position", "valid_from")
    autocomplete_fields = ("group", "country")
    fieldsets = (
        (None, {"fields": ("country", "group", "said_today")}),
        (
            _("From and until"),
            {
                "description": _(
                    "To confirm an end, set the status to Confirmed, name the resolution and cite where it is from. "
                    "A country or territory that tells the secretariat that it takes part as a country of the South "
                    "becomes a member of the group OWN_STATEMENT from the day of its statement, which is the source. "
                    "Dates, resolution and public note are shown publicly."
                ),
                "fields": ("valid_from", "valid_to", "date_precision", "status", "resolution", "public_note"),
            },
        ),
        SOURCE_FIELDSET,
    )

    @admin.display(description=_("said publicly today"))
    def said_today(self, membership: GroupMembership) -> str:
        """Return the words of the public pages."""
        return describe(membership, today()) if membership.pk else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupMembership]:
        """Take group and country along for the change page."""
        return super().get_queryset(request).select_related("group", "country")
