"""Recognises a file by its content, not by its name, and opens it as sheets of text cells."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from surveys.reading.cells import MAX_FILE_BYTES, FileRefused, Sheet, SheetSource
from surveys.reading.csv_file import read_csv
from surveys.reading.xlsx_file import open_xlsx

OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
MAX_FILES_IN_AN_ARCHIVE = 20
WHITE = b" \t\r\n"


@dataclass(frozen=True)
class SourceFile:
    """An opened file: its visible sheets, and notices for the person who sent it."""

    sheets: Sequence[SheetSource]
    notices: Sequence[str] = field(default_factory=list)


def open_file(data: bytes) -> SourceFile:
    """Open a CSV, TSV or XLSX file, or a ZIP archive of CSV files as ODK exports it.

    Raises FileRefused for anything else, with what to do, and for files that are too large, broken or hostile.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(
            _("The file has more than %(limit)d MB. Keep only the table in it, or split it.")
            % {"limit": MAX_FILE_BYTES // 1_000_000}
        )
    if not data.strip(WHITE + b"\xef\xbb\xbf"):
        raise FileRefused(_("The file is empty."))
    if data.startswith(b"PK"):
        names = _names_in_archive(data)
        if _is_workbook(names):
            sheets, notices = open_xlsx(data)
            return SourceFile(sheets, notices)
        return _open_archive(data, names)
    _refuse_by_mark(data)
    sheet, notices = read_csv(data)
    return SourceFile([sheet], notices)


def read_sheets(data: bytes) -> list[Sheet]:
    """Return the sheets of a file with all their rows; for files that are known to be small."""
    return [Sheet(sheet.name, tuple(sheet.rows())) for sheet in open_file(data).sheets]


def _refuse_by_mark(data: bytes) -> None:
    if data.startswith(OLE_MARK):
        raise FileRefused(_("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without one."))
    if data.startswith(b"%PDF"):
        raise FileRefused(_("This is a PDF. Send the table as .xlsx or as CSV UTF-8."))
    beginning = data[:500].lstrip(WHITE + b"\xef\xbb\xbf").lower()
    if beginning.startswith((b"<?xml", b"<!doctype", b"<html", b"<workbook", b"<table")):
        raise FileRefused(_("This is XML or HTML, whatever its name says. Save it as .xlsx or as CSV UTF-8."))
    if beginning.startswith((b"{", b"[")):
        raise FileRefused(_("This is JSON. Export the answers as .xlsx or as CSV."))
    if beginning.startswith(b"{\\rtf"):
        raise FileRefused(_("This is a text document. Send the table as .xlsx or as CSV UTF-8."))


def _names_in_archive(data: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileRefused(_("The file is damaged. Open it in a spreadsheet and save it again as .xlsx.")) from None


def _is_workbook(names: set[str]) -> bool:
    if "content.xml" in names and "mimetype" in names:
        raise FileRefused(_("This is an OpenDocument file (.ods). Save it as .xlsx or as CSV UTF-8."))
    if "xl/workbook.bin" in names:
        raise FileRefused(_("This is a binary Excel file (.xlsb). Save it as .xlsx."))
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def _open_archive(data: bytes, names: set[str]) -> SourceFile:
    """Open an archive of CSV files, which are the sheets of one export; what it unpacks to is counted."""
    tables = sorted((name for name in names if name.lower().endswith(".csv")), key=lambda name: (len(name), name))
    if not tables or len(names) > MAX_FILES_IN_AN_ARCHIVE:
        raise FileRefused(_("This is an archive, not a workbook. Send the table as .xlsx or as CSV UTF-8."))
    sheets: list[SheetSource] = []
    notices: list[str] = []
    left = MAX_FILE_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in tables:
                with archive.open(name) as unpacking:
                    content = unpacking.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise FileRefused(_("The archive unpacks to more than is read: it is refused."))
                if content.strip(WHITE):
                    sheet, noticed = read_csv(content, name=PurePosixPath(name).stem)
                    sheets.append(sheet)
                    notices += noticed
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, FileRefused):
            raise
        # A password, or a method that Python does not know.
        raise FileRefused(_("The archive cannot be unpacked. Unpack it, and send the table in it.")) from None
    if not sheets:
        raise FileRefused(_("The file is empty."))
    return SourceFile(sheets, notices)
