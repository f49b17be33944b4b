"""`manage.py send_mail`: send what is due in the outbox, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from directory.mail.sending import BATCH, send_due


class Command(BaseCommand):
    """Send mails that are due."""

    help = "Send the mails that are due, each once; prints how many came to which state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=BATCH, help=f"at most so many ({BATCH})")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = send_due(limit=options["limit"])
        self.stdout.write(", ".join(f"{state}: {number}" for state, number in sorted(counts.items())) or "Nothing due.")
