"""Reads one workbook in a process of its own, with limits; run by path, so it imports nothing of the project.

Standard input: the file. Standard output: lines of JSON: {"sheet": name} before the rows of a sheet, which are
[number, [cells]], {"hidden": name} for one that is not read, and last {"end": true} or {"refused": code, "at": text}.
A workbook that makes the reader run away ends this process, not the worker: it has a few seconds of computing, and as
many again for each rows that it comes forward by.
"""

import datetime as dt
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

MAX_UNPACKED_BYTES = 100_000_000
MAX_PARTS = 2_000
CPU_SECONDS = 4
MOST_CPU_SECONDS = 240
ROWS_A_TURN = 200
MEMORY_BYTES = 1_000_000_000

# The built-in formats that change how a plain number reads; others show the number itself.
NUMBER_FORMATS = {"0.00": ".2f", "#,##0": ",.0f", "#,##0.00": ",.2f"}


class Refused(ValueError):
    """A reason, as a code that the caller puts into words, and the place."""

    def __init__(self, code: str, at: str = "") -> None:
        super().__init__(code)
        self.code, self.at = code, at


def limit_this_process() -> None:
    """Let the system end this process beyond its share of time and memory."""
    try:
        import resource
    except ImportError:  # not on Windows; the caller's time limit holds there
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def allow_more_time() -> None:
    """Allow as many seconds again from now: rows came forward."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, MOST_CPU_SECONDS), MOST_CPU_SECONDS))


def check_package(data: bytes) -> None:
    """Unpack every part, counting: what the archive announces of its sizes is not believed."""
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS:
            raise Refused("too_large")
        for part in parts:
            if "vbaproject" in part.filename.lower():
                raise Refused("macros")
            with archive.open(part) as unpacking:
                while chunk := unpacking.read(1_000_000):
                    unpacked += len(chunk)
                    if unpacked > MAX_UNPACKED_BYTES:
                        raise Refused("too_large")
        if b"macroEnabled" in archive.read("[Content_Types].xml"):
            raise Refused("macros")


def text_of(cell: Any) -> str:
    """Return a cell as a person reads it; formulas stay formulas, numbers lose no digit and gain none."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        # 15 significant digits are what a spreadsheet keeps.
        number = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))
        if not number.is_finite():
            return str(value)
        if abs(number) >= Decimal(10) ** 30:
            return format(number, "e")
        plain = format(number, "f")
        shown = NUMBER_FORMATS.get(cell.number_format)
        if shown is None:
            return plain.rstrip("0").rstrip(".") if "." in plain else plain
        formatted = format(number, shown)
        return formatted if Decimal(formatted.replace(",", "")) == number else plain
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(getattr(value, "text", value)).strip()


def rows_of(sheet: Any, limits: dict[str, int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold text, with their numbers; the announced dimension is ignored."""
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > limits["rows"]:
            raise Refused("too_many_rows")
        texts = []
        for index, cell in enumerate(cells):
            text = text_of(cell)
            if text and index >= limits["columns"]:
                raise Refused("too_many_columns", str(number))
            if len(text) > limits["characters"]:
                raise Refused("cell_too_long", str(number))
            if "\0" in text:
                raise Refused("nul", str(number))
            texts.append(text)
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield number, texts


def read(data: bytes, limits: dict[str, int]) -> Iterator[Any]:
    """Yield the lines that say what the visible sheets of a workbook hold."""
    check_package(data)
    from openpyxl import DEFUSEDXML, load_workbook

    if not DEFUSEDXML:
        raise Refused("unprotected")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    came_forward = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            yield {"hidden": sheet.title}
            continue
        yield {"sheet": sheet.title}
        for row in rows_of(sheet, limits):
            yield row
            came_forward += 1
            if came_forward % ROWS_A_TURN == 0:
                allow_more_time()
    yield {"end": True}


def main() -> None:
    """Answer on standard output, whatever happens."""
    limit_this_process()
    limits = json.loads(sys.argv[1])
    data = sys.stdin.buffer.read()
    refused: dict[str, Any] | None = None
    try:
        for line in read(data, limits):
            sys.stdout.write(json.dumps(line) + "\n")
    except Refused as reason:
        refused = {"refused": reason.code, "at": reason.at}
    except MemoryError:
        refused = {"refused": "too_large", "at": ""}
    except Exception as error:
        # A hostile file may raise anything; it is refused by the kind of fault.
        refused = {"refused": "broken", "at": type(error).__name__}
    if refused:
        sys.stdout.write(json.dumps(refused) + "\n")


if __name__ == "__main__":
    main()
