"""Reads one workbook, in a child: what `tables.py` says of its lines."""

import datetime as dt
import io
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

from surveys.reading.cells import MAX_CELL_CHARACTERS, MAX_COLUMNS, column_letter
from surveys.reading.child.archive import check_unpacked_size, checked_archive
from surveys.reading.child.hidden import columns_in_words, hidden_in, rows_in_words
from web.child.refusing import Refused

MACROS = b"vnd.ms-office.vbaProject"
LAST_ROW = 2**20
"""A sheet has no row beyond."""
MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^<>]{0,100}?\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
CHUNK, LONGEST_MARK, MAX_MERGED = 1_000_000, 300, 5_000
# The built-in formats that change how a plain number reads; others show the number itself.
NUMBER_FORMATS = {"0.00": ".2f", "#,##0": ",.0f", "#,##0.00": ",.2f"}


def read_workbook(data: bytes, *, max_rows: int, computed: Collection[str] = ()) -> Iterator[Any]:
    """Yield the lines that say what the visible sheets of a workbook hold.

    computed: names of sheets, in small letters, in which a formula is read as what it came to when it was last saved.
    """
    _check_package(data)
    # Half a second, which files of CSV need not wait for.
    from openpyxl import DEFUSEDXML, load_workbook

    excel: Any = import_module("openpyxl.reader.excel")
    if not DEFUSEDXML:
        raise Refused("unprotected")
    excel.ReadOnlyWorksheet = _sheet_of_unknown_size(excel.ReadOnlyWorksheet)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    results = None
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    yield {
        "book": "1904" if book.epoch.year == 1904 else "1900",
        "merged": {sheet.title: found for sheet in visible if (found := _merged_cells(sheet))},
    }
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            yield {"hidden": sheet.title}
            continue
        yield {"sheet": sheet.title}
        rows, columns = _hidden(sheet)
        seen_rows: set[int] = set()
        seen_columns: set[int] = set()
        is_computed = sheet.title.strip().casefold() in computed
        if is_computed and results is None:
            results = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for line in rows_of(sheet, max_rows, results[sheet.title] if is_computed and results else None):
            yield line
            number, cells = line[:2]
            if number in rows:
                seen_rows.add(number)
            if columns:
                seen_columns |= {index for index in columns if index < len(cells) and cells[index]}
        if seen_rows:
            yield {"notice": "hidden_rows", "at": f"{sheet.title}: {rows_in_words(seen_rows)}"}
        if seen_columns:
            yield {"notice": "hidden_columns", "at": f"{sheet.title}: {columns_in_words(seen_columns)}"}


def _sheet_of_unknown_size(sheet: Any) -> Any:
    """Return the library's sheet without its search for the announced dimension, which nothing here believes.

    Where none is announced, as in workbooks of Google and of openpyxl itself, it went through the whole sheet.
    """
    return type("SheetOfUnknownSize", (sheet,), {"_get_size": lambda self: None})


def _hidden(sheet: Any) -> tuple[set[int], set[int]]:
    """Return the hidden rows and columns of a sheet, which openpyxl does not tell when it only reads."""
    with sheet._get_source() as part:  # noqa: SLF001
        return hidden_in(part)


def _merged_cells(sheet: Any) -> list[tuple[int, int, int, int]]:
    """Return the merged cells of a sheet: first row (from 1) and column (from 0), last row and column.

    They stand behind the rows, where a reader that takes row by row does not look: found by their marks, without
    reading the rows.
    """
    found: list[tuple[int, int, int, int]] = []
    kept = b""
    with sheet._get_source() as part:  # noqa: SLF001
        while chunk := part.read(CHUNK):
            text = kept + chunk
            end = 0
            # Looked for first, because it is rare and the search for the whole mark is slow.
            for mark in MERGED.finditer(text) if b"mergeCell" in text else ():
                end = mark.end()
                if len(found) < MAX_MERGED:
                    found.append(_range(*(one.decode() for one in mark.groups())))
            kept = text[max(end, len(text) - LONGEST_MARK) :]
    return found


def _range(first_column: str, first_row: str, last_column: str, last_row: str) -> tuple[int, int, int, int]:
    return int(first_row), _column(first_column), int(last_row), _column(last_column)


def _column(letters: str) -> int:
    """Return the number of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _check_package(data: bytes) -> None:
    with checked_archive(data) as archive:
        names = archive.namelist()
        if any("vbaproject" in name.lower() for name in names):
            raise Refused("macros")
        check_unpacked_size(archive)
        if _macros_by_another_name(archive.read("[Content_Types].xml"), set(names)):
            raise Refused("macros")


def _macros_by_another_name(types: bytes, names: set[str]) -> bool:
    """Whether a part that is there is declared to be macros. A type alone, as of a template without any, is none."""
    parts = re.findall(rb"<(?:\w+:)?Override\b[^>]*>", types)
    named = (re.search(rb'PartName\s*=\s*["\']/?([^"\']*)["\']', part) for part in parts if MACROS in part)
    return any(found and found[1].decode(errors="replace") in names for found in named)


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


def _with_results(sheet: Any, results: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet with the results in the place of formulas; refuse one that was never worked out."""
    for number, (cells, found) in enumerate(zip(sheet.iter_rows(), results.iter_rows(), strict=False), start=1):
        row = list(cells)
        for index, cell in enumerate(cells):
            if getattr(cell, "data_type", "") != "f":
                continue
            row[index] = found[index]
            if found[index].value is None or found[index].data_type == "e":
                raise Refused("no_result", f"{sheet.title}!{column_letter(index)}{number}")
        yield tuple(row)


def rows_of(sheet: Any, max_rows: int, results: Any = None) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that hold text, with their numbers; the announced dimension is ignored, and so are empty rows.

    results: the same sheet with what its formulas came to, where that is asked for.
    """
    sheet.reset_dimensions()
    if results is not None:
        results.reset_dimensions()
    filled = 0
    rows = sheet.iter_rows() if results is None else _with_results(sheet, results)
    for number, cells in enumerate(rows, start=1):
        if number > LAST_ROW:
            raise Refused("too_many_rows", max_rows)
        texts = []
        numbers = []
        for index, cell in enumerate(cells):
            text = text_of(cell)
            if isinstance(cell.value, int | float) and ("." in text or "," in text):
                numbers.append(index)
            if text and index >= MAX_COLUMNS:
                raise Refused("too_many_columns", number)
            if len(text) > MAX_CELL_CHARACTERS:
                raise Refused("cell_too_long", f"{column_letter(index)}{number}")
            if "\0" in text:
                raise Refused("nul", number)
            texts.append(text)
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            filled += 1
            if filled > max_rows:
                raise Refused("too_many_rows", max_rows)
            yield (number, texts, numbers) if numbers else (number, texts)
