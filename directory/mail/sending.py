"""Sends what is due in the outbox: each mail is claimed, filled in, sent, and marked; none twice after a crash.

1. Claim: the row goes from waiting to sending, and that is committed.
2. Fill in, as the reader may see it now; drop the mail where there is nothing to tell any more.
3. Send, and mark it sent. Where the server refuses, wait longer each time, then give up: nobody's page is the worse.
   What it refuses for good because of the address is given up at once, and kept as that.

A sender that dies between 1 and 3 leaves the mail "sending". It may have gone out, so it is never sent again by itself:
after a while it becomes "perhaps sent", and a manager decides.
"""

import datetime as dt
import logging
import smtplib
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.utils import timezone

from directory.choices import MailState
from directory.mail.message_ids import message_id_of
from directory.mail.rendering import render
from directory.models import Mail
from web import full_disk
from web.jobs import later

logger = logging.getLogger(__name__)

BATCH = 500
MOST_ATTEMPTS = 6
FIRST_PAUSE = dt.timedelta(minutes=1)
UNCERTAIN_AFTER = dt.timedelta(minutes=15)
REFUSALS_OF_A_SERVER = (smtplib.SMTPException, OSError)
ANSWERS_OF_A_SERVER = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)
"""It speaks: what it says of one mail it need not say of the next."""


MAILBOX_FULL = 552
"""Is emptied one day, unlike the other permanent answers of a server about an address (RFC 5321, 4.2.3)."""


class ServerIsAway(Exception):
    """The mail server does not answer, so that the next mail would wait as long; this one waits its turn again."""


def send_due(*, limit: int = BATCH) -> dict[str, int]:
    """Send up to `limit` mails that are due; return how many came to which state."""
    mark_uncertain()
    return send_each(list(Mail.objects.due().order_by("due_at", "pk").values_list("pk", flat=True)[:limit]))


def send_each(pks: Iterable[int]) -> dict[str, int]:
    """Send these mails, as long as the server answers; return how many came to which state."""
    counts: dict[str, int] = {}
    for pk in pks:
        try:
            state = send_one(pk)
        except ServerIsAway:
            counts[MailState.WAITING] = counts.get(MailState.WAITING, 0) + 1
            break
        if state is not None:
            counts[state] = counts.get(state, 0) + 1
    return counts


def send_one(pk: int) -> str | None:
    """Send one mail, if it still waits; return the state that it came to, None where another sender had it.

    Raises ServerIsAway where the server does not answer; the mail is sent later then.
    """
    claimed = Mail.objects.due().filter(pk=pk).update(state=MailState.SENDING, claimed_at=timezone.now())
    if not claimed:
        return None
    mail = Mail.objects.select_related("to_user").get(pk=pk)
    try:
        rendered = render(mail)
    except Exception as error:  # whatever is wrong with one mail, the others go out, and this one is shown as failed
        logger.exception("A mail of the kind %s cannot be filled in", mail.kind)
        if full_disk.is_full(error):
            return _later(mail, error)
        return _give_up(mail, error)
    if rendered is None:
        return _finish(mail, MailState.DROPPED)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to_address],
        headers={**rendered.headers, "Auto-Submitted": "auto-generated", "Message-ID": message_id_of(mail)},
    )
    message.attach_alternative(rendered.html, "text/html")
    try:
        message.send()
    except REFUSALS_OF_A_SERVER as error:
        if _is_of_the_address(error):
            logger.warning("Mail %d was not sent: the server takes nothing for its address", mail.pk)
            return _give_up(mail, error, refused_at=timezone.now())
        state = _later(mail, error)
        if not isinstance(error, ANSWERS_OF_A_SERVER):
            raise ServerIsAway from error
        return state
    return _finish(mail, MailState.SENT)


def mark_uncertain() -> int:
    """Mark what a sender that stopped half-way has left behind; return how many."""
    stopped = Mail.objects.filter(state=MailState.SENDING, claimed_at__lt=timezone.now() - UNCERTAIN_AFTER)
    return stopped.update(state=MailState.UNCERTAIN)


def send_again(*, mail: Mail) -> bool:
    """Let a mail that failed, or perhaps went out, be sent once more; a person decides that."""
    rows = Mail.objects.filter(pk=mail.pk, state__in=(MailState.FAILED, MailState.UNCERTAIN))
    return bool(rows.update(state=MailState.WAITING, attempts=0, due_at=timezone.now(), error="", refused_at=None))


def take_back(mail: Mail, said: str, *, refused_at: dt.datetime) -> bool:
    """Give up a mail that went out and came back because of its address; return False where that was known.

    It tells of the time that the mail was sent when `mail` was read: one that was sent again since is left alone.
    """
    went_out = Mail.objects.filter(
        pk=mail.pk,
        claimed_at=mail.claimed_at,
        state__in=(MailState.SENT, MailState.UNCERTAIN),
    )
    return bool(_mark_failed(went_out, said, refused_at))


def send_soon(pks: list[int]) -> None:
    """Hand mails just written over to be sent, once the transaction has committed: no page waits for a server."""
    if pks:
        later("directory.tasks.send_mails", pks)


def _later(mail: Mail, error: Exception) -> str:
    attempts = mail.attempts + 1
    has_failed = attempts >= MOST_ATTEMPTS
    state = MailState.FAILED if has_failed else MailState.WAITING
    logger.warning("Mail %d was not sent, attempt %d: %s", mail.pk, attempts, type(error).__name__)
    Mail.objects.filter(pk=mail.pk).update(
        state=state,
        attempts=attempts,
        error=f"{type(error).__name__}: {error}"[:1_000],
        due_at=timezone.now() + FIRST_PAUSE * 4**attempts,
        claimed_at=None,
    )
    return state


def _give_up(mail: Mail, error: Exception, *, refused_at: dt.datetime | None = None) -> str:
    _mark_failed(Mail.objects.filter(pk=mail.pk), f"{type(error).__name__}: {error}", refused_at)
    return MailState.FAILED


def _mark_failed(mails: QuerySet[Mail], said: str, refused_at: dt.datetime | None) -> int:
    return mails.update(state=MailState.FAILED, error=said[:1_000], refused_at=refused_at)


def _is_of_the_address(error: Exception) -> bool:
    """Return whether the server has answered for good that it takes nothing for the one address of a mail."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    codes = [code for code, _words in error.recipients.values()]
    return bool(codes) and all(code // 100 == 5 and code != MAILBOX_FULL for code in codes)


def _finish(mail: Mail, state: MailState) -> str:
    # The link of an invitation stands nowhere once it is sent.
    about = {name: value for name, value in mail.about.items() if name != "token"}
    sent_at = timezone.now() if state == MailState.SENT else None
    Mail.objects.filter(pk=mail.pk).update(state=state, about=about, sent_at=sent_at, attempts=mail.attempts + 1)
    return state
