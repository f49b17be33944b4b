"""Reads CSV as spreadsheets write it: UTF-8, comma, semicolon or tab."""

import csv
import io

from django.utils.translation import gettext as _

from surveys.importing.cells import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_ROWS,
    FileRefused,
    Sheet,
    SourceRow,
    column_letter,
)

DELIMITERS = ",;\t"


def read_csv(data: bytes) -> Sheet:
    """Return the rows of a CSV file in UTF-8, with or without a byte-order mark.

    Raises FileRefused for another encoding (naming the byte), for broken quoting and beyond the limits of `cells`.
    """
    text = _decode(data)
    first_line, _newline, rest = text.partition("\n")
    declared = first_line.strip().lower().removeprefix("sep=") if first_line.lower().startswith("sep=") else ""
    if declared and declared in DELIMITERS:
        # Excel's own mark is a row of the sheet: the row numbers stay those that a person sees.
        return Sheet("", tuple(_rows(rest, delimiter=declared, first_number=2)))
    delimiter = max(DELIMITERS, key=first_line.count)
    return Sheet("", tuple(_rows(text, delimiter=delimiter, first_number=1)))


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(_("The file is in UTF-16. Save it as “CSV UTF-8 (comma delimited)” or as .xlsx."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts after the byte-order mark that it took away.
        offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        line = data.count(b"\n", 0, offset) + 1
        raise FileRefused(
            _(
                "The file is not UTF-8: byte 0x%(byte)02X at position %(position)d, in line %(line)d. "
                "Save it as “CSV UTF-8 (comma delimited)” or as .xlsx."
            )
            % {"byte": data[offset], "position": offset, "line": line}
        ) from None
    if "\0" in text:
        raise FileRefused(_("The file holds NUL characters: it is not a text file. Save it as CSV UTF-8 or as .xlsx."))
    return text


def _rows(text: str, *, delimiter: str, first_number: int) -> list[SourceRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    number = first_number
    try:
        for number, cells in enumerate(reader, start=first_number):
            _check(cells, number)
            trimmed = tuple(cell.strip() for cell in cells)
            if any(trimmed):
                rows.append(SourceRow(number, trimmed))
    except csv.Error as error:
        raise FileRefused(
            _("The file is not well-formed CSV after row %(row)d: %(problem)s.") % {"row": number, "problem": error}
        ) from None
    return rows


def _check(cells: list[str], number: int) -> None:
    if number > MAX_ROWS:
        raise FileRefused(_("The file has more than %(limit)d rows. Split it.") % {"limit": MAX_ROWS})
    if len(cells) > MAX_COLUMNS:
        raise FileRefused(_("Row %(row)d has more than %(limit)d columns.") % {"row": number, "limit": MAX_COLUMNS})
    for index, cell in enumerate(cells):
        if len(cell) > MAX_CELL_CHARACTERS:
            raise FileRefused(
                _("Row %(row)d, column %(column)s: the cell has more than %(limit)d characters.")
                % {"row": number, "column": column_letter(index), "limit": MAX_CELL_CHARACTERS}
            )
