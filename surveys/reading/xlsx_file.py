"""Reads XLSX by a child process, so that a hostile workbook cannot take the worker with it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from surveys.reading.cells import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, FileRefused, Sheet, SheetSource, SourceRow

CHILD = Path(__file__).with_name("xlsx_child.py")
SECONDS = 300
SECONDS_IN_A_REQUEST = 20


def read_xlsx(data: bytes) -> list[Sheet]:
    """Return the visible sheets of a small workbook, with every cell as text: numbers as shown, formulas as typed.

    Takes at most SECONDS_IN_A_REQUEST of waiting and 1 GB. Raises FileRefused with what to do.
    """
    sources, _notices = open_xlsx(data, seconds=SECONDS_IN_A_REQUEST)
    return [Sheet(source.name, tuple(source.rows())) for source in sources]


def open_xlsx(data: bytes, *, seconds: int = SECONDS) -> tuple[list[SheetSource], list[str]]:
    """Return the visible sheets of a workbook and notices; the rows stand in a temporary file, not in memory.

    The child process has 4 seconds of computing, and as many again whenever it comes forward by 200 rows; `seconds`
    of waiting at most, and 1 GB. Raises FileRefused with what to do.
    """
    limits = {"rows": MAX_ROWS, "columns": MAX_COLUMNS, "characters": MAX_CELL_CHARACTERS}
    # Its own environment: nothing of this process's secrets, and one thread of NumPy, which openpyxl imports.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONIOENCODING": "utf-8",
        "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
    }
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as somebody may ask for the rows
    try:
        subprocess.run(  # noqa: S603 - our own script, no shell, nothing of the caller in its arguments
            [sys.executable, "-W", "ignore", str(CHILD), json.dumps(limits)],
            input=data,
            stdout=spool,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileRefused(_words()["runs_away"]) from None
    return _sheets(spool)


def _sheets(spool: IO[bytes]) -> tuple[list[SheetSource], list[str]]:
    """Find where the sheets begin and end in what the child wrote."""
    begins: list[tuple[str, int]] = []
    hidden = []
    ended = False
    spool.seek(0)
    for line in iter(spool.readline, b""):
        if line.startswith(b"["):
            continue
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            break
        if "refused" in said:
            words = _words()
            raise FileRefused(words.get(said["refused"], words["broken"]) % {"at": said["at"]})
        if "sheet" in said:
            begins.append((said["sheet"], spool.tell()))
        hidden += [said["hidden"]] if "hidden" in said else []
        ended = ended or "end" in said
    if not ended:
        raise FileRefused(_words()["runs_away"])
    notices = [_("Hidden sheets were not read: %(sheets)s.") % {"sheets": ", ".join(hidden)}] if hidden else []
    return [SheetSource(name, lambda start=start: _rows(spool, start)) for name, start in begins], notices  # type: ignore[misc]


def _rows(spool: IO[bytes], start: int) -> Iterator[SourceRow]:
    position = start
    while True:
        # Several sheets are read in turns from the one file.
        spool.seek(position)
        line = spool.readline()
        position = spool.tell()
        if not line.startswith(b"["):
            return
        number, cells = json.loads(line)
        yield SourceRow(number, tuple(cells))


def _words() -> dict[str, str]:
    return {
        "broken": _("The workbook cannot be read (%(at)s). Open it in a spreadsheet and save it again as .xlsx."),
        "cell_too_long": _("Row %(at)s has a cell of more characters than a spreadsheet holds."),
        "macros": _("The workbook holds macros. Save it as “Excel Workbook (.xlsx)” without them."),
        "nul": _("Row %(at)s holds a NUL character."),
        "runs_away": _("The workbook takes too long or too much memory to read: it is refused."),
        "too_large": _("The workbook unpacks to more than is read: it is refused. Keep only the table in it."),
        "too_many_columns": _("Row %(at)s has a cell too far to the right. Delete what stands beside the table."),
        "too_many_rows": _("The sheet has too many rows. Delete the rows below the table, or split it."),
        "unprotected": _("This installation lacks defusedxml: workbooks are not read without it."),
    }
