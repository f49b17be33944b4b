"""Brings a survey's file in."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from surveys.choices import ImportState
from surveys.importing.applying import import_file
from surveys.importing.cells import MAX_FILE_BYTES, FileRefused
from surveys.importing.report import report_lines, summary
from surveys.models import Survey


class Command(BaseCommand):
    """`manage.py import_survey FILE --survey CODE [--dry-run] [--partial]`."""

    help = "Bring a CSV or XLSX file with the columns of Table 1 into a survey edition: docs/survey-import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--survey", required=True, metavar="CODE", help="code of the survey edition")
        parser.add_argument("--dry-run", action="store_true", help="only report; write nothing")
        parser.add_argument("--partial", action="store_true", help="take the good rows although others are in error")

    def handle(self, *args: Any, **options: Any) -> None:
        survey = self._survey(options["survey"])
        path: Path = options["file"]
        try:
            with path.open("rb") as source:
                data = source.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CommandError(
                _("Cannot read %(file)s: %(reason)s.") % {"file": path, "reason": error.strerror}
            ) from None
        try:
            outcome = import_file(
                survey=survey,
                data=data,
                file_name=path.name,
                dry_run=options["dry_run"],
                partial=options["partial"],
            )
        except FileRefused as refused:
            raise CommandError(f"{path.name}: {refused}") from None
        errors = len(outcome.plan.errors)
        if options["verbosity"] > 0 or errors:
            for line in report_lines(outcome.plan):
                self.stdout.write(line)
            self.stdout.write(summary(outcome.plan))
        if outcome.is_refused:
            raise CommandError(
                _(
                    "Nothing was written: %(errors)d errors, listed above. "
                    "Correct them, or take the good rows with --partial."
                )
                % {"errors": errors}
            )
        if outcome.state == ImportState.PREVIEWED:
            self.stdout.write(_("Preview: nothing was written."))
            if errors and not options["partial"]:
                raise CommandError(_("%(errors)d errors: the file would be refused.") % {"errors": errors})

    def _survey(self, code: str) -> Survey:
        try:
            return Survey.objects.get(code=code)
        except Survey.DoesNotExist:
            known = ", ".join(Survey.objects.values_list("code", flat=True)) or _("none")
            raise CommandError(
                _(
                    "No survey has the code %(code)s. There are: %(known)s. "
                    "Those that the project ships come with load_surveys."
                )
                % {"code": code, "known": known}
            ) from None
