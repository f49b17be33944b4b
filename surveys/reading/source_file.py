"""Opens a file of anybody as sheets of text cells; what reads it works in a child, so that it can be ended."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from django.utils.translation import gettext as _

from surveys.reading.cells import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_ROWS,
    FileRefused,
    MergedCells,
    Sheet,
    SheetSource,
    SourceRow,
)
from surveys.reading.letters import IsKnown, Letters, choose
from web.child.calling import BUSY, RUNS_AWAY, answer_of_child
from web.child.limits import Limits
from web.child.refusing import Refused

IN_A_JOB = Limits(seconds=300, answer_bytes=500_000_000)
IN_A_REQUEST = Limits(seconds=12, answer_bytes=50_000_000)
_LIMITS = {
    "cell_too_long": MAX_CELL_CHARACTERS,
    "too_many_columns": MAX_COLUMNS,
    "too_many_entries": MAX_ENTRIES,
}
_BLANK = b" \t\r\n\xef\xbb\xbf"


@dataclass(frozen=True)
class SourceFile:
    """An opened file: its visible sheets, and notices for the person who sent it.

    `from_1904`: whether a workbook counts its days from 1904; `merged`: by the name of a sheet, its merged cells;
    `letters`: how a text file was read that does not say its encoding.
    """

    sheets: Sequence[SheetSource]
    notices: Sequence[str] = field(default_factory=list)
    from_1904: bool = False
    merged: Mapping[str, Sequence[MergedCells]] = field(default_factory=dict)
    letters: Letters | None = None


def open_file(
    data: bytes,
    *,
    limits: Limits = IN_A_JOB,
    max_rows: int = MAX_ROWS,
    encoding: str = "",
    is_known: IsKnown | None = None,
    computed: Sequence[str] = (),
    on_rows: Callable[[int], None] | None = None,
) -> SourceFile:
    """Open a CSV, TSV or XLSX file, or a ZIP archive of CSV files as ODK exports it.

    encoding: in which a person says that text is; is_known: whether a cell is a name that is known, by which its
    encoding is told where the file does not say it; on_rows: is told now and then how many rows have been read.

    The rows stand in a temporary file, not in memory. The child has 4 seconds of computing, and as many again whenever
    it comes forward by 200 rows, and 1 GB. Raises FileRefused for anything else, with what to do, and for files that
    are too large, broken or hostile.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(
            _("The file has more than %(limit)d MB. Keep only the table in it, or split it.")
            % {"limit": MAX_FILE_BYTES // 1_000_000}
        )
    if not data.strip(_BLANK):
        raise FileRefused(_("The file is empty."))
    options = {"rows": max_rows, "encoding": encoding, "computed": list(computed)}
    spool = _ask_child(data, limits, options, on_rows)
    letters = None
    if candidates := _first_line(spool).get("candidates"):
        letters = choose(candidates, chosen=encoding, is_known=is_known)
        if letters.encoding != candidates[0][0]:
            # The names that the portal knows tell more than the child can.
            spool = _ask_child(data, limits, {**options, "encoding": letters.encoding}, on_rows)
    return _about_workbook(spool, replace(_sheets(spool), letters=letters))


def _ask_child(
    data: bytes, limits: Limits, options: dict[str, Any], on_rows: Callable[[int], None] | None
) -> IO[bytes]:
    try:
        # A line of the child is a row, but for a few that say something of a sheet.
        return answer_of_child("surveys.reading.child.tables", data, limits=limits, options=options, on_lines=on_rows)
    except Refused as refused:
        raise FileRefused(_in_words(refused)) from None


def read_sheets(data: bytes, *, max_rows: int = MAX_ROWS, computed: Sequence[str] = ()) -> list[Sheet]:
    """Return the sheets of a file with all their rows; for files that should be small, and while somebody waits.

    computed: names of sheets in which formulas are read as what they came to.
    """
    opened = open_file(data, limits=IN_A_REQUEST, max_rows=max_rows, computed=computed)
    return [Sheet(sheet.name, tuple(sheet.rows())) for sheet in opened.sheets]


def _about_workbook(spool: IO[bytes], opened: SourceFile) -> SourceFile:
    """Add what the first line says of a workbook."""
    said = _first_line(spool)
    if "book" not in said:
        return opened
    merged = {name: [MergedCells(*one) for one in ranges] for name, ranges in said["merged"].items()}
    return replace(opened, from_1904=said["book"] == "1904", merged=merged)


def _first_line(spool: IO[bytes]) -> dict[str, Any]:
    """Return what the child says of the file as a whole; empty where it says nothing."""
    spool.seek(0)
    first = spool.readline()
    said: dict[str, Any] = json.loads(first) if first.startswith(b"{") else {}
    spool.seek(0)
    return said


def _sheets(spool: IO[bytes]) -> SourceFile:
    """Find where the sheets begin in what the child wrote."""
    begins: list[tuple[str, int, str]] = []
    counts: list[int] = []
    hidden: list[str] = []
    notices: list[str] = []
    for line in iter(spool.readline, b""):
        if line.startswith(b"["):
            counts[-1] += 1
            continue
        said: dict[str, Any] = json.loads(line)
        if "sheet" in said:
            begins.append((said["sheet"], spool.tell(), said.get("delimiter", "")))
            counts.append(0)
        if "hidden" in said:
            hidden.append(said["hidden"])
        if "notice" in said:
            notices.append(_words()[said["notice"]] % {"at": said["at"]})
    if hidden:
        notices.append(_("Hidden sheets were not read: %(sheets)s.") % {"sheets": ", ".join(hidden)})
    sheets = [
        SheetSource(name, lambda start=start: _rows(spool, start), delimiter, count)  # type: ignore[misc]
        for (name, start, delimiter), count in zip(begins, counts, strict=True)
    ]
    return SourceFile(sheets, notices)


def _rows(spool: IO[bytes], start: int) -> Iterator[SourceRow]:
    position = start
    while True:
        # Several sheets are read in turns from the one file.
        spool.seek(position)
        line = spool.readline()
        position = spool.tell()
        if not line.startswith(b"["):
            return
        number, cells, *numbers = json.loads(line)
        yield SourceRow(number, tuple(cells), tuple(*numbers))


def _in_words(refused: Refused) -> str:
    words = _words()
    said = words.get(refused.code, words["broken"])
    return said % {"at": refused.at, "limit": _LIMITS.get(refused.code, 0)}


def _words() -> dict[str, str]:
    """What each code of a child means for a person, with what to do about it."""
    return {
        "archive": _("This is an archive, not a workbook. Send the table as .xlsx or as CSV UTF-8."),
        "broken": _("The workbook cannot be read (%(at)s). Open it in a spreadsheet and save it again as .xlsx."),
        BUSY: _("Other files are being read just now. Try again in a minute."),
        "cell_too_long": _("Cell %(at)s has more than %(limit)d characters, which no spreadsheet holds."),
        "csv": _("The file is not well-formed CSV after row %(at)s."),
        "csv_backslash": _(
            "After row %(at)s, quotation marks or commas within cells are marked by a backslash, which spreadsheets "
            'do not read. Export again with quotation marks doubled, as in “say ""yes""”, or as .xlsx.'
        ),
        "damaged": _("The file is damaged. Open it in a spreadsheet and save it again as .xlsx."),
        "empty": _("The file is empty."),
        "encrypted": _("The file has a password (%(at)s). Save it without one."),
        "entry_name": _("The archive holds a file whose name leads out of it (%(at)s). Send the table alone."),
        "entry_twice": _("The archive holds two files of one name (%(at)s). Save the table again as .xlsx."),
        "hidden_columns": _("Hidden columns were read too, of sheet %(at)s."),
        "hidden_rows": _("Hidden rows were read too, of sheet %(at)s."),
        "json": _("This is JSON. Export the answers as .xlsx or as CSV."),
        "macros": _("The workbook holds macros. Save it as “Excel Workbook (.xlsx)” without them."),
        "method": _(
            "The archive is packed by a method that is not read (%(at)s). Pack it as plain ZIP (deflate), or send the "
            "table as it is."
        ),
        "nested": _("The archive holds another file of files (%(at)s). Take it out, and send the table alone."),
        "no_text": _("This is no text file. Send the table as .xlsx or as CSV UTF-8."),
        "no_result": _(
            "Cell %(at)s holds a formula without its result: open the file in a spreadsheet and save it, or write the "
            "text."
        ),
        "nul": _("Row %(at)s holds a NUL character."),
        "nul_in_text": _("The file holds NUL characters: it is not a text file. Save it as CSV UTF-8 or as .xlsx."),
        "ods": _("This is an OpenDocument file (.ods). Save it as .xlsx or as CSV UTF-8."),
        "ole": _("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without one."),
        "pdf": _("This is a PDF. Send the table as .xlsx or as CSV UTF-8."),
        "picture": _("This is a picture. Send the table as .xlsx or as CSV UTF-8."),
        "rtf": _("This is a text document. Send the table as .xlsx or as CSV UTF-8."),
        RUNS_AWAY: _("The file takes too long or too much memory to read: it is refused. Keep only the table in it."),
        "too_large": _("The file takes more memory than is given to one: it is refused. Keep only the table in it."),
        "too_many_columns": _("Row %(at)s has more than %(limit)d columns. Delete what stands beside the table."),
        "too_many_entries": _("The archive holds more than %(limit)d files. Keep only the table in it."),
        "too_many_rows": _("The sheet has more than %(at)s rows. Delete the rows below the table, or split it."),
        "unpacks_too_large": _("The file unpacks to more than is read: it is refused. Keep only the table in it."),
        "unprotected": _("This installation lacks defusedxml: workbooks are not read without it."),
        "utf16": _("The file is damaged UTF-16. Save it as “CSV UTF-8 (comma delimited)”."),
        "xform": _(
            "This is a form in XML (XForm), as ODK and KoboToolbox hand it to phones: neither a table of answers nor a "
            "workbook. Send the answers as .xlsx or CSV; a questionnaire as its XLSForm workbook (.xlsx)."
        ),
        "xlsb": _("This is a binary Excel file (.xlsb). Save it as .xlsx."),
        "xml": _("This is XML or HTML, whatever its name says. Save it as .xlsx or as CSV UTF-8."),
    }
