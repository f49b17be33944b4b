"""Recognises a file by its content, not by its name, and reads it into sheets of text cells."""

import io
import zipfile

from django.utils.translation import gettext as _

from surveys.importing.cells import MAX_FILE_BYTES, FileRefused, Sheet
from surveys.importing.csv_file import read_csv
from surveys.importing.xlsx_file import read_xlsx

OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")


def read_sheets(data: bytes) -> list[Sheet]:
    """Return the sheets of a CSV or XLSX file; a CSV file is one sheet without a name.

    Raises FileRefused for anything else, and for files that are too large, broken or hostile.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(
            _("The file has more than %(limit)d MB. Keep only the table in it, or split it.")
            % {"limit": MAX_FILE_BYTES // 1_000_000}
        )
    if not data.strip():
        raise FileRefused(_("The file is empty."))
    if data.startswith(b"PK"):
        _check_kind_of_archive(data)
        return read_xlsx(data)
    if data.startswith(OLE_MARK):
        raise FileRefused(_("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without one."))
    if data.startswith(b"%PDF"):
        raise FileRefused(_("This is a PDF. Send the table as .xlsx or as CSV UTF-8."))
    return [read_csv(data)]


def _check_kind_of_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileRefused(_("The file is damaged. Open it in a spreadsheet and save it again as .xlsx.")) from None
    if "content.xml" in names and "mimetype" in names:
        raise FileRefused(_("This is an OpenDocument file (.ods). Save it as .xlsx or as CSV UTF-8."))
    if "xl/workbook.bin" in names:
        raise FileRefused(_("This is a binary Excel file (.xlsb). Save it as .xlsx."))
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise FileRefused(_("This is an archive, not a workbook. Send the table as .xlsx or as CSV UTF-8."))
