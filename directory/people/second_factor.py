"""A second factor that was lost: a manager takes it away, after making sure of the person in another way."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import AccountEventKind
from directory.mail import outbox
from directory.models import AccountEvent, User
from directory.people.sessions import end_sessions


class SecondFactorRefused(ValueError):
    """The second factor cannot be taken away so; the message is for people."""


def has_one(user: User) -> bool:
    """Return whether the person has a second factor, or codes left of one."""
    return Authenticator.objects.filter(user=user).exists()


def check_may_reset(user: User, *, by: User) -> None:
    """Raise SecondFactorRefused unless `by` is a manager, and another person."""
    if not can(by, Action.MANAGE_ACCOUNTS):
        raise SecondFactorRefused(_("Only managers of the secretariat reset a second factor."))
    if user.pk == by.pk:
        raise SecondFactorRefused(_("Another manager resets yours; or the command on the server, where there is none."))


def reset(*, user: User, by: User, note: str) -> None:
    """Take away all second factors and codes of the person, end its sessions, and tell it by e-mail.

    note: how the manager made sure of who asks. Raises SecondFactorRefused where `by` may not, the note is empty, or
    there is nothing to take away.
    """
    check_may_reset(user, by=by)
    _reset(user, by=by, note=note)


def reset_on_the_server(*, user: User, note: str) -> None:
    """The same for whoever runs the portal: the way back in of the last manager."""
    _reset(user, by=None, note=note)


@transaction.atomic
def _reset(user: User, *, by: User | None, note: str) -> None:
    if not note.strip():
        raise SecondFactorRefused(_("Say in the note who asked, and how you made sure of it."))
    row = User.objects.select_for_update().get(pk=user.pk)
    if not has_one(row):
        raise SecondFactorRefused(_("There is no second factor to reset."))
    Authenticator.objects.filter(user=row).delete()
    end_sessions(row)
    event = AccountEvent.objects.create(user=row, kind=AccountEventKind.SECOND_FACTOR_RESET, by=by, note=note.strip())
    outbox.write(kind="second_factor_reset", key=f"second_factor_reset:{event.pk}", about={}, to=[row])
