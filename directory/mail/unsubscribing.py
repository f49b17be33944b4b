"""Taking oneself off a kind of mail, by a signed link that needs no log-in; RFC 8058."""

from django.conf import settings
from django.core import signing

from directory.choices import Digest
from directory.mail.kinds import Purpose
from directory.models import User

SALT = "mail.unsubscribe"


def unsubscribe_address(user: User, purpose: Purpose) -> str:
    """Return the address that takes the person off mails of this purpose; empty where one cannot do without them."""
    if purpose == Purpose.ACCOUNT:
        return ""
    token = signing.dumps({"user": user.pk, "purpose": purpose.value}, salt=SALT)
    return f"{settings.PORTAL_URL}/mail/unsubscribe/{token}/"


def read_token(token: str) -> tuple[User, Purpose] | None:
    """Return whom and what the link is for; None for a link that is not ours."""
    try:
        given = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=given["user"], is_active=True).first()
    return None if user is None else (user, Purpose(given["purpose"]))


def unsubscribe(*, user: User, purpose: Purpose) -> None:
    """Send the person no more mails of this purpose; twice is once."""
    if purpose == Purpose.DIGEST:
        User.objects.filter(pk=user.pk).update(digest=Digest.NEVER)
    elif purpose == Purpose.REMINDER:
        User.objects.filter(pk=user.pk).update(wants_reminders=False)
    elif purpose == Purpose.WEEKLY:
        User.objects.filter(pk=user.pk).update(wants_weekly=False)
