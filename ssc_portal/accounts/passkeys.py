"""What a browser says of a passkey: JSON that anybody may send, before anybody has logged in.

allauth and fido2 take it apart as if a browser had written it. The forms stand around both, so that what they cannot
take apart is wrong like a wrong signature, and no fault of the portal. Named in the setting MFA_FORMS.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.forms.fields import InvalidJSONInput

LONGEST = 20_000
"""In characters; browsers write a tenth of it, attested keys some thousands."""
UNREADABLE = (
    ArithmeticError, AssertionError, AttributeError, InvalidSignature, LookupError, NotImplementedError,
    RecursionError, TypeError, UnsupportedAlgorithm, ValueError, struct.error,
)  # fmt: skip
"""All that taking apart a hostile answer was seen to raise; a fault of the database or the network is none of them."""


@contextmanager
def _unreadable_is_wrong() -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise get_adapter().validation_error("incorrect_code") from error


class CredentialField(forms.JSONField):
    """An object of JSON, and no longer than browsers write one."""

    def to_python(self, value: Any) -> Any:
        """Return the object; ValidationError for all else, also for what Python's own reader breaks on."""
        if isinstance(value, str) and len(value) > LONGEST:
            raise get_adapter().validation_error("incorrect_code")
        with _unreadable_is_wrong():
            read = super().to_python(value)
        if read is not None and not isinstance(read, dict):
            raise get_adapter().validation_error("incorrect_code")
        return read

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return nothing for the form to show again: each answer is to a question of its own."""
        return InvalidJSONInput("")


def _credential() -> CredentialField:
    return CredentialField(required=True, widget=forms.HiddenInput)


class AddPasskey(AddWebAuthnForm):
    """Adds a passkey to an account."""

    credential = _credential()

    def clean(self) -> dict[str, Any]:
        """Take it apart."""
        with _unreadable_is_wrong():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class _ChecksCredential:
    def clean_credential(self) -> Authenticator:
        """Return the passkey that has signed."""
        with _unreadable_is_wrong():
            passed: Authenticator = super().clean_credential()  # type: ignore[misc]
        return passed


class LogInByPasskey(_ChecksCredential, LoginWebAuthnForm):
    """Logs in."""

    credential = _credential()


class PasskeyAsFactor(_ChecksCredential, AuthenticateWebAuthnForm):
    """Is the second factor of a log-in by password."""

    credential = _credential()


class ConfirmByPasskey(_ChecksCredential, ReauthenticateWebAuthnForm):
    """Confirms who is logged in."""

    credential = _credential()
