"""Questionnaires and lists of challenges that the project ships, in `surveys/data/`: sheets of XLSForm as CSV."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from surveys.models import Challenge, Survey
from surveys.questionnaires.form import Form
from surveys.questionnaires.xlsform.reading import read_form
from surveys.reading.cells import Sheet, SourceRow

DATA = Path(__file__).resolve().parent.parent / "data"


@cache
def shipped_form(name: str) -> Form:
    """Return the shipped questionnaire of that name."""
    sheets = [_sheet(f"{name}.{sheet}.csv", sheet) for sheet in ("survey", "choices")]
    settings = Sheet("settings", (SourceRow(1, ("default_language",)), SourceRow(2, ("English (en)",))))
    return read_form([*sheets, settings]).form


def add_challenges(survey: Survey) -> None:
    """Give an edition the challenges that are shipped for it, in the printed words."""
    rows = [row for row in _rows(DATA / "challenges.csv") if row["survey"] == survey.code]
    made: dict[str, Challenge] = {}
    for position, row in enumerate(rows):
        made[row["code"]] = Challenge.objects.create(
            survey=survey,
            code=row["code"],
            perspective=row["perspective"],
            parent=made[row["parent_code"]] if row["parent_code"] else None,
            label=row["short_label"],
            label_as_printed=row["label_as_printed"],
            marker=row["marker_in_source"],
            source=row["source"],
            position=position,
        )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _sheet(file_name: str, sheet: str) -> Sheet:
    with (DATA / "questionnaires" / file_name).open(encoding="utf-8", newline="") as lines:
        rows = tuple(SourceRow(number, tuple(cells)) for number, cells in enumerate(csv.reader(lines), start=1))
    return Sheet(sheet, rows)
