"""Changing the e-mail address of an account: the new one proves itself by a link, the old one is told twice.

The link is signed and needs no row: it holds the account, the new address, and a mark of what the account was when it
was asked. A change of password, of a second factor or of the address makes another mark, so whoever reads at the old
address "somebody asked" has only to change the password, and the link is dead.
"""

import datetime as dt
import uuid
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import AccountEventKind, MailState
from directory.mail import outbox
from directory.models import AccountEvent, Mail, User
from directory.people.sessions import end_sessions

VALID_FOR = dt.timedelta(days=1)
SALT = "directory.people.addresses"


class AddressRefused(ValueError):
    """The address cannot be changed so; the message is for people."""


def ask(*, user: User, email: str) -> None:
    """Send a link to the new address, and tell the present one that this was asked.

    An address that has an account gets a mail too, which says so: who asks learns nothing of it. Raises AddressRefused
    where it is the person's own.
    """
    email = email.strip().lower()
    if user.answers_to(email):
        raise AddressRefused(_("That is your address already."))
    is_taken = User.objects.filter(email__iexact=email).exists()
    kind = "address_taken" if is_taken else "address_to_confirm"
    about: dict[str, Any] = {"language": user.language} | ({} if is_taken else {"token": _sign(user, email)})
    asked = uuid.uuid4()
    with transaction.atomic():
        outbox.write(kind=kind, key=f"{kind}:{asked}", about=about, addresses=[email])
        outbox.write(kind="address_asked", key=f"address_asked:{asked}", about={}, to=[user])


def read_token(token: str) -> tuple[User, str] | None:
    """Return whose link this is and the new address; None where it works no longer, whatever the reason."""
    try:
        said = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True, erased_at__isnull=True).first()
    if user is None or not constant_time_compare(said["mark"], _mark(user)):
        return None
    return user, said["email"]


@transaction.atomic
def confirm(token: str) -> User:
    """Change the address, as the link says. Raises AddressRefused where the link works no longer."""
    found = read_token(token)
    if found is not None:
        row = User.objects.select_for_update().get(pk=found[0].pk)
        if read_token(token) is not None:
            return _change(row, found[1], by=row)
    raise AddressRefused(_("This link does not work any more. Ask for a new one in your profile."))


@transaction.atomic
def change_by_manager(*, user: User, email: str, by: User) -> User:
    """Change the address of another person, who has told the secretariat in another way.

    Raises AddressRefused where `by` may not, or the address has an account.
    """
    if not can(by, Action.MANAGE_ACCOUNTS) or by.pk == user.pk:
        raise AddressRefused(_("Managers change the addresses of others; your own you change in your profile."))
    return _change(User.objects.select_for_update().get(pk=user.pk), email.strip().lower(), by=by)


def _change(row: User, email: str, *, by: User) -> User:
    old = row.email
    event = AccountEvent.objects.create(user=row, kind=AccountEventKind.ADDRESS_CHANGED, by=by)
    # Written while the account still has the old address: that is where it goes.
    outbox.write(kind="address_changed", key=f"address_changed:{event.pk}", about={}, to=[row])
    row.email = email
    try:
        with transaction.atomic():
            row.save(update_fields=["email"])
    except IntegrityError as error:
        raise AddressRefused(_("This link does not work any more. Ask for a new one in your profile.")) from error
    _take_mails_along(row, old, told=f"address_changed:{event.pk}")
    end_sessions(row)
    return row


def _take_mails_along(row: User, old: str, *, told: str) -> None:
    """Send what waits to the new address, and keep hold of what went to the old one: it is erased with the person."""
    own = Mail.objects.filter(to_user=row, state=MailState.WAITING).exclude(kind="address_asked").exclude(key=told)
    own.exclude(key__in=Mail.objects.filter(to_address=row.email).values("key")).update(to_address=row.email)
    past = Mail.objects.filter(to_user=None, to_address__iexact=old).exclude(state=MailState.WAITING)
    past.update(to_user=row)


def _sign(user: User, email: str) -> str:
    return signing.dumps({"user": user.pk, "email": email, "mark": _mark(user)}, salt=SALT)


def _mark(user: User) -> str:
    """Return what changes with the password, the second factor and the address of the account."""
    state = f"{user.email}:{user.get_session_auth_hash()}"
    return salted_hmac(SALT, state, algorithm="sha256").hexdigest()[:32]
