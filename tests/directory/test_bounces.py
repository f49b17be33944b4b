"""Mails that come back: what a mail server says later of an address counts as what it says at once, and no more."""

import base64
import datetime as dt
import io
import mailbox
import sys
from dataclasses import replace
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError

from directory.choices import MailState
from directory.mail import bounces, outbox, sending
from directory.mail.bounces import LARGEST, BounceOutcome, UnreadableBounce, record_bounce
from directory.mail.unreached import unreached_people
from directory.management.commands import record_bounces
from directory.models import Mail, User
from web.child.calling import RUNS_AWAY

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SENT_AT = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
RETURNED_AT = SENT_AT + dt.timedelta(minutes=5)
READ_AT = SENT_AT + dt.timedelta(days=3)

POSTFIX = """\
From MAILER-DAEMON Mon Nov  2 08:05:00 2026
Return-Path: <>
Date: {date}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: portal@localhost
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4C1F/mx.example.org"

This is a MIME-encapsulated message.

--4C1F/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4C1F/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4C1F
Arrival-Date: Mon,  2 Nov 2026 08:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected:
    User unknown in virtual mailbox table

--4C1F/mx.example.org
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <portal@localhost>
Subject: Rice
From: portal@localhost
To: {address}
Message-ID: {message_id}

--4C1F/mx.example.org--
"""

EXIM = """\
Return-path: <>
X-Failed-Recipients: {address}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example.org>
To: portal@localhost
Content-Type: multipart/report; report-type=delivery-status; boundary=1762070700-eximdsn-1
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vFq1-0001@exim.example.org>
Date: {date}

--1762070700-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1762070700-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; exim.example.org

Action: {action}
Final-Recipient: rfc822;{address}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 no such user

--1762070700-eximdsn-1
Content-type: message/rfc822

Return-path: <portal@localhost>
Received: from portal by exim.example.org with esmtp
Content-Type: multipart/alternative; boundary="=====ours=="
Subject: Rice
To: {address}
Message-ID: {message_id}

--=====ours==
Content-Type: text/plain; charset=utf-8

Rice
--=====ours==--

--1762070700-eximdsn-1--
"""

EXCHANGE = """\
From: <postmaster@example.onmicrosoft.com>
To: <portal@localhost>
Date: {date}
Content-Type: multipart/report; boundary="_c0ffee_"; Report-Type="Delivery-Status"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <c0ffee@AM0PR01.example.onmicrosoft.com>
In-Reply-To: {message_id}
References: {message_id}
Subject: Undeliverable: Rice
Auto-Submitted: auto-replied

--_c0ffee_
Content-Type: multipart/alternative; differences=Content-Type; boundary="_inner_"

--_inner_
Content-Type: text/plain; charset="us-ascii"

Your message couldn't be delivered.

--_inner_
Content-Type: text/html; charset="us-ascii"

<p>Your message couldn't be delivered.</p>

--_inner_--

--_c0ffee_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.example.onmicrosoft.com
Received-From-MTA: dns;portal.example.org
Arrival-Date: Mon, 2 Nov 2026 08:00:01 +0000

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822;alias-of-it@example.onmicrosoft.com
X-Actual-Recipient: rfc822; <{address}> (Focal Point)
Action: {action} (delivery)
Status: {status} (bad destination mailbox address)
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: Focal Point

--_c0ffee_
Content-Type: message/rfc822

Received: from portal.example.org by AM0PR01.example.onmicrosoft.com
Subject: Rice
To: {address}
Message-ID:
\t{message_id}

--_c0ffee_--
"""

SERVERS = pytest.mark.parametrize("notification", [POSTFIX, EXIM, EXCHANGE], ids=["postfix", "exim", "exchange"])

REPLY = """\
From: Focal Point <focal-point@example.org>
To: portal@localhost
In-Reply-To: {message_id}
Content-Type: text/plain

Thank you. Action: failed
"""

OUT_OF_OFFICE = """\
From: focal-point@example.org
Auto-Submitted: auto-replied
In-Reply-To: {message_id}
Subject: Out of office
Content-Type: multipart/report; report-type=disposition-notification; boundary=x

--x
Content-Type: text/plain

I am back on Monday.
--x
Content-Type: message/disposition-notification

Final-Recipient: rfc822; focal-point@example.org
Original-Message-ID: {message_id}
Action: failed
Status: 5.1.1
--x--
"""


