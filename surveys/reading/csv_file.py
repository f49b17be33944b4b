"""Reads CSV and TSV as spreadsheets and survey tools write it: comma, semicolon or tab, UTF-8, UTF-16 or Western."""

import csv
import io
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from surveys.reading.cells import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_ROWS,
    FileRefused,
    SheetSource,
    SourceRow,
    column_letter,
)

DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 20


def read_csv(data: bytes, *, name: str = "") -> tuple[SheetSource, list[str]]:
    """Return the rows of a CSV file, and notices of what was not certain, such as its encoding.

    Raises FileRefused for what is no text, for broken quoting and beyond the limits of `cells`.
    """
    text, notices = _decode(data)
    first_line, _newline, rest = text.partition("\n")
    declared = first_line.strip().lower().removeprefix("sep=") if first_line.lower().startswith("sep=") else ""
    first_number = 1
    if declared and declared in DELIMITERS:
        # Excel's own mark is a row of the sheet: the row numbers stay those that a person sees.
        text, delimiter, first_number = rest, declared, 2
    else:
        delimiter = _delimiter(text)
    for _row in _rows(text, delimiter=delimiter, first_number=first_number):
        # Read once to the end: what is not well-formed is refused before anything is done with it.
        pass
    return SheetSource(name, lambda: _rows(text, delimiter=delimiter, first_number=first_number)), notices


def _decode(data: bytes) -> tuple[str, list[str]]:
    notices = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            raise FileRefused(_("The file is damaged UTF-16. Save it as “CSV UTF-8 (comma delimited)”.")) from None
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text = _western(data)
            line = data.count(b"\n", 0, error.start) + 1
            notices.append(
                _(
                    "The file is not UTF-8 (line %(line)d); it was read as Western European. Check letters with "
                    "accents in the preview; if they are wrong, save the file as “CSV UTF-8” and upload it again."
                )
                % {"line": line}
            )
    if "\0" in text:
        raise FileRefused(_("The file holds NUL characters: it is not a text file. Save it as CSV UTF-8 or as .xlsx."))
    controls = sum(character < " " and character not in "\t\r\n\x0b\x0c" for character in text[:10_000])
    if controls > len(text[:10_000]) // 50:
        raise FileRefused(_("This is no text file. Send the table as .xlsx or as CSV UTF-8."))
    return text, notices


def _western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        # Every byte is a letter of it; what is not meant so shows in the preview.
        return data.decode("latin-1")


def _delimiter(text: str) -> str:
    """Return the separator that cuts the first rows most alike, into the most columns."""
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths = []
        try:
            for cells in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter):
                if any(cells):
                    widths.append(len(cells))
                if len(widths) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        score = (sum(width == widths[0] for width in widths) * 1000 // len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(text: str, *, delimiter: str, first_number: int) -> Iterator[SourceRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first_number
    try:
        for number, cells in enumerate(reader, start=first_number):
            _check(cells, number)
            trimmed = tuple(cell.strip() for cell in cells)
            if any(trimmed):
                yield SourceRow(number, trimmed)
    except csv.Error as error:
        raise FileRefused(
            _("The file is not well-formed CSV after row %(row)d: %(problem)s.") % {"row": number, "problem": error}
        ) from None


def _check(cells: Sequence[str], number: int) -> None:
    if number > MAX_ROWS:
        raise FileRefused(_("The file has more than %(limit)d rows: split it.") % {"limit": MAX_ROWS})
    if len(cells) > MAX_COLUMNS:
        raise FileRefused(_("Row %(row)d has more than %(limit)d columns.") % {"row": number, "limit": MAX_COLUMNS})
    for index, cell in enumerate(cells):
        if len(cell) > MAX_CELL_CHARACTERS:
            raise FileRefused(
                _("Row %(row)d, column %(column)s: the cell has more than %(limit)d characters.")
                % {"row": number, "column": column_letter(index), "limit": MAX_CELL_CHARACTERS}
            )
