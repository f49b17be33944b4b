"""People with accounts in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory.admin.base import NewRowsInline
from directory.admin.since_shown import SinceShownAdmin
from directory.models import Affiliation, User


class UserAdditionForm(AdminUserCreationForm):
    """A new account, with a password or without one: then the person sets it by the link of a reset mail."""

    class Meta:
        model = User
        fields = ("email", "full_name")

    def clean_email(self) -> str:
        """Keep e-mails in small letters, as User.objects.create_user does."""
        return str(self.cleaned_data["email"]).lower()


class AffiliationInline(admin.TabularInline[Affiliation, User]):
    """The affiliations of a person; agency and role of one that exists stay as they are, its days can change."""

    model = Affiliation
    extra = 0
    fields = ("agency", "role", "valid_from", "valid_until")
    readonly_fields = ("agency", "role")

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """New ones have their own rows."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Affiliation]:
        """Take person and agency along: their names are shown in each row."""
        return super().get_queryset(request).select_related("user", "agency")


class NewAffiliationInline(NewRowsInline[Affiliation]):
    """New affiliations of a person."""

    model = Affiliation
    fields = ("agency", "role", "valid_from", "valid_until")
    autocomplete_fields = ("agency",)
    verbose_name_plural = _("new affiliations")


@admin.register(User)
class UserAdmin(SinceShownAdmin[User]):
    """Accounts. What a person may do follows from the affiliations."""

    add_form = UserAdditionForm
    list_display = ("email", "full_name", "is_active", "last_login", "date_joined")
    list_filter = ("is_active", "affiliations__role")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    inlines = (AffiliationInline, NewAffiliationInline)
    fieldsets = (
        (
            None,
            {
                "description": _("Not shown publicly."),
                "fields": ("email", "full_name", "is_active", "last_login", "date_joined"),
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "description": _(
                    "Without a password the person sets one by the link of a reset mail. Nobody, the secretariat "
                    "included, can read a password later."
                ),
                "fields": ("email", "full_name", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a password only where the account is made."""
        if obj is None:
            kwargs["form"] = self.add_form
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show the fields of the form in use."""
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """A new account has no past."""
        return () if obj is None else super().get_readonly_fields(request, obj)