@pytest.fixture(autouse=True)
def _filled_in(monkeypatch):
    said = SimpleNamespace(subject="Rice", text="Rice", html="<p>Rice</p>", headers={})
    monkeypatch.setattr(sending, "render", lambda mail: said)


@pytest.fixture(autouse=True)
def _three_days_later(focal_point, coordinator):
    with time_machine.travel(READ_AT, tick=False):
        yield


def send(person: User, key: str = "one", at: dt.datetime = SENT_AT) -> str:
    """Write to the person and send it; return the Message-ID that it went out with."""
    with time_machine.travel(at, tick=False):
        outbox.write(kind="posting_approved", key=key, about={}, to=[person])
        assert sending.send_due() == {"sent": 1}
    return mail.outbox[-1].message()["Message-ID"]


def returned(notification: str, message_id: str, **said: str) -> bytes:
    values = {
        "address": "Focal-Point@Example.ORG",
        "action": "failed",
        "status": "5.1.1",
        "date": format_datetime(RETURNED_AT),
    }
    return notification.format(message_id=message_id, **(values | said)).encode()


@SERVERS
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_mail_that_came_back_counts_as_refused_when_it_came_back(focal_point, notification, newline):
    content = returned(notification, send(focal_point)).replace(b"\n", newline)
    assert record_bounce(content) == BounceOutcome.RECORDED
    row = Mail.objects.get()
    assert (row.state, row.refused_at, row.sent_at) == (MailState.FAILED, RETURNED_AT, SENT_AT)
    assert row.error.startswith("5.1.1 smtp;")
    assert list(unreached_people()) == [focal_point]


@SERVERS
def test_twice_the_same_is_once_and_a_mail_sent_again_has_another_message_id(focal_point, notification):
    content = returned(notification, send(focal_point))
    assert record_bounce(content) == BounceOutcome.RECORDED
    assert record_bounce(content) == BounceOutcome.KNOWN
    row = Mail.objects.get()
    assert sending.send_again(mail=row)
    assert record_bounce(content) == BounceOutcome.KNOWN
    assert sending.send_due() == {"sent": 1}
    assert record_bounce(content) == BounceOutcome.NOT_OURS
    row.refresh_from_db()
    assert (row.state, row.refused_at) == (MailState.SENT, None)
    again = mail.outbox[-1].message()["Message-ID"]
    assert record_bounce(returned(notification, again)) == BounceOutcome.RECORDED


@SERVERS
@pytest.mark.parametrize(
    "said",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delayed"},
        {"action": "relayed", "status": "5.0.0"},
        {"status": "4.4.7"},
        {"status": "5.2.2"},
        {"status": "5"},
        {"status": ""},
    ],
    ids=lambda said: " ".join(said.values()) or "none",
)
def test_what_is_delayed_or_passes_says_nothing_of_the_address(focal_point, notification, said):
    assert record_bounce(returned(notification, send(focal_point), **said)) == BounceOutcome.NO_BOUNCE
    assert Mail.objects.get().state == MailState.SENT


@pytest.mark.parametrize("message", [REPLY, OUT_OF_OFFICE], ids=["reply", "receipt"])
def test_what_people_and_their_programs_answer_is_no_bounce(focal_point, message):
    content = message.format(message_id=send(focal_point)).encode()
    assert record_bounce(content) == BounceOutcome.NO_BOUNCE
    assert record_bounce(content + b"attached " * LARGEST) == BounceOutcome.NO_BOUNCE
    assert Mail.objects.get().state == MailState.SENT


@SERVERS
def test_nobody_is_marked_by_a_notification_without_the_message_id_of_a_mail_to_that_address(
    focal_point, coordinator, notification
):
    own, other = send(focal_point, "one"), send(coordinator, "two")
    row = Mail.objects.get(key="one")
    forged = [
        own.replace("mail.", "mail.9"),
        own.replace(own[10:20], "0123456789"),
        own.partition("@")[0][:-1] + "@localhost>",
        f"<mail.{row.pk}.{'0' * 32}@localhost>",
        f"<mail.{row.pk}.\u0663{'0' * 31}@localhost>",
        f"<mail.{'9' * 18}.{'0' * 32}@localhost>",
        f"<mail.{row.pk}@localhost>",
        "<another@example.net>",
        "",
        # One's own mail does not speak for the address of another.
        other,
    ]
    assert {record_bounce(returned(notification, message_id)) for message_id in forged} == {BounceOutcome.NOT_OURS}
    elsewhere = {"address": "elsewhere@example.org"}
    assert record_bounce(returned(notification, own, **elsewhere)) == BounceOutcome.NOT_OURS
    assert not unreached_people().exists()
    assert not Mail.objects.filter(state=MailState.FAILED).exists()


