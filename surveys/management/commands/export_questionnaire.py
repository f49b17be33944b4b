"""Writes a survey's questionnaire as XLSForm."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from surveys.models import Survey
from surveys.questionnaires.versions import current_version
from surveys.questionnaires.xlsform.writing import write_xlsform


class Command(BaseCommand):
    """`manage.py export_questionnaire --survey CODE FILE.xlsx`."""

    help = "Write the questionnaire of a survey edition as XLSForm, for KoboToolbox and ODK."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--survey", required=True, metavar="CODE", help="code of the survey edition")

    def handle(self, *args: Any, **options: Any) -> None:
        survey = Survey.objects.filter(code=options["survey"]).first()
        version = current_version(survey) if survey else None
        if version is None:
            raise CommandError(f"No survey of the code {options['survey']} has a questionnaire.")
        options["file"].write_bytes(write_xlsform(version))
        self.stdout.write(f"{options['file']}: version {version.number}, {len(version.questions)} questions")
