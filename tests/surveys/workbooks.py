"""Workbooks for tests, as bytes."""

import io
from typing import Any

from openpyxl import Workbook


def workbook(**sheets: list[list[Any]]) -> bytes:
    """A workbook of these sheets, rows of cells each."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