def test_what_was_taken_after_a_mail_came_back_counts_though_the_folder_is_read_later(focal_point):
    content = returned(POSTFIX, send(focal_point))
    second = send(focal_point, "two", RETURNED_AT + dt.timedelta(hours=1))
    assert record_bounce(content) == BounceOutcome.RECORDED
    assert not unreached_people().exists()
    later = format_datetime(RETURNED_AT + dt.timedelta(hours=2))
    assert record_bounce(returned(POSTFIX, second, date=later)) == BounceOutcome.RECORDED
    assert list(unreached_people()) == [focal_point]


@pytest.mark.parametrize(
    ("date", "refused_at"),
    [
        ("Fri, 1 Jan 2100 00:00:00 +0000", READ_AT),
        ("Mon, 1 Jan 0001 00:00:00 +1400", SENT_AT),
        ("Fri, 31 Dec 9999 23:59:59 -1200", READ_AT),
        ("Mon, 02 Nov 2026 15:05:00 +0700", RETURNED_AT),
        ("Mon, 02 Nov 2026 08:05:00 -0000", READ_AT),
        ("yesterday", READ_AT),
        ("Mon, 99 Nov 2026 08:05:00 +9999999999", READ_AT),
    ],
)
def test_the_clock_of_another_server_leads_neither_before_the_mail_nor_into_the_future(focal_point, date, refused_at):
    assert record_bounce(returned(POSTFIX, send(focal_point), date=date)) == BounceOutcome.RECORDED
    assert Mail.objects.get().refused_at == refused_at
    assert list(unreached_people()) == [focal_point]


def test_a_mail_that_perhaps_went_out_has_gone_out_where_it_comes_back(focal_point):
    content = returned(POSTFIX, send(focal_point))
    Mail.objects.update(state=MailState.UNCERTAIN, sent_at=None)
    assert record_bounce(content) == BounceOutcome.RECORDED
    assert list(unreached_people()) == [focal_point]


def test_one_that_comes_back_before_it_is_marked_as_sent_is_brought_again(focal_point, monkeypatch):
    content = returned(POSTFIX, send(focal_point))
    Mail.objects.update(state=MailState.SENDING, sent_at=None)
    assert record_bounce(content) == BounceOutcome.TOO_EARLY
    with pytest.raises(CommandError, match="bring it again") as told:
        piped(monkeypatch, content)
    assert told.value.returncode == 75
    sending.mark_uncertain()
    assert record_bounce(content) == BounceOutcome.RECORDED


def test_one_failure_among_several_recipients_is_found(focal_point):
    content = returned(EXIM, send(focal_point)).replace(
        b"Action: failed\n",
        b"Action: delivered\nFinal-Recipient: rfc822;other@example.org\nStatus: 2.0.0\n\nAction: failed\n",
    )
    assert record_bounce(content) == BounceOutcome.RECORDED


def deeply_nested(levels: int) -> bytes:
    parts = (f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(levels))
    return "".join(parts).encode()


HEAD = b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"\n" + b"x" * LARGEST,
        HEAD,
        HEAD + b"\n--x\nContent-Type: text/plain\n\nNothing for machines.\n--x--\n",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nNo boundary\n",
        HEAD + b"\n--x\n" + deeply_nested(5_000),
    ],
    ids=["huge", "head alone", "no status", "no boundary", "recursion"],
)
def test_hostile_notifications_are_refused_in_a_line(content, monkeypatch):
    with pytest.raises(UnreadableBounce):
        record_bounce(content)
    with pytest.raises(CommandError, match="Not every message") as told:
        piped(monkeypatch, content)
    assert told.value.returncode == 1


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"\n--x\n" + deeply_nested(250) + b"\n" + b"a\n" * 400_000,
        HEAD.replace(b"; b", b'; y="' + b";" * 90_000 + b"; b"),
    ],
    ids=["nested", "quoted"],
)
def test_one_that_takes_the_parser_minutes_is_ended(content, monkeypatch):
    monkeypatch.setattr(bounces, "LIMITS", replace(bounces.LIMITS, cpu_seconds=1))
    with pytest.raises(UnreadableBounce, match=RUNS_AWAY):
        record_bounce(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 5_000, b"\xff\xfe\x80: \xff\n\n\xff", b"x" * (2 * LARGEST), b"delivery-status: " * 5_000],
    ids=["nothing", "nul", "no text", "one line", "many names"],
)
def test_what_is_no_mail_is_no_bounce(content, monkeypatch):
    assert piped(monkeypatch, content).startswith("read: 1, recorded: 0, known already: 0, no bounce: 1")


