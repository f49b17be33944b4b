"""The library that the field reads XLSForms by, from the portal's side: what it is given, and what it says.

It runs in a child (`surveys/questionnaires/xlsform/child.py`). What no questionnaire needs is refused before, by name.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from surveys.questionnaires.xlsform.findings import ROW
from surveys.questionnaires.xlsform.writing import LIST_PREFIX
from surveys.reading.cells import Sheet, SourceRow
from surveys.reading.source_file import SourceFile
from web.child.calling import BUSY, answer_of_child
from web.child.limits import Limits
from web.child.refusing import Refused

CHILD = "surveys.questionnaires.xlsform.child"
SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
OWN_OF_LIBRARY = frozenset({"children", "choices"})
"""What the library itself hangs on a question, as lists: a column of that name would take their place, as a text."""
ROWS_BEFORE_COLUMNS, ROWS_LOOKED_AT = 3, 60
_TYPE_OF_FORMS = re.compile(
    r"(?:select_one|select_multiple|select one|select multiple|rank)(?:_from_file)?\s+\S"
    r"|(?:begin|end)[ _](?:group|repeat)\Z|(?:text|integer|decimal|calculate|geopoint|deviceid|acknowledge)\Z",
    re.IGNORECASE,
)
_ROW_OF_THE_LIBRARY = re.compile(r"\s*:\s*\{'.*\}\s*\Z", re.DOTALL)
"""Behind a warning, the row as the library has it in memory: its number stands before it."""
MAX_ROWS_OF_A_FORM = 10_000
MAX_REFERENCES = 5_000
MAX_DEPTH = 20
LIMITS = Limits(cpu_seconds=4, seconds=12)


class XlsformRefused(ValueError):
    """The workbook is no questionnaire that the portal can ask; one message a problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def is_xlsform(sheets: Sequence[Sheet]) -> bool:
    """Return whether a workbook is a questionnaire rather than answers: a sheet `survey` with `type` and `name`."""
    return any(_is_survey_sheet(sheet.name, sheet.rows[0]) for sheet in sheets if sheet.rows)


def is_xlsform_source(source: SourceFile) -> bool:
    """Return the same of an opened file, of which only the first rows are read."""
    return any(_is_survey_sheet(sheet.name, first) for sheet in source.sheets if (first := next(sheet.rows(), None)))


def source_out_of_place(source: SourceFile) -> str:
    """Return the same as `form_out_of_place` of an opened file, of which only the first rows are read."""
    return form_out_of_place((sheet.name, list(islice(sheet.rows(), ROWS_LOOKED_AT))) for sheet in source.sheets)


def _is_survey_sheet(name: str, first: SourceRow) -> bool:
    header = {cell.casefold() for cell in first.cells}
    return name.strip().casefold() == "survey" and "type" in header and ("name" in header or "label" in header)


def form_out_of_place(sheets: Iterable[tuple[str, Sequence[SourceRow]]]) -> str:
    """Return what to say of a form that is a CSV file, or a sheet under another name; empty for any other file.

    sheets: by name, their first rows. Its first column may name the sheets, as the library writes forms as CSV.
    """
    for name, rows in sheets:
        if not _lists_questions(rows):
            continue
        if name:
            return _(
                "The sheet “%(sheet)s” lists the questions of a questionnaire (XLSForm): name it “survey”, and the one "
                "with the answers to choose from “choices”."
            ) % {"sheet": name}
        return _(
            "This is a questionnaire (XLSForm) as CSV, which holds one sheet alone. Send it as a workbook (.xlsx) with "
            "the sheets “survey” and “choices”, as KoboToolbox and ODK give it, at the survey in the admin."
        )
    return ""


def _lists_questions(rows: Sequence[SourceRow]) -> bool:
    """Whether rows have the columns of the sheet `survey`, and below them a type that only a form has."""
    for at, row in enumerate(rows[:ROWS_BEFORE_COLUMNS]):
        header = [cell.casefold() for cell in row.cells]
        if "type" not in header or not any(cell == "name" or cell.partition("::")[0] == "label" for cell in header):
            continue
        column = header.index("type")
        types = [below.cells[column] for below in rows[at + 1 :] if column < len(below.cells)]
        return any(_TYPE_OF_FORMS.match(kind) for kind in types)
    return False


