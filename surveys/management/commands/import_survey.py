"""Brings a survey's file in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from surveys.choices import KINDS_OF_NUMBERS, ImportState
from surveys.importing.applying import import_file
from surveys.importing.in_words import AnswerWords
from surveys.importing.layout.column import OPTION
from surveys.importing.layout.columns import Columns
from surveys.importing.layout.tools import ID, IGNORE, KEEP
from surveys.importing.planning import RowPlan
from surveys.importing.report import column_lines, row_lines, summary
from surveys.models import Survey
from surveys.questionnaires.asked import Asked
from surveys.reading.cells import MAX_FILE_BYTES, FileRefused
from surveys.reading.letters import encodings
from surveys.reading.numbers import COMMA, DECIMAL_MARK, POINT


class Command(BaseCommand):
    """`manage.py import_survey FILE --survey CODE [--dry-run] [--partial] [--column HEADING=QUESTION …] …`."""

    help = (
        "Bring a file of answers into a survey edition: CSV, TSV or XLSX as survey tools export it, or a plain table: "
        "docs/survey-import.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--survey", required=True, metavar="CODE", help="code of the survey edition")
        parser.add_argument("--dry-run", action="store_true", help="only report; write nothing")
        parser.add_argument("--partial", action="store_true", help="take the good rows although others are in error")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=QUESTION",
            help="where a column goes: code of a question, CODE:option=ANSWER (says yes or no to one answer), "
            "id (numbers the responses), keep or ignore",
        )

        parser.add_argument(
            "--decimals",
            action="append",
            default=[],
            metavar="QUESTION=comma|point",
            help="what stands before decimals in the numbers of a question, where the file does not tell",
        )

        parser.add_argument(
            "--encoding",
            default="",
            choices=tuple(encodings()),
            help="in which the letters of a CSV file are, where it does not say it and they come out wrong",
        )

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
        self._quiet = options["verbosity"] == 0
        self._words = AnswerWords(Asked.of(survey))
        try:
            outcome = import_file(
                survey=survey,
                data=data,
                file_name=path.name,
                dry_run=options["dry_run"],
                partial=options["partial"],
                columns=_columns(survey, options["column"]),
                decisions=_decimal_marks(survey, options["decimals"]),
                encoding=options["encoding"],
                on_row=self._say_row,
            )
        except FileRefused as refused:
            raise CommandError(f"{path.name}: {refused}") from None
        errors = outcome.error_count
        if outcome.opened and not self._quiet:
            for line in column_lines(outcome.opened.columns):
                self.stdout.write(line)
            if outcome.opened.letters and outcome.opened.letters.is_sure:
                self.stdout.write(str(outcome.opened.letters))
            for notice in outcome.opened.notices:
                self.stdout.write(notice)
        if not self._quiet or errors:
            self.stdout.write(summary(outcome.counts))
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

    def _say_row(self, row: RowPlan) -> None:
        if not self._quiet or row.errors:
            for line in row_lines(row, self._words):
                self.stdout.write(line)

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


def _decimal_marks(survey: Survey, chosen: list[str]) -> Mapping[str, Mapping[str, str]]:
    numbers = [one.code for one in Asked.of(survey).questions.values() if one.kind in KINDS_OF_NUMBERS]
    marks = {"comma": COMMA, "point": POINT}
    decisions = {}
    for choice in chosen:
        question, _equals, mark = choice.rpartition("=")
        if question not in numbers or mark not in marks:
            raise CommandError(
                _("--decimals %(choice)s: write QUESTION=comma or QUESTION=point. Questions are: %(questions)s.")
                % {"choice": choice, "questions": ", ".join(numbers) or _("none")}
            )
        decisions[question] = {DECIMAL_MARK: marks[mark]}
    return decisions


def _columns(survey: Survey, chosen: list[str]) -> Mapping[str, str]:
    asked = Asked.of(survey)
    known = Columns(asked.version, asked.lists)
    columns = {}
    for choice in chosen:
        # "A=areas:option=trade": the mark of an option stands behind that of the question.
        whole, option, code = choice.rpartition(f":{OPTION}")
        heading, _equals, goes = (whole or choice).rpartition("=")
        goes += option + code if whole else ""
        is_whole = goes.startswith(("question:", "about:"))
        goes = {"id": ID, "keep": KEEP, "ignore": IGNORE}.get(goes, goes if is_whole else f"question:{goes}")
        if not heading or not known.goes_to(goes):
            raise CommandError(
                _("--column %(choice)s: write HEADING=QUESTION. Questions are: %(questions)s; or id, keep, ignore.")
                % {"choice": choice, "questions": ", ".join(asked.questions)}
            )
        columns[" ".join(heading.casefold().split())] = goes
    return columns
