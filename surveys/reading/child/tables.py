"""Recognises a file by its content, not by its name, and yields its sheets as lines of JSON.

{"sheet": name} stands before the rows of a sheet, with the "delimiter" of a CSV file. A row is [number, [cells]];
behind its cells stands, where there are any, which of them (from 0) a workbook holds as numbers with a mark in them:
2.345 and 1,234, whose text alone could be two. {"hidden": name} stands for a sheet that is not read,
{"notice": code, "at": place} for what was not certain. The first line of a workbook is
{"book": from which year its days count, "merged": {sheet: ranges}}; of CSV whose encoding no mark tells, it is
{"letters": the encoding, "candidates": [[encoding, how plausible, cells]]}, the best first.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from surveys.reading.cells import MAX_FILE_BYTES
from surveys.reading.child.archive import checked_archive, unpacked
from surveys.reading.child.delimited import encoding_of, read_delimited
from surveys.reading.child.marks import WHITE, refuse_what_is_no_table
from surveys.reading.child.workbook import read_workbook
from web.child.limits import allow_more_time
from web.child.refusing import Refused

MAX_FILES_IN_AN_ARCHIVE = 20
ROWS_A_TURN = 200
SECONDS_A_TURN = 4


def answer(data: bytes, options: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the lines of a CSV, TSV or XLSX file, or of a ZIP archive of CSV files as ODK exports it.

    Options: `rows`, how many a sheet may have; `encoding`, in which a person says that text is, empty for none;
    `computed`: see `read_workbook`.
    """
    lines = _lines(data, options["rows"], options.get("encoding", ""), options.get("computed", ()))
    for came_forward, line in enumerate(lines, start=1):
        yield json.dumps(line).encode() + b"\n"
        if came_forward % ROWS_A_TURN == 0:
            allow_more_time(SECONDS_A_TURN)


def _lines(data: bytes, max_rows: int, encoding: str, computed: Sequence[str]) -> Iterator[Any]:
    if not data.startswith(b"PK"):
        refuse_what_is_no_table(data)
        yield from _several([("", data)], max_rows, encoding)
        return
    with checked_archive(data) as archive:
        names = archive.namelist()
        if not _is_workbook(names):
            tables = _tables_in(names)
            left = MAX_FILE_BYTES
            contents = []
            for name in tables:
                contents.append((name, unpacked(archive, name, at_most=left)))
                left -= len(contents[-1][1])
            yield from _several(contents, max_rows, encoding)
            return
    yield from read_workbook(data, max_rows=max_rows, computed=computed)


def _several(contents: list[tuple[str, bytes]], max_rows: int, encoding: str) -> Iterator[Any]:
    filled = [(name, content) for name, content in contents if content.strip(WHITE)]
    if not filled:
        raise Refused("empty")
    encoding, candidates = encoding_of([content for _name, content in filled], encoding)
    if candidates:
        yield {
            "letters": encoding,
            "candidates": [[one.encoding, round(one.score, 3), one.cells] for one in candidates],
        }
    for name, content in filled:
        yield from read_delimited(content, name=PurePosixPath(name).stem, max_rows=max_rows, encoding=encoding)


def _is_workbook(names: list[str]) -> bool:
    if "content.xml" in names and "mimetype" in names:
        raise Refused("ods")
    if "xl/workbook.bin" in names:
        raise Refused("xlsb")
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def _tables_in(names: list[str]) -> list[str]:
    """Return the CSV files of an archive, which are the sheets of one export."""
    tables = sorted((name for name in names if name.lower().endswith(".csv")), key=lambda name: (len(name), name))
    if not tables or len(names) > MAX_FILES_IN_AN_ARCHIVE:
        raise Refused("archive")
    return tables
