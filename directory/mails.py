"""What fills the mails of this app."""

from collections.abc import Mapping
from typing import Any

from directory.access import Action, scope_of
from directory.choices import KeyState
from directory.mail.kinds import Purpose, register
from directory.models import Affiliation, ApiKey, Designation, Invitation, User
from directory.people.addresses import read_token
from directory.people.invitations import still_stands
from web.calendar.days import today


@register("invitation", purpose=Purpose.ACCOUNT)
def invitation(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the invitation, who invites and the link; None once it was accepted, withdrawn or fell."""
    row = (
        Invitation.objects.open().select_related("agency__country", "invited_by").filter(pk=about["invitation"]).first()
    )
    token = about.get("token")
    if row is None or row.invited_by is None or not token or not still_stands(row):
        return None
    inviter = row.invited_by.full_name or row.invited_by.email
    return {"invitation": row, "inviter": inviter, "token": token}


@register("password_reset", purpose=Purpose.ACCOUNT)
def password_reset(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the path of the page on which a new password is chosen."""
    return {"path": about["token"]} if reader is not None and about.get("token") else None


@register("no_account", purpose=Purpose.ACCOUNT)
def no_account(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing: somebody asked for a new password with an address that has no account."""
    return {}


@register("revalidation_due", purpose=Purpose.REMINDER)
def revalidation_due(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the affiliation that somebody should validate."""
    row = (
        Affiliation.objects.select_related("user", "agency")
        .filter(pk=about["affiliation"], ended_at__isnull=True)
        .first()
    )
    return None if row is None or reader is None else {"affiliation": row}


@register("acting_cover", purpose=Purpose.ACCOUNT)
def acting_cover(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the designation by which the reader acts for somebody who is away; None once it was ended."""
    row = (
        Designation.objects.select_related("affiliation__agency", "covers__affiliation__user")
        .filter(pk=about["designation"], affiliation__user=reader, ended_at__isnull=True)
        .first()
    )
    if row is None or row.covers is None:
        return None
    return {"designation": row, "who": row.covers.affiliation.user}


@register("second_factor_reset", purpose=Purpose.ACCOUNT)
def second_factor_reset(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing more: the person is told that its second factor was taken away."""
    return None if reader is None else {}


@register("codes_printed", purpose=Purpose.ACCOUNT)
def codes_printed(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing more: the person is told that a sheet of codes was printed for it. No mail holds a code."""
    return None if reader is None else {}


@register("codes_taken_back", purpose=Purpose.ACCOUNT)
def codes_taken_back(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing more: the person is told that its sheet is good for nothing any more."""
    return None if reader is None else {}


@register("cover_begun_for_you", purpose=Purpose.ACCOUNT)
def cover_begun_for_you(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return by which designation another acts for the reader, as the secretariat recorded it; None once it ended."""
    row = (
        Designation.objects.select_related("affiliation__agency", "affiliation__user")
        .filter(pk=about["designation"], covers__affiliation__user=reader, ended_at__isnull=True)
        .first()
    )
    return None if row is None else {"designation": row, "who": row.affiliation.user}


@register("cover_ended", purpose=Purpose.ACCOUNT)
def cover_ended(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the cover that the secretariat has ended, for either of the two."""
    row = (
        Designation.objects.select_related("affiliation__agency", "affiliation__user", "covers__affiliation__user")
        .filter(pk=about["designation"], ended_at__isnull=False)
        .first()
    )
    if row is None or row.covers is None or reader is None:
        return None
    away = row.covers.affiliation.user
    return {"designation": row, "acting": row.affiliation.user, "away": away, "is_away": reader.pk == away.pk}


@register("address_to_confirm", purpose=Purpose.ACCOUNT)
def address_to_confirm(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the link by which a new address proves itself; None once it is dead."""
    token = about.get("token")
    return {"token": token} if token and read_token(token) is not None else None


@register("address_taken", purpose=Purpose.ACCOUNT)
def address_taken(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing: somebody asked to use an address that has an account."""
    return {}


@register("address_asked", purpose=Purpose.ACCOUNT)
def address_asked(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing more: the address in use is told that another is asked for."""
    return None if reader is None else {}


@register("address_changed", purpose=Purpose.ACCOUNT)
def address_changed(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return nothing more: the address that was in use is told that it is no longer."""
    return None if reader is None else {}


@register("key_expiring", purpose=Purpose.REMINDER)
def key_expiring(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the key that ends soon; None once it has a successor, or another person answers for it."""
    row = ApiKey.objects.select_related("agency").filter(pk=about["key"], accountable=reader).first()
    return {"key": row} if row is not None and row.state_on(today()) == KeyState.IN_FORCE else None


@register("key_left", purpose=Purpose.ACCOUNT)
def key_left(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the key that nobody answers for; None once somebody does, or it works no more."""
    row = ApiKey.objects.select_related("agency").filter(pk=about["key"]).first()
    may_read = scope_of(reader, Action.MANAGE_KEYS).everything
    return {"key": row} if may_read and row is not None and row.state_on(today()) == KeyState.TO_ADOPT else None
