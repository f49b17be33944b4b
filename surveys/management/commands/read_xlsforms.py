"""Reads every XLSForm of a folder and says of each whether the portal can ask it, and if not why."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from surveys.questionnaires.xlsform.library import XlsformRefused
from surveys.questionnaires.xlsform.reading import read_xlsform
from surveys.reading.cells import FileRefused


class Command(BaseCommand):
    """See the module."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line a file, its notices or reasons below it, and the share that can be asked."""
        folder: Path = options["folder"]
        files = sorted(
            path for path in folder.rglob("*") if path.suffix.casefold() in (".xlsx", ".xls", ".csv", ".xml")
        )
        if not files:
            raise CommandError(f"There is no form in {folder}.")
        accepted = 0
        for path in files:
            name = path.relative_to(folder)
            try:
                read = read_xlsform(path.read_bytes())
            except XlsformRefused as refused:
                self._tell(f"refused   {name}", refused.problems)
            except FileRefused as refused:
                self._tell(f"refused   {name}", [str(refused)])
            else:
                accepted += 1
                self._tell(f"accepted  {name}: {len(read.form.questions)} questions", read.notices)
        self.stdout.write(f"{accepted} of {len(files)} forms can be asked ({100 * accepted / len(files):.0f} %).")

    def _tell(self, line: str, below: Any) -> None:
        self.stdout.write(line)
        for one in below:
            self.stdout.write(f"    {one}")
