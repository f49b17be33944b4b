"""`manage.py load_reference`: bring the directory to what directory/data/*.csv says."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directory.reference.loading import DATA_FOLDER, load_reference
from directory.reference.problems import ReferenceDataError
from directory.reference.report import detail_lines, summary_line


class Command(BaseCommand):
    """Parse, call, print."""

    help = (
        "Load the reference lists of directory/data: countries, groups, areas, modalities, agencies. Idempotent; what "
        "someone changed in the admin is kept and reported; rows that left the files are disabled, never deleted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA_FOLDER, help="where the CSV files are")
        parser.add_argument("--dry-run", action="store_true", help="only report, write nothing")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="take the files' values also where someone changed them in the admin",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plans = load_reference(folder=options["folder"], overwrite=options["overwrite"], dry_run=options["dry_run"])
        except ReferenceDataError as error:
            raise CommandError(f"Nothing was loaded:\n{error}") from error
        for plan in plans:
            self.stdout.write(summary_line(plan))
            for line in detail_lines(plan, every_row=options["verbosity"] > 1):
                self.stdout.write(f"  {line}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
