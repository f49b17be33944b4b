"""A second factor without a telephone: a sheet of codes, each good for one log-in, that a manager hands out on paper.

It is what allauth keeps as recovery codes, marked as printed: recovery codes of another factor ask for nothing, a sheet
is asked for at each log-in (`ssc_portal.accounts.adapters`). The password is needed as ever: who handed the sheet out
cannot log in by it. Managers alone hand one out, whom nobody outranks; never to themselves, and never to who has an
authenticator or a passkey, beside which it would be a second way in.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import AccountEventKind
from directory.mail import outbox
from directory.models import AccountEvent, User

PRINTED = "printed"
FEW_LEFT = 2
"""So many codes left: the person is told to ask for new ones."""


class PrintedCodesRefused(ValueError):
    """No sheet can be handed out or taken back so; the message is for people."""


def sheet_of(user: Any) -> Authenticator | None:
    """Return the sheet of printed codes that the person has, if any."""
    codes = Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.RECOVERY_CODES)
    return next((row for row in codes if row.data.get(PRINTED)), None)


def codes_left(user: Any) -> int | None:
    """Return how many codes of its sheet the person has left; None for who has no sheet."""
    sheet = sheet_of(user)
    return None if sheet is None else len(RecoveryCodes(sheet).get_unused_codes())


def obstacle(user: User, *, by: User) -> str:
    """Return why `by` may not hand the person a sheet, for people; empty where it may."""
    if not can(by, Action.MANAGE_ACCOUNTS):
        return _("Only managers of the secretariat hand out printed codes.")
    if user.pk == by.pk:
        return _("Another manager hands out yours.")
    if not user.is_active or user.erased_at is not None:
        return _("This account is not in use.")
    if Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        return _("This person has a second factor of its own: if it is lost, reset it first.")
    return ""


@transaction.atomic
def hand_out(*, user: User, by: User, note: str) -> list[str]:
    """Make a new sheet for the person, and return its codes, which are shown to nobody again.

    The sheet before it is good for nothing any more, every session of the person ends, and a mail tells it. note: to
    whom the sheet goes, and how the manager made sure of it. Raises PrintedCodesRefused.
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    if why := obstacle(row, by=by):
        raise PrintedCodesRefused(why)
    _check_note(note)
    for codes in Authenticator.objects.filter(user=row, type=Authenticator.Type.RECOVERY_CODES):
        codes.delete()
    sheet = RecoveryCodes.activate(row)
    sheet.instance.data |= {PRINTED: True, "viewed_at": timezone.now().timestamp()}
    sheet.instance.save(update_fields=["data"])
    _tell(row, AccountEventKind.CODES_PRINTED, by=by, note=note)
    return sheet.get_unused_codes()


@transaction.atomic
def take_back(*, user: User, by: User, note: str) -> None:
    """Make the person's sheet good for nothing, such as one that was lost; every session of the person ends."""
    if not can(by, Action.MANAGE_ACCOUNTS) or user.pk == by.pk:
        raise PrintedCodesRefused(_("Another manager of the secretariat takes printed codes back."))
    _check_note(note)
    row = User.objects.select_for_update().get(pk=user.pk)
    sheet = sheet_of(row)
    if sheet is None:
        raise PrintedCodesRefused(_("This person has no printed codes."))
    sheet.delete()
    _tell(row, AccountEventKind.CODES_TAKEN_BACK, by=by, note=note)


def _check_note(note: str) -> None:
    if not note.strip():
        raise PrintedCodesRefused(_("Say in the note to whom the sheet goes or went, and how you made sure of it."))


def _tell(user: User, kind: AccountEventKind, *, by: User, note: str) -> None:
    event = AccountEvent.objects.create(user=user, kind=kind, by=by, note=note.strip())
    outbox.write(kind=kind.value, key=f"{kind}:{event.pk}", about={}, to=[user])
