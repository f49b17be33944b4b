"""Tables as files: CSV and XLSX, written row by row, in which no text becomes a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell

from web.files.formulas import as_text
from web.files.workbooks import new_workbook

Cell = str | int | float | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOTES = "notes"
LONGEST_CELL = 32_767
"""In characters: what a spreadsheet holds."""


def csv_response(*, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Return the rows as CSV in UTF-8 with a byte-order mark, streamed.

    A text that a spreadsheet would take for a formula begins with an apostrophe; a negative number stays a number.
    """
    return named(StreamingHttpResponse(_csv_lines(header, rows), content_type="text/csv; charset=utf-8"), name, "csv")


def xlsx_response(
    *, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()
) -> FileResponse:
    """Return the rows as a workbook, written to disk as it grows; a second sheet has the disclaimer and the notes.

    The first sheet is the table alone, its header in the first row: who reads it by a script gets the table as it is.
    """
    out = TemporaryFile()  # noqa: SIM115 - the response closes it
    with new_workbook() as book:
        sheet = book.create_sheet(name[:31])
        # Set before the first row: of a sheet that is only written, nothing can be changed behind it.
        sheet.freeze_panes = "A2"
        sheet.append([text_cell(sheet, title) for title in header])
        for row in rows:
            sheet.append([text_cell(sheet, cell) if isinstance(cell, str) else cell for cell in row])
        beside = book.create_sheet(NOTES if name != NOTES else f"{NOTES} 2")
        for note in (NOTES, disclaimer(), *notes):
            beside.append([text_cell(beside, note)])
        book.save(out)
    out.seek(0)
    response = FileResponse(out, content_type=XLSX)
    return named(response, name, "xlsx")


def disclaimer() -> str:
    """Return what stands in every workbook and document, as it does at the foot of every page.

    The owner's own text where `PORTAL_DISCLAIMER` has one, as it is in every language; else ours.
    """
    return settings.PORTAL_DISCLAIMER or _(
        "The names, groupings and data on this portal are given for cooperation only. They express no opinion on the "
        "legal status of any country, territory, city or area, or of its authorities, nor on its frontiers or "
        "boundaries."
    )


def storable(text: str) -> str:
    """Return text that any file can hold: without control characters, and no longer than a cell."""
    return without_controls(text)[:LONGEST_CELL]


def without_controls(text: str) -> str:
    """Return text without the characters that no XML may hold."""
    return _UNSTORABLE.sub("", text)


def _csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow([_safe(title) for title in header])
    for row in rows:
        yield writer.writerow([_safe(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])


class _Echo:
    def write(self, line: str) -> str:
        return line


def _safe(text: str) -> str:
    return as_text(storable(text))


def text_cell(sheet: Any, text: str) -> Any:
    """Return a cell of a write-only sheet that is text, never a formula, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=storable(text))
    cell.data_type = "s"
    return cell


def named(response: Any, name: str, ending: str) -> Any:
    """Return the response as a file of that name, which no cache keeps."""
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response
