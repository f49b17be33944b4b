"""Writes mails into the outbox, in the transaction of what they tell of."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from directory.mail.kinds import KINDS
from directory.mail.sending import send_soon
from directory.models import Agency, Mail, User


def write(
    *,
    kind: str,
    key: str,
    about: Mapping[str, Any],
    to: Iterable[User] = (),
    offices: Iterable[Agency] = (),
    addresses: Iterable[str] = (),
    due_at: dt.datetime | None = None,
) -> int:
    """Put one mail for each person, office mailbox and address into the outbox; return how many are new.

    kind: a registered code. key: names the event, e.g. "proposed:12:need"; of one event each address gets one mail,
    however often this is called. about: ids and plain values. due_at: not before this moment. Nobody inactive or
    erased is written to, and an agency without an office mailbox is passed over.

    Raises KeyError for a kind that no app registered.
    """
    code = KINDS[kind].code
    receivers: dict[str, User | None] = {address.lower(): None for address in addresses if address}
    receivers |= {agency.office_mailbox.lower(): None for agency in offices if agency.office_mailbox}
    receivers |= {user.email.lower(): user for user in to if user.is_active and user.erased_at is None}
    known = set(Mail.objects.filter(key=key).values_list("to_address", flat=True))
    Mail.objects.bulk_create(
        (
            Mail(
                kind=code,
                key=key,
                to_address=address,
                to_user=user,
                about=dict(about),
                due_at=due_at or timezone.now(),
            )
            for address, user in receivers.items()
            if address not in known
        ),
        ignore_conflicts=True,
    )
    written = Mail.objects.filter(key=key, to_address__in=set(receivers) - known).order_by("pk")
    pks = list(written.values_list("pk", flat=True))
    if due_at is None:
        send_soon(pks)
    return len(pks)
