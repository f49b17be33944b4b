"""Message-IDs by which a mail that comes back is known: only its receiver has seen the one that it went out with.

The hash covers the address and the moment at which the row was claimed, so that a mail sent again has another, and what
comes back of the first time says nothing of the second.
"""

import re
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import punycode

from directory.models import Mail

SALT = "mail.message_id"
OURS = re.compile(r"<mail\.([0-9]{1,18})\.([0-9a-f]{32})@")


def message_id_of(mail: Mail) -> str:
    """Return the Message-ID of a mail that is being sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<mail.{mail.pk}.{_mark(mail)}@{punycode(domain)}>"


def mail_of(message_id: str) -> Mail | None:
    """Return the mail that was last sent with this Message-ID; None for one that is not ours."""
    found = OURS.match(message_id)
    if found is None:
        return None
    mail = Mail.objects.filter(pk=int(found[1]), claimed_at__isnull=False).first()
    return mail if mail is not None and constant_time_compare(found[2], _mark(mail)) else None


def _mark(mail: Mail) -> str:
    said = f"{mail.pk} {mail.to_address} {mail.claimed_at}"
    return salted_hmac(SALT, said, algorithm="sha256").hexdigest()[:32]
