"""Forms of people: invitations, accepting them, the own profile."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.access import Action, scope_of
from directory.choices import Digest, Role
from directory.models import Agency, Invitation, User
from directory.people.invitations import roles_to_invite

NOT_ZONES = ("Etc/", "SystemV/", "posix/", "right/")


def time_zones() -> list[tuple[str, str]]:
    """Return the names of time zones by place."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(NOT_ZONES))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class InvitationForm(forms.Form):
    """Whom to invite, to which agency, in which role."""

    email = forms.EmailField(label=gettext_lazy("E-mail"))
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=150, required=False)
    agency = forms.ModelChoiceField(label=gettext_lazy("Agency"), queryset=Agency.objects.none())
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES, initial="en")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = scope_of(by, Action.INVITE)
        agencies = Agency.objects.active().select_related("country")
        fields: dict[str, Any] = self.fields
        fields["agency"].queryset = agencies if scope.everything else agencies.filter(country__in=scope.countries)
        fields["role"].choices = [(role.value, role.label) for role in roles_to_invite(by)]
        if len(settings.LANGUAGES) == 1:
            fields["language"].widget = forms.HiddenInput()

    def clean_role(self) -> Role:
        """Return the role."""
        return Role(self.cleaned_data["role"])


class ProfileForm(forms.ModelForm[User]):
    """What a person says of itself, and what it wants to hear by e-mail."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zones, initial="UTC")
    digest = forms.ChoiceField(
        label=gettext_lazy("Mails on new matches"),
        choices=Digest,
        help_text=gettext_lazy("Once a week: within the weekly summary, where you receive that."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "honorific", "full_name", "job_title", "phone", "language", "time_zone", "digest", "wants_weekly",
            "wants_reminders", "is_listed",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"].required = True


class AddressForm(forms.Form):
    """A new e-mail address, and the password of who wants it."""

    email = forms.EmailField(label=gettext_lazy("New e-mail address"), max_length=254)
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if not by.has_usable_password():
            # Who logs in by single sign-on alone has shown a second factor: the page asks for it.
            del self.fields["password"]

    def clean_password(self) -> str:
        """Check it, as often as a log-in may be tried."""
        password = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self.by, password):
            raise ValidationError(_("This is not your password."))
        return password


class AcceptForm(ProfileForm):
    """A new person accepts an invitation: the notice read, a password chosen."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters, not only digits, nothing that others would guess."),
    )
    notice = forms.BooleanField(label=gettext_lazy("I have read the privacy notice"))

    class Meta(ProfileForm.Meta):
        fields = ("full_name", "job_title", "phone", "language", "time_zone", "is_listed")

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["digest"]
        self.invitation = invitation

    def clean_password(self) -> str:
        """Hold it against the rules for passwords."""
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.invitation.email, full_name=self.data.get("full_name", "")))
        return password

    def clean_full_name(self) -> str:
        """Keep it on one line."""
        name = " ".join(self.cleaned_data["full_name"].split())
        if not name:
            raise ValidationError(_("Give your name."))
        return name
