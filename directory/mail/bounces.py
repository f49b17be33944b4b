"""Mails that come back: a notification that a mail of ours failed for good counts as a refusal of its address.

Anybody can write to the mailbox that notifications come to. One counts only if it carries the Message-ID of a mail that
we have sent to the very address that it tells of.
"""

import datetime as dt
import json
import logging
import re
from enum import StrEnum
from typing import Any

from django.utils import timezone

from directory.choices import MailState
from directory.mail.message_ids import mail_of
from directory.mail.rendering import one_line
from directory.mail.sending import take_back
from directory.models import Mail
from web.child.calling import answer_of_child
from web.child.limits import Limits
from web.child.refusing import Refused

logger = logging.getLogger(__name__)

LARGEST = 1_000_000
"""Bytes of a notification, which may hold the whole mail that comes back; none of ours has a tenth of it."""
LONGEST_HEAD = 100_000
LIMITS = Limits(cpu_seconds=3, seconds=20, memory_bytes=500_000_000, answer_bytes=4 * LARGEST)
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
PERMANENT = re.compile(r"5\.[0-9]{1,3}\.[0-9]{1,3}")
MAILBOX_FULL = re.compile(r"5\.2\.2")
"""As when our own server says so (`directory.mail.sending`): it is emptied one day."""


class BounceOutcome(StrEnum):
    """What became of a message that was read."""

    RECORDED = "recorded"
    KNOWN = "known already"
    NO_BOUNCE = "no bounce"
    """An answer of a person or a machine, or of a server that goes on trying."""
    NOT_OURS = "not ours"
    """No mail of ours to that address, or it was sent again since."""
    TOO_EARLY = "too early"
    """Its mail is just being marked as sent: read it again."""


class UnreadableBounce(Exception):
    """It says that it is a notification, and cannot be read; the message says why."""


def record_bounce(content: bytes) -> BounceOutcome:
    """Record what one message, of at most LARGEST bytes, tells of a mail that did not arrive. Twice is once.

    Raises UnreadableBounce.
    """
    if not _may_be_notification(content):
        return BounceOutcome.NO_BOUNCE
    report = _read(content)
    failed = [row for row in report["recipients"] if _is_for_good(row)]
    if not failed:
        return BounceOutcome.NO_BOUNCE
    mail = mail_of(report["message_id"])
    if mail is None:
        return BounceOutcome.NOT_OURS
    row = next((row for row in failed if mail.to_address.lower() in row["addresses"]), None)
    if row is None:
        return BounceOutcome.NOT_OURS
    if mail.state == MailState.SENDING:
        return BounceOutcome.TOO_EARLY
    said = one_line(f"{row['status']} {row['said']}")
    if not take_back(mail, said, refused_at=_moment(report["date"], mail)):
        return BounceOutcome.KNOWN
    logger.info("Mail %d came back: its address is refused", mail.pk)
    return BounceOutcome.RECORDED


def _may_be_notification(content: bytes) -> bool:
    """Return whether the head names a notification: a reply, of whatever size, needs no child to be passed over."""
    head = END_OF_HEAD.split(content[:LONGEST_HEAD], maxsplit=1)[0]
    return b"delivery-status" in head.lower()


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise UnreadableBounce(f"it is larger than {LARGEST} bytes.")
    try:
        with answer_of_child("web.child.delivery_reports", content, limits=LIMITS) as answer:
            said: dict[str, Any] = json.load(answer)
            return said
    except Refused as refused:
        if refused.code == "no_status":
            raise UnreadableBounce("it has no part of the type message/delivery-status.") from refused
        raise UnreadableBounce(f"it is not made as mails are ({refused.code}).") from refused


def _is_for_good(row: dict[str, Any]) -> bool:
    status = row["status"]
    return row["action"] == "failed" and bool(PERMANENT.fullmatch(status)) and not MAILBOX_FULL.fullmatch(status)


def _moment(date: str | None, mail: Mail) -> dt.datetime:
    """Return when the address was refused: as the notification says, but not before the mail, nor in the future.

    A folder may be read long after; what was taken for the address between then and now counts as later.
    """
    now = timezone.now()
    sent = mail.sent_at or mail.claimed_at or now
    return min(max(dt.datetime.fromisoformat(date), sent), now) if date else now
