"""A workbook that is written sheet by sheet, row by row, into temporary files, which go with it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from openpyxl import Workbook


@contextmanager
def new_workbook() -> Iterator[Workbook]:
    """Give a workbook to be filled and saved within the block.

    Where that fails the files of its sheets are removed at once. openpyxl would keep them until the process ends: on a
    full disk each try would leave less room than the one before.
    """
    book = Workbook(write_only=True)
    try:
        yield book
    except BaseException:
        for sheet in book.worksheets:
            _discard(sheet)
        raise


def _discard(sheet: Any) -> None:
    """Close and remove the file of a sheet: nothing but the sheet knows it, and it is made with the first row."""
    writer = sheet._writer  # noqa: SLF001
    if writer is None:
        return
    for half_done in (sheet._rows, writer.xf):  # noqa: SLF001
        # Closing writes what is left, for which there is no more room than before.
        with suppress(Exception):
            half_done.close()
    Path(writer.out).unlink(missing_ok=True)
