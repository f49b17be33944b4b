"""Reads CSV and TSV as spreadsheets and survey tools write it: comma, semicolon or tab, in whatever encoding."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from surveys.reading.cells import MAX_CELL_CHARACTERS, MAX_COLUMNS, UTF_8, UTF_16, column_letter
from surveys.reading.child.encodings import (
    BYTES_LOOKED_AT,
    EncodingCandidate,
    candidates_of,
    cells_of,
    decode,
    marked_encoding,
)
from web.child.refusing import Refused
from web.files.formulas import without_mark

DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 20
BACKSLASH_QUOTE = '\\"'


def encoding_of(contents: Sequence[bytes], chosen: str) -> tuple[str, list[EncodingCandidate]]:
    """Return the encoding of the files of one export, and the candidates for it where no mark tells.

    chosen: what a person said, or an earlier reading; empty for none.
    """
    if chosen and chosen != UTF_8:
        return chosen, [EncodingCandidate(chosen, 1, _cells(contents, chosen))]
    unmarked = [data for data in contents if not marked_encoding(data)]
    if not unmarked:
        return chosen, []
    if chosen:
        return chosen, [EncodingCandidate(chosen, 1, _cells(contents, chosen))]
    candidates = candidates_of(b"\n".join(unmarked))
    return candidates[0].encoding, candidates


def _cells(contents: Sequence[bytes], encoding: str) -> tuple[str, ...]:
    return cells_of("\n".join(decode(data[:BYTES_LOOKED_AT], encoding)[0] for data in contents))


def read_delimited(data: bytes, *, max_rows: int, name: str = "", encoding: str = "") -> Iterator[Any]:
    """Yield the lines of a CSV file, see `tables.py`.

    encoding: of bytes that no mark tells of, or, but for UTF-8, what a person chose.
    """
    text = _decode(data, encoding)
    first_line, _newline, rest = text.partition("\n")
    declared = first_line.strip().lower().removeprefix("sep=") if first_line.lower().startswith("sep=") else ""
    first_number = 1
    if declared and declared in DELIMITERS:
        # Excel's own mark is a row of the sheet: the row numbers stay those that a person sees.
        text, delimiter, first_number = rest, declared, 2
    else:
        delimiter = _delimiter(text)
    yield {"sheet": name, "delimiter": delimiter}
    yield from _rows(text, delimiter=delimiter, first_number=first_number, max_rows=max_rows)


def _decode(data: bytes, encoding: str) -> str:
    marked = marked_encoding(data)
    if marked == UTF_16 or encoding == UTF_16:
        try:
            text, _lost = decode(data, UTF_16, errors="strict")
        except UnicodeError:
            raise Refused("utf16") from None
    else:
        text, _lost = decode(data, encoding or marked or UTF_8)
    if "\0" in text:
        raise Refused("nul_in_text")
    controls = sum(character < " " and character not in "\t\r\n\x0b\x0c" for character in text[:10_000])
    if controls > len(text[:10_000]) // 50:
        raise Refused("no_text")
    return text


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


def _rows(text: str, *, delimiter: str, first_number: int, max_rows: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, width = first_number, 0
    try:
        for number, cells in enumerate(reader, start=first_number):
            _check(cells, number, max_rows)
            if width and len(cells) > width and any(cell.endswith("\\") for cell in cells[:-1]):
                # A comma within a cell, marked by a backslash, would move what stands behind it.
                raise Refused("csv_backslash", number - 1)
            width = width or len(cells)
            trimmed = [without_mark(cell).strip() for cell in cells]
            if any(trimmed):
                yield number, trimmed
    except csv.Error as error:
        if BACKSLASH_QUOTE in text:
            raise Refused("csv_backslash", number) from None
        raise Refused("csv", f"{number}: {error}") from None


def _check(cells: Sequence[str], number: int, max_rows: int) -> None:
    if number > max_rows:
        raise Refused("too_many_rows", max_rows)
    if len(cells) > MAX_COLUMNS:
        raise Refused("too_many_columns", number)
    for index, cell in enumerate(cells):
        if len(cell) > MAX_CELL_CHARACTERS:
            raise Refused("cell_too_long", f"{column_letter(index)}{number}")
