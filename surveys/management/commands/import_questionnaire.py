"""Brings an XLSForm in as a survey's questionnaire."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from surveys.models import Survey
from surveys.questionnaires.bringing_in import bring_in
from surveys.questionnaires.xlsform.library import XlsformRefused
from surveys.reading.cells import FileRefused


class Command(BaseCommand):
    """`manage.py import_questionnaire FILE.xlsx --survey CODE`."""

    help = "Make an XLSForm the questionnaire of a survey edition, or the next version of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--survey", required=True, metavar="CODE", help="code of the survey edition")

    def handle(self, *args: Any, **options: Any) -> None:
        survey = Survey.objects.filter(code=options["survey"]).first()
        if survey is None:
            raise CommandError(f"No survey has the code {options['survey']}.")
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.") from None
        try:
            brought = bring_in(survey=survey, data=data, by=None)
        except (FileRefused, XlsformRefused) as refused:
            raise CommandError(f"{options['file'].name}: {refused}") from None
        for notice in brought.notices:
            self.stdout.write(notice)
        what = "version" if brought.is_new else "unchanged: version"
        self.stdout.write(f"{what} {brought.version.number}, {len(brought.version.questions)} questions")
