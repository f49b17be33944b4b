"""The columns of Table 1 of the 2018 survey: finds them in a sheet and names what is missing or unknown."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.importing.cells import FileRefused, Sheet, column_letter

COLUMNS = (
    "row_no",
    "country_as_printed",
    "iso3",
    "data_source",
    "modalities",
    "priority_areas_as_printed",
    "regions_countries_as_printed",
    "contribution_as_printed",
    "contribution_usd",
    "footnote",
    "transcription_note",
    "source",
)
AGENCY_COLUMN = "agency"

NOT_STATED = frozenset({"", "-", "–", "—", "n/a", "n.a.", "na"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column, as given; columns without a cell are empty."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def stated(self, column: str) -> str:
        """Return the cell, empty where it says in one of the usual ways that nothing is stated."""
        text = self.cells[column]
        return "" if text.casefold() in NOT_STATED else text


def read_rows(sheets: Sequence[Sheet], *, has_agency_key: bool) -> list[Row]:
    """Return the rows of the one sheet that holds the table.

    Raises FileRefused where no sheet or several hold it, where a column is missing, unknown or there twice, where a
    cell stands outside the columns, and where the table has no row.
    """
    allowed = (*COLUMNS, AGENCY_COLUMN) if has_agency_key else COLUMNS
    sheet = _sheet_of_the_table(sheets)
    header = [" ".join(cell.casefold().split()) for cell in sheet.rows[0].cells]
    _check_header(header, allowed)
    rows = []
    for row in sheet.rows[1:]:
        for index, cell in enumerate(row.cells):
            if cell and (index >= len(header) or not header[index]):
                raise FileRefused(
                    _("Row %(row)d has a cell in column %(column)s, which has no heading: “%(cell)s”.")
                    % {"row": row.number, "column": column_letter(index), "cell": cell[:60]}
                )
        by_column = dict(zip(header, row.cells, strict=False))
        rows.append(Row(sheet.name, row.number, {column: by_column.get(column, "") for column in allowed}))
    if not rows:
        raise FileRefused(_("The table has a heading but no row."))
    return rows


def _sheet_of_the_table(sheets: Sequence[Sheet]) -> Sheet:
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise FileRefused(_("The file holds no text."))
    known = [sheet for sheet in filled if {cell.casefold() for cell in sheet.rows[0].cells} & {"iso3", COLUMNS[1]}]
    if len(known) > 1:
        raise FileRefused(
            _("Several sheets hold the table: %(sheets)s. Keep one.")
            % {"sheets": ", ".join(f"“{sheet.name}”" for sheet in known)}
        )
    return known[0] if known else filled[0]


def _check_header(header: Sequence[str], allowed: Sequence[str]) -> None:
    counts = Counter(column for column in header if column)
    problems = []
    if unknown := [column for column in counts if column not in allowed]:
        problems.append(_("unknown columns: %(columns)s") % {"columns": ", ".join(map(_suggest, unknown))})
    if missing := [column for column in COLUMNS if column not in counts]:
        problems.append(_("missing columns: %(columns)s") % {"columns": ", ".join(missing)})
    if twice := [column for column, count in counts.items() if count > 1]:
        problems.append(_("columns there twice: %(columns)s") % {"columns": ", ".join(twice)})
    if problems:
        raise FileRefused(
            _("The first row does not hold the columns of the table: %(problems)s. Expected are: %(expected)s.")
            % {"problems": "; ".join(problems), "expected": ", ".join(allowed)}
        )


def _suggest(column: str) -> str:
    shown = f"“{column[:60]}”"
    close = difflib.get_close_matches(column[:60], (*COLUMNS, AGENCY_COLUMN), n=1, cutoff=0.75)
    return _("%(column)s (did you mean %(other)s?)") % {"column": shown, "other": close[0]} if close else shown