def read_by_library(sheets: Sequence[Sheet]) -> tuple[dict[str, Any], list[str]]:
    """Return the form as the library's dictionary, and its warnings; raise XlsformRefused with what is wrong."""
    book = _workbook(sheets)
    _check_size(book)
    try:
        with answer_of_child(
            "surveys.questionnaires.xlsform.child", json.dumps(book).encode(), limits=LIMITS
        ) as answer:
            said = json.load(answer)
    except Refused as refused:
        raise XlsformRefused([_in_words(refused)]) from None
    return said["read"], [_ROW_OF_THE_LIBRARY.sub("", warning) for warning in said["warnings"]]


def _in_words(refused: Refused) -> str:
    if refused.code == "form":
        return refused.at
    if refused.code == "unnamed":
        return _("The form cannot be read (%(problem)s). Check it with KoboToolbox or ODK.") % {"problem": refused.at}
    if refused.code == BUSY:
        return _("Other files are being read just now. Try again in a minute.")
    return _("The form takes too long or too much memory to read: it is refused. Ask less in it, in shorter texts.")


def _check_size(book: Mapping[str, Any]) -> None:
    """Refuse what no questionnaire needs, with words that name it, before the library takes its time over it."""
    rows = [row for name in SHEETS for row in book.get(name, ())]
    if len(rows) > MAX_ROWS_OF_A_FORM:
        raise XlsformRefused(
            [_("The form has more than %(limit)d rows of questions and choices.") % {"limit": MAX_ROWS_OF_A_FORM}]
        )
    if sum(cell.count("${") for row in rows for cell in row.values()) > MAX_REFERENCES:
        raise XlsformRefused(
            [
                _("The form refers more than %(limit)d times to answers, as ${question}: leave some out.")
                % {"limit": MAX_REFERENCES}
            ]
        )
    deepest = depth = 0
    for row in book.get("survey", ()):
        kind = row.get("type", "").strip().casefold().replace("_", " ")
        depth += kind.startswith("begin") - kind.startswith("end")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise XlsformRefused(
            [_("The groups of the form stand more than %(limit)d deep in one another.") % {"limit": MAX_DEPTH}]
        )


def _workbook(sheets: Sequence[Sheet]) -> dict[str, Any]:
    book: dict[str, Any] = {"sheet_names": [sheet.name for sheet in sheets], "fallback_form_name": "data"}
    for sheet in sheets:
        name = sheet.name.strip().casefold()
        if name not in SHEETS or not sheet.rows:
            continue
        header = _header_of(sheet)
        if repeated := {cell for cell in header if cell and header.count(cell) > 1}:
            raise XlsformRefused(
                [
                    _("Sheet “%(sheet)s” has a column twice: %(columns)s. Keep one of each.")
                    % {"sheet": sheet.name, "columns": ", ".join(sorted(repeated))}
                ]
            )
        book[name] = [
            {column: cell for column, cell in zip(header, row.cells, strict=False) if column and cell}
            | _placed(name, row)
            for row in sheet.rows[1:]
        ]
        book[f"{name}_header"] = [{column: None for column in (*header, *_placed(name, sheet.rows[0])) if column}]
    _add_portal_lists(book)
    return book


def _placed(sheet: str, row: SourceRow) -> dict[str, str]:
    """Return the column that tells, of a question or a choice, in which row it stands."""
    return {ROW: str(row.number)} if sheet in ("survey", "choices") else {}


def _header_of(sheet: Sheet) -> tuple[str, ...]:
    """Return the columns of a sheet, without those that the library reads as what stands below a row."""
    return tuple(
        "" if cell.partition("::")[0].strip().casefold() in OWN_OF_LIBRARY else cell for cell in sheet.rows[0].cells
    )


def _add_portal_lists(book: dict[str, Any]) -> None:
    """Stand in for the portal's own lists where the sheet of choices leaves them out: their entries are ours."""
    types = [str(row.get("type", "")).split() for row in book.get("survey", ())]
    asked = {words[1] for words in types if len(words) == 2 and words[1].startswith(LIST_PREFIX)}
    missing = asked - {row.get("list_name", row.get("list name")) for row in book.get("choices", ())}
    header = book.setdefault("choices_header", [{"list_name": None, "name": None, "label": None}])[0]
    label = next((column for column in header if column.casefold().startswith("label")), "label")
    book["choices"] = [
        *book.get("choices", ()),
        *({"list_name": name, "name": "portal", label: "portal"} for name in sorted(missing)),
    ]