def test_bytes_beyond_ascii_and_nul_bytes_in_a_notification_reach_no_column(focal_point):
    hostile = b"550 \x00\xff\xfe \xe2\x80\xae=?utf-8?b?" + base64.b64encode(b"\x00") + b"?= "
    content = returned(POSTFIX, send(focal_point)).replace(b"550 ", hostile + b"x" * 3_000)
    content = content.replace(b"Reporting-MTA: dns", b"\xff\x00: \xff\nReporting-MTA: \xff\x00")
    assert record_bounce(content) == BounceOutcome.RECORDED
    error = Mail.objects.get().error
    assert len(error) == 1_000
    assert error.startswith("5.1.1 smtp; 550")
    assert not set("\x00\u202e") & set(error)


def piped(monkeypatch, content: bytes) -> str:
    """Return what the command says of a message on standard input, of which it leaves nothing unread."""
    given, said = io.BytesIO(content), io.StringIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=given))
    try:
        call_command("record_bounces", stdout=said, stderr=said)
    finally:
        assert given.read() == b""
    return said.getvalue()


def test_a_mail_server_hands_a_message_over(focal_point, monkeypatch):
    said = piped(monkeypatch, returned(POSTFIX, send(focal_point)))
    assert said == ("read: 1, recorded: 1, known already: 0, no bounce: 0, not ours: 0, too early: 0, unreadable: 0\n")
    assert list(unreached_people()) == [focal_point]


@pytest.fixture
def messages(focal_point) -> list[bytes]:
    own = send(focal_point)
    return [
        returned(EXIM, own),
        returned(EXIM, own),
        REPLY.format(message_id=own).encode(),
        returned(EXCHANGE, "<another@example.net>"),
        HEAD + b"\nNo status\n",
    ]


COUNTED = "read: 5, recorded: 1, known already: 1, no bounce: 1, not ours: 1, too early: 0, unreadable: 1\n"


def read_mailbox(**where) -> tuple[str, str]:
    said, complained = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="Not every message"):
        call_command("record_bounces", **where, stdout=said, stderr=complained)
    return said.getvalue(), complained.getvalue()


def test_a_maildir_is_read_once_each_and_left_as_it_is(messages, tmp_path):
    folder = tmp_path / "bounces"
    box = mailbox.Maildir(folder)
    names = [box.add(content) for content in messages]
    # A mail program moves one that it has shown.
    shown = box[names[2]]
    shown.set_subdir("cur")
    shown.set_flags("S")
    box[names[2]] = shown
    (folder / "cur" / f"{names[0]}:2,").write_bytes(messages[0])
    (folder / "cur" / ".hidden").write_bytes(messages[0])
    (folder / "cur" / "folder").mkdir()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said, complained = read_mailbox(maildir=folder)
    assert said == COUNTED
    assert complained == f"Cannot read {names[4]}: it has no part of the type message/delivery-status.\n"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_mbox_file_is_read_and_left_as_it_is(messages, tmp_path):
    file = tmp_path / "bounces"
    box = mailbox.mbox(file)
    for content in messages:
        box.add(content)
    box.close()
    before = file.read_bytes(), file.stat().st_mtime_ns
    said, complained = read_mailbox(mbox=file)
    assert said == COUNTED
    assert complained == "Cannot read message 5: it has no part of the type message/delivery-status.\n"
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


@pytest.mark.parametrize("where", ["maildir", "mbox"])
def test_a_mailbox_that_is_not_there_is_named_and_not_made(where, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("record_bounces", **{where: tmp_path / "nowhere"})
    assert not (tmp_path / "nowhere").exists()


def test_a_portal_that_is_away_asks_for_the_message_again(monkeypatch):
    def away(content):
        raise OperationalError

    monkeypatch.setattr(record_bounces, "record_bounce", away)
    with pytest.raises(CommandError, match="database") as told:
        piped(monkeypatch, b"")
    assert told.value.returncode == 75
    monkeypatch.setattr(record_bounces, "is_read_only", lambda: True)
    with pytest.raises(CommandError, match="Maintenance") as told:
        call_command("record_bounces")
    assert told.value.returncode == 75
