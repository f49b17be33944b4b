"""Reads XLSX by a child process, so that a hostile workbook cannot take the worker with it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from surveys.importing.cells import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, FileRefused, Sheet, SourceRow

CHILD = Path(__file__).with_name("xlsx_child.py")
SECONDS = 20


def read_xlsx(data: bytes) -> list[Sheet]:
    """Return the visible sheets of a workbook, with every cell as text: numbers as shown, formulas as typed.

    Takes at most SECONDS of waiting, 4 seconds of computing and 1 GB. Raises FileRefused with what to do.
    """
    limits = {"rows": MAX_ROWS, "columns": MAX_COLUMNS, "characters": MAX_CELL_CHARACTERS}
    # Its own environment: nothing of this process's secrets, and one thread of NumPy, which openpyxl imports.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONIOENCODING": "utf-8",
        "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
    }
    try:
        child = subprocess.run(  # noqa: S603 - our own script, no shell, nothing of the caller in its arguments
            [sys.executable, "-W", "ignore", str(CHILD), json.dumps(limits)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
        answer: dict[str, Any] = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise FileRefused(_words()["runs_away"]) from None
    if "refused" in answer:
        words = _words()
        raise FileRefused(words.get(answer["refused"], words["broken"]) % {"at": answer["at"]})
    return [
        Sheet(sheet["name"], tuple(SourceRow(number, tuple(cells)) for number, cells in sheet["rows"]))
        for sheet in answer["sheets"]
    ]


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
