"""The form of a posting as a workbook: to fill in offline, pass round for clearance, and upload again.

One row a field: what it is called, its value, what may stand there, and its code, by which it is read. Several values
stand in one cell, separated by semicolons. What may be chosen stands on the second sheet.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Font

from surveys.models.postings.posting import Posting
from surveys.postings.forms.form import VISIBILITY_WORDS, PostingForm
from surveys.postings.forms.place_choice import all_options, find_options
from surveys.postings.shown.editing import ShownPosting
from surveys.reading.cells import FileRefused, Sheet
from surveys.reading.source_file import read_sheets
from web.converters import row_number
from web.files.exports import disclaimer, text_cell
from web.files.workbooks import new_workbook
from web.since_shown import AS_OF
from web.text import fold

VERSION = "1"
MAX_BYTES = 2_000_000
MAX_ROWS_OF_A_SHEET = 10_000
"""The lists of all that may be chosen stand in it too."""
SEPARATOR = ";"
MANY = frozenset({"areas", "modalities", "delivery_languages", "place"})
ROWS = (
    "owner", "title", "text", "language", "english_text", "areas", "modalities", "any_modality", "place", "opens_on",
    "closes_on", "places", "delivery_languages", "amount", "amount_currency", "amount_years", "amount_note", "contact",
    "visibility", "facilitating_allowed",
)  # fmt: skip
YES_OR_NO = frozenset({"any_modality", "facilitating_allowed"})
YES = frozenset({"yes", "y", "1", "true", "x"})


@dataclass(frozen=True)
class SheetProblem:
    """What does not fit, and where."""

    sheet: str
    row: int
    field: str
    what: str


@dataclass(frozen=True)
class ReadSheet:
    """A filled in workbook: what to give to the form, where each field stood, and what could not be read."""

    data: QueryDict
    row_of: dict[str, int]
    sheet: str
    posting: int | None
    problems: list[SheetProblem]


def workbook_of(*, form: PostingForm, posting: Posting | None = None) -> bytes:
    """Return the workbook of a form, empty or filled with a posting; every cell is text."""
    out = io.BytesIO()
    with new_workbook() as book:
        sheet = book.create_sheet(_("Form"))
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 60
        sheet.column_dimensions["C"].width, sheet.column_dimensions["D"].width = 60, 20
        _row(sheet, [_("An offer") if form.kind == "offer" else _("A need")], bold=True)
        _row(sheet, [disclaimer()])
        _row(sheet, [_("Field"), _("Value"), _("What may stand there"), _("Code: leave as it is")], bold=True)
        _row(sheet, [_("Kind"), form.kind, "", "kind"])
        _row(sheet, [_("Version of the form"), VERSION, "", "version"])
        if posting is not None:
            _row(sheet, [_("Number of the posting"), str(posting.pk), "", "posting"])
            _row(sheet, [_("As of"), ShownPosting(posting).mark(), "", AS_OF])
        choices = _choices(form)
        for code in ROWS:
            _row(sheet, [_label(form, code), _value(form, code, choices), _help(form, code), code])
        lists = book.create_sheet(_("Lists"))
        for code, named in choices.items():
            _row(lists, [_label(form, code)], bold=True)
            for value, label in named:
                _row(lists, [label, value])
        book.save(out)
    return out.getvalue()


def read_workbook(data: bytes, *, kind: str, form: PostingForm) -> ReadSheet:
    """Read a filled in workbook; `form` is an empty one, for its choices. Raises FileRefused with what to do."""
    if len(data) > MAX_BYTES:
        raise FileRefused(_("The file is larger than a filled in form: send the form alone."))
    if not data.startswith(b"PK"):
        raise FileRefused(
            _("This is no .xlsx workbook. Fill in the form that you downloaded here and save it as .xlsx.")
        )
    sheet, codes, rows = _form_sheet(read_sheets(data, max_rows=MAX_ROWS_OF_A_SHEET))
    if codes.get("kind", "").strip() != kind:
        raise FileRefused(_("This is not the form of this kind of posting: download it here and fill it in."))
    result = QueryDict(mutable=True)
    problems: list[SheetProblem] = []
    choices = _choices(form)
    for code in ROWS:
        text = codes.get(code, "").strip()
        for value in _parts(text) if code in MANY else [text]:
            if not value:
                continue
            read = _read(code, value, choices)
            if read is None:
                what = _("“%(value)s” is not among those on the sheet “Lists”.") % {"value": value[:80]}
                problems.append(SheetProblem(sheet, rows[code], _label(form, code), what))
            else:
                result.appendlist(code, read)
    if codes.get(AS_OF):
        result[AS_OF] = codes[AS_OF].strip()
    number = codes.get("posting", "").strip()
    return ReadSheet(result, rows, sheet, row_number(number), problems)


def _form_sheet(sheets: list[Sheet]) -> tuple[str, dict[str, str], dict[str, int]]:
    for sheet in sheets:
        codes, rows = {}, {}
        for row in sheet.rows:
            cells = [*row.cells, "", "", "", ""]
            if cells[3].strip() in {*ROWS, "kind", "version", "posting", AS_OF}:
                codes[cells[3].strip()], rows[cells[3].strip()] = cells[1], row.number
        if "kind" in codes:
            return sheet.name, codes, {**dict.fromkeys(ROWS, 0), **rows}
    raise FileRefused(_("No sheet of this file is the form: the column “Code” is missing. Download the form anew."))


def _row(sheet: Any, texts: list[str], *, bold: bool = False) -> None:
    cells = []
    for text in texts:
        cell = text_cell(sheet, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=bold)
        cells.append(cell)
    sheet.append(cells)


def _label(form: PostingForm, code: str) -> str:
    if code == "place":
        return _("For whom") if form.kind == "offer" else _("Preferred partners")
    return str(form.fields[code].label)


def _help(form: PostingForm, code: str) -> str:
    helps = {
        "title": _("At most 200 characters."),
        "areas": _("One or several of the list, separated by semicolons."),
        "modalities": _("One or several of the list, separated by semicolons."),
        "delivery_languages": _("One or several of the list, separated by semicolons."),
        "place": _(
            "Countries and groups of the list, separated by semicolons. "
            "Empty: all countries and territories taking part."
        ),
        "opens_on": _("A day, as 2026-11-25."),
        "closes_on": _("A day, as 2026-11-25; inclusive. Empty: no end stated."),
        "any_modality": _("Yes or no. Without a modality, yes is needed before it is published."),
        "facilitating_allowed": _("Yes or no."),
    }
    if code == "place" and form.kind == "need":
        return _("Countries and groups of the list, separated by semicolons. Empty: none preferred.")
    return helps.get(code) or str(form.fields[code].help_text if code in form.fields else "")


def _choices(form: PostingForm) -> dict[str, list[tuple[str, str]]]:
    fields: Any = form.fields
    return {
        "owner": [(value, str(label)) for value, label in fields["owner"].choices],
        "areas": [(area.pk, str(area)) for area in fields["areas"].queryset],
        "modalities": [(modality.pk, str(modality)) for modality in fields["modalities"].queryset],
        "place": [(option.value, option.label) for option in all_options()],
        "language": fields["language"].choices,
        "delivery_languages": fields["delivery_languages"].choices,
        "visibility": [(value.value, str(label)) for value, label in VISIBILITY_WORDS],
    }


def _value(form: PostingForm, code: str, choices: dict[str, list[tuple[str, str]]]) -> str:
    if code == "place":
        return f"{SEPARATOR} ".join(option.label for option in form.chosen_places)
    value = form.initial.get(code)
    if code in YES_OR_NO:
        return _("yes") if value else _("no")
    if code in choices:
        labels = dict(choices[code])
        values = value if isinstance(value, list) else [value] if value else []
        return f"{SEPARATOR} ".join(labels.get(str(one), str(one)) for one in values)
    return "" if value is None else str(value)


def _parts(text: str) -> Iterator[str]:
    yield from (part.strip() for part in text.replace("\n", SEPARATOR).split(SEPARATOR))


def _read(code: str, value: str, choices: dict[str, list[tuple[str, str]]]) -> str | None:
    """Return the value of a field; None where it is none of those that can be chosen."""
    if code in YES_OR_NO:
        return "on" if fold(value) in {*YES, fold(_("yes"))} else ""
    if code not in choices:
        return value
    for known, label in choices[code]:
        if fold(value) in (fold(str(known)), fold(label)):
            return str(known)
    if code == "place":
        found = find_options(value)
        return found[0].value if len(found) == 1 else None
    return None
