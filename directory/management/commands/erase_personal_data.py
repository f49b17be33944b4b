"""`manage.py erase_personal_data`: erase the details of those who left two years ago; `daily` does it too."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from directory.people.leaving import due_for_erasure, erase_due
from web.calendar.days import today


class Command(BaseCommand):
    """Erase, or say who is due."""

    help = "Erase the personal details of people whose last affiliation ended two years ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many are due")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.write(f"Due: {len(due_for_erasure(today()))}")
        else:
            self.stdout.write(f"Erased: {erase_due(today())}")
