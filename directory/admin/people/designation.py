"""Designations and invitations in the admin."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.admin.base import HistoryAdmin, actor
from directory.admin.people.cover import show_cover
from directory.models import Designation, Invitation
from directory.people import designations
from directory.people.designations import DESIGNATED_ROLES, DesignationRefused


class DesignationForm(forms.ModelForm[Designation]):
    """A letter, of someone who speaks for an agency."""

    def clean_affiliation(self) -> Any:
        """Refuse roles that need no letter."""
        affiliation = self.cleaned_data["affiliation"]
        if affiliation.role not in DESIGNATED_ROLES:
            raise ValidationError(_("Focal points and coordinators are designated; others need no letter."))
        return affiliation


@admin.register(Designation)
class DesignationAdmin(HistoryAdmin[Designation]):
    """Who may speak for whom, by which letter: a person acts only with one in force."""

    form = DesignationForm
    list_display = ("affiliation", "kind", "reference", "office", "covers", "dated", "valid_until", "ended_at")
    list_filter = ("kind", ("ended_at", admin.EmptyFieldListFilter), "affiliation__agency__kind")
    list_select_related = ("affiliation__user", "affiliation__agency", "covers")
    search_fields = ("reference", "ministry", "office", "affiliation__user__email", "affiliation__user__full_name")
    autocomplete_fields = ("affiliation", "alternate")
    readonly_fields = ("covers", "recorded_by", "recorded_at", "ended_at", "next_holder")
    actions = ("revoke",)
    change_form_template = "admin/directory/designation/change_form.html"
    fieldsets = (
        (
            None,
            {
                "description": _("Not shown publicly. From the date of the letter on, the person may act."),
                "fields": (
                    "affiliation", "kind", "reference", "dated", "ministry", "office", "next_holder", "alternate",
                    "valid_from", "valid_until", "note", "covers", "recorded_by", "recorded_at", "ended_at",
                ),
            },
        ),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the page of who acts while the person is away."""
        view = self.admin_site.admin_view(self.cover_view)
        return [path("<row:pk>/cover/", view, name="directory_designation_cover"), *super().get_urls()]

    def cover_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the alternate act for somebody from day to day, and end it."""
        return show_cover(self, request, pk)

    def save_model(
        self, request: HttpRequest, obj: Designation, form: forms.ModelForm[Designation], change: bool
    ) -> None:
        """Note who recorded it."""
        by = actor(request)
        designations.check(obj, by=by)
        if not change:
            obj.recorded_by = by
        super().save_model(request, obj, form, change)
        if not change and (ended := designations.hand_on(obj)):
            said = ngettext(
                "%(count)d person who held the office by this letter acts no more.",
                "%(count)d people who held the office by this letter act no more.",
                ended,
            )
            self.message_user(request, said % {"count": ended}, messages.SUCCESS)

    @admin.display(description=_("next holder of the office"))
    def next_holder(self, designation: Designation) -> str:
        """Return the way to record who holds the office next, by the same letter."""
        if designation.pk is None or not designation.office:
            return "-"
        kept = ("kind", "reference", "ministry", "office")
        query = urlencode(
            {name: getattr(designation, name) for name in kept} | {"dated": designation.dated.isoformat()}
        )
        address = f"{reverse('admin:directory_designation_add')}?{query}"
        return format_html('<a href="{}">{}</a>', address, _("Record who holds it now"))

    @admin.action(description=_("Revoke: the person acts no more, at once"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Designation]) -> None:
        """End the chosen designations."""
        by = actor(request)
        try:
            for one in queryset:
                designations.revoke(designation=one, by=by)
        except DesignationRefused as refused:
            self.message_user(request, str(refused), messages.WARNING)
            return
        count = queryset.count()
        said = ngettext("%(count)d designation revoked.", "%(count)d designations revoked.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    """Who was invited where; people are invited on the workspace's page of people. The link is kept nowhere."""

    list_display = ("email", "agency", "role", "invited_by", "sent_at", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter))
    list_select_related = ("agency", "invited_by")
    search_fields = ("email", "full_name", "agency__name")
    exclude = ("token_hash",)
