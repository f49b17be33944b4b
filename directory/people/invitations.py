"""Inviting people: the only way to an account. The link works once, expires, and can be sent again."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.choices import Role
from directory.mail import outbox
from directory.models import Affiliation, Agency, Invitation, User

VALID_FOR = dt.timedelta(days=14)
TOKEN_BYTES = 32


class InvitationRefused(ValueError):
    """The invitation cannot be made, sent or accepted; the message is for people."""


@dataclass(frozen=True)
class NewPerson:
    """What a person says of itself on accepting an invitation."""

    full_name: str
    password: str
    job_title: str = ""
    phone: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    is_listed: bool = False


def roles_to_invite(by: User) -> list[Role]:
    """Return the roles that the person may invite to: a manager to any, a coordinator focal points."""
    scope = scope_of(by, Action.INVITE)
    if scope.everything:
        return list(Role)
    return [Role.FOCAL_POINT] if scope else []


def still_stands(invitation: Invitation) -> bool:
    """Return whether who invited may still invite so, today: what a person gave does not outlive the right to give."""
    by = invitation.invited_by
    if by is None:
        return False
    try:
        _check_may_invite(by, invitation.agency, invitation.role)
    except InvitationRefused:
        return False
    return True


@transaction.atomic
def invite(
    *, by: User, email: str, agency: Agency, role: Role, full_name: str = "", language: str = "en"
) -> Invitation:
    """Invite a person to an agency in a role, and send the link.

    Raises InvitationRefused where `by` may not, where the person serves there already or is invited already, and
    ValidationError where role and agency do not go together.
    """
    _check_may_invite(by, agency, role)
    email = email.strip().lower()
    today = timezone.now().date()
    serving = Affiliation.objects.in_force(today).filter(user__email__iexact=email, agency=agency, role=role)
    if serving.exists():
        raise InvitationRefused(_("This person serves there in that role already."))
    invitation = Invitation(
        email=email,
        full_name=full_name.strip(),
        agency=agency,
        role=role,
        language=language,
        invited_by=by,
        token_hash=secrets.token_hex(TOKEN_BYTES),
        expires_at=timezone.now() + VALID_FOR,
    )
    Affiliation(agency=agency, role=role).clean()
    invitation.full_clean(exclude=["invited_by"], validate_constraints=False)
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        raise InvitationRefused(
            _("This person is invited there already: send that invitation again, or withdraw it.")
        ) from error
    _send(invitation)
    return invitation


@transaction.atomic
def send_again(*, invitation: Invitation, by: User) -> Invitation:
    """Send a new link; the one before no longer works, and who sends it vouches for it from now on.

    Raises InvitationRefused where it is not open any more.
    """
    row = _held_open(invitation, by)
    row.invited_by = by
    row.save(update_fields=["invited_by"])
    _send(row)
    return row


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> Invitation:
    """Withdraw an invitation: its link no longer works."""
    row = _held_open(invitation, by)
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    return row


@transaction.atomic
def withdraw_what_fell(*, inviter: User) -> int:
    """Withdraw the open invitations that the person may no longer make; return how many."""
    rows = Invitation.objects.select_for_update(of=("self",)).open().filter(invited_by=inviter)
    fallen = [row.pk for row in rows.select_related("agency", "invited_by") if not still_stands(row)]
    return Invitation.objects.filter(pk__in=fallen).update(withdrawn_at=timezone.now())


def find(token: str) -> Invitation | None:
    """Return the invitation whose link this is, if it still works; unknown, used, expired ones look the same."""
    rows = Invitation.objects.open().filter(token_hash=_hash(token), expires_at__gt=timezone.now())
    row = rows.select_related("agency__country", "invited_by").first()
    return row if row is not None and still_stands(row) else None


def account_of(invitation: Invitation) -> User | None:
    """Return the account that the invited address has already."""
    return User.objects.filter(email__iexact=invitation.email).first()


@transaction.atomic
def accept_as_new(*, token: str, person: NewPerson) -> User:
    """Make the account and the affiliation; the notice was read. Raises InvitationRefused where the link is dead."""
    invitation = _held_by_token(token)
    if account_of(invitation) is not None:
        raise InvitationRefused(_("This address has an account: log in to accept the invitation."))
    user = User.objects.create_user(
        invitation.email,
        person.password,
        full_name=person.full_name,
        job_title=person.job_title,
        phone=person.phone,
        language=person.language,
        time_zone=person.time_zone,
        is_listed=person.is_listed,
        notice_accepted_at=timezone.now(),
    )
    _take_effect(invitation, user)
    return user


@transaction.atomic
def accept_as(*, token: str, user: User) -> Affiliation:
    """Accept with the account that the invited address has. Raises InvitationRefused for any other person."""
    invitation = _held_by_token(token)
    if user.email.lower() != invitation.email.lower():
        raise InvitationRefused(_("This invitation is for another address. Log in with that one."))
    if user.notice_accepted_at is None:
        user.notice_accepted_at = timezone.now()
        user.save(update_fields=["notice_accepted_at"])
    return _take_effect(invitation, user)


def _take_effect(invitation: Invitation, user: User) -> Affiliation:
    today = timezone.now().date()
    affiliation, is_new = Affiliation.objects.get_or_create(
        user=user,
        agency=invitation.agency,
        role=invitation.role,
        defaults={"valid_from": today, "validated_on": today},
    )
    if not is_new:
        # Someone who left, and returns: the row, its history and its designations are the same.
        affiliation.ended_at, affiliation.valid_until, affiliation.validated_on = None, None, today
        affiliation.save()
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return affiliation


def _send(invitation: Invitation) -> None:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation.token_hash = _hash(token)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + VALID_FOR
    invitation.save(update_fields=["token_hash", "sent_at", "expires_at"])
    # The outbox is the one place that ever holds the link itself, until it is sent: the sender then takes it out.
    outbox.write(
        kind="invitation",
        key=f"invitation:{invitation.pk}:{invitation.sent_at.isoformat()}",
        about={"invitation": invitation.pk, "token": token},
        addresses=[invitation.email],
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _check_may_invite(by: User, agency: Agency, role: Role | str) -> None:
    if role not in roles_to_invite(by):
        raise InvitationRefused(_("You cannot invite to this role."))
    scope = scope_of(by, Action.INVITE)
    if not scope.covers(agency_id=agency.pk, countries=frozenset({agency.country_id} - {None})):
        raise InvitationRefused(_("You invite to the agencies of your own country."))
    if not agency.is_active:
        raise InvitationRefused(_("This agency is not in use any more."))


def _held_open(invitation: Invitation, by: User) -> Invitation:
    row = Invitation.objects.select_for_update(of=("self",)).select_related("agency").get(pk=invitation.pk)
    _check_may_invite(by, row.agency, row.role)
    if row.accepted_at is not None or row.withdrawn_at is not None:
        raise InvitationRefused(_("This invitation was accepted or withdrawn."))
    return row


def _held_by_token(token: str) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("agency", "invited_by")
    row = rows.open().filter(token_hash=_hash(token), expires_at__gt=timezone.now()).first()
    if row is None or not still_stands(row):
        raise InvitationRefused(_("This link does not work any more. Ask for a new invitation."))
    return row
