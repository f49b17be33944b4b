"""People with accounts in the admin."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from directory.access import Action, can
from directory.admin.base import ListInline, NewRowsInline, actor
from directory.admin.people.printed_codes import show_printed_codes
from directory.admin.since_shown import SinceShownAdmin
from directory.keys.departures import note_departure
from directory.mail.unreached import unreached_people
from directory.models import AccountEvent, Affiliation, User
from directory.people import addresses, second_factor
from directory.people.second_factor import SecondFactorRefused


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


class AccountEventInline(ListInline[AccountEvent, User]):
    """What was done to the account, last first."""

    model = AccountEvent
    fk_name = "user"
    fields = ("at", "kind", "by", "note")
    readonly_fields = fields
    show_change_link = False
    verbose_name_plural = _("what was done to the account")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountEvent]:
        """Take along who did it."""
        return super().get_queryset(request).select_related("by", "user")


class MailFilter(admin.SimpleListFilter):
    """Those whom mail does not reach."""

    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One choice: nothing is known of those whom it may reach."""
        return [("unreached", _("Does not reach them"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Narrow the list."""
        return queryset.filter(pk__in=unreached_people().values("pk")) if self.value() else queryset


class SecondFactorForm(forms.Form):
    """Why a second factor is reset."""

    note = forms.CharField(
        label=_("Note"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who asked, and how you made sure of it: not by e-mail alone. For the secretariat."),
    )


@admin.register(User)
class UserAdmin(SinceShownAdmin[User]):
    """Accounts. What a person may do follows from the affiliations."""

    add_form = UserAdditionForm
    list_display = ("email", "full_name", "is_active", "last_login", "date_joined")
    list_filter = ("is_active", "affiliations__role", MailFilter)
    search_fields = ("email", "full_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    inlines = (AffiliationInline, NewAffiliationInline, AccountEventInline)
    change_form_template = "admin/directory/user/change_form.html"
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

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a second factor: of its reset, and of printed codes."""
        view = self.admin_site.admin_view
        own = [
            path("<row:pk>/second-factor/", view(self.second_factor), name="directory_user_second_factor"),
            path("<row:pk>/printed-codes/", view(self.printed_codes), name="directory_user_printed_codes"),
        ]
        return [*own, *super().get_urls()]

    def printed_codes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out printed codes, or take them back."""
        return show_printed_codes(self, request, get_object_or_404(User, pk=pk))

    def second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for a note, then take the second factor away; the person is told, and sets up a new one."""
        by = actor(request)
        if not can(by, Action.MANAGE_ACCOUNTS):
            raise PermissionDenied
        person = get_object_or_404(User, pk=pk)
        form = SecondFactorForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                second_factor.reset(user=person, by=by, note=form.cleaned_data["note"])
            except SecondFactorRefused as refused:
                form.add_error(None, str(refused))
            else:
                said = _("The second factor of %(person)s is reset. A mail tells the person.") % {"person": person}
                self.message_user(request, said, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:directory_user_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Reset the second factor"),
            "person": person,
            "form": form,
            "is_oneself": person.pk == by.pk,
            "has_one": second_factor.has_one(person),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return TemplateResponse(request, "admin/directory/user/second_factor.html", context, status=status)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a password only where the account is made."""
        if obj is None:
            kwargs["form"] = self.add_form
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show the fields of the form in use."""
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """A new account has no past; the own address is changed in the profile, where it has to prove itself."""
        if obj is None:
            return ()
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "email") if obj.pk == request.user.pk else fields

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Change an address by its one door, which ends the sessions and tells the old one."""
        if not change or "email" not in form.changed_data:
            super().save_model(request, obj, form, change)
            return
        email, obj.email = obj.email, form.initial["email"]
        super().save_model(request, obj, form, change)
        obj.email = addresses.change_by_manager(user=obj, email=email, by=actor(request)).email

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Look after the keys of a person who was deactivated, or whose affiliation was ended here."""
        super().save_related(request, form, formsets, change)
        note_departure(form.instance)
