"""`manage.py record_bounces`: read mails that came back, so that the secretariat sees whom mail does not reach."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from os import EX_TEMPFAIL
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from directory.mail.bounces import LARGEST, BounceOutcome, UnreadableBounce, record_bounce
from directory.mail.mailboxes import messages_of_maildir, messages_of_mbox
from web.maintenance import is_read_only

PIECE = 1 << 16


class Command(BaseCommand):
    """Read one message, or all of a mailbox, and say what became of them."""

    help = (
        "Read one message on standard input, as a mail server hands it over, or all of a mailbox, and record whose "
        "address was refused after the mail server had taken a mail for it (RFC 3464). A message read twice counts "
        f"once. Ends with {EX_TEMPFAIL} where the same message should be brought again later, with 1 where one cannot "
        "be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--maildir", type=Path, metavar="FOLDER", help="read a Maildir, and leave it as it is")
        where.add_argument("--mbox", type=Path, metavar="FILE", help="read an mbox file, and leave it as it is")

    def handle(self, *args: Any, maildir: Path | None, mbox: Path | None, **options: Any) -> None:
        if is_read_only():
            raise CommandError("Maintenance is read-only: nothing was read.", returncode=EX_TEMPFAIL)
        counts: Counter[BounceOutcome] = Counter()
        unreadable = 0
        try:
            for name, content in _messages(maildir, mbox):
                try:
                    counts[record_bounce(content)] += 1
                except UnreadableBounce as reason:
                    unreadable += 1
                    self.stderr.write(f"Cannot read {name}: {reason}")
        except OSError as error:
            raise CommandError(f"Cannot go on reading: {error}") from error
        except OperationalError as error:
            raise CommandError("The database does not answer.", returncode=EX_TEMPFAIL) from error
        said = ", ".join(f"{outcome}: {counts[outcome]}" for outcome in BounceOutcome)
        self.stdout.write(f"read: {counts.total() + unreadable}, {said}, unreadable: {unreadable}")
        if unreadable:
            raise CommandError("Not every message could be read.")
        if counts[BounceOutcome.TOO_EARLY] and not (maildir or mbox):
            raise CommandError("Its mail is just being sent: bring it again.", returncode=EX_TEMPFAIL)


def _messages(maildir: Path | None, mbox: Path | None) -> Iterator[tuple[str, bytes]]:
    most = LARGEST + 1
    if maildir is not None:
        return messages_of_maildir(maildir, most=most)
    if mbox is not None:
        return messages_of_mbox(mbox, most=most)
    return iter([("standard input", _piped(most))])


def _piped(most: int) -> bytes:
    content = sys.stdin.buffer.read(most)
    # A mail server that cannot get rid of the rest takes that for a failure.
    while sys.stdin.buffer.read(PIECE):
        pass
    return content
