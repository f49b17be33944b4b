"""A list as a file for people and for scripts: one table, and what has to be said of it apart from its rows.

Names of columns are part of what scripts rely on: they are not translated, and a column is added rather than renamed.
No row is a title, a note or a total, so that `pandas.read_csv` and `pandas.read_excel` give the table as it is.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from web.files.exports import Cell, csv_response, disclaimer, named, storable, xlsx_response
from web.files.licence import attribution, licence

FORMATS = ("csv", "xlsx", "json", "txt")
"""The last holds the notes alone: CSV has no place for them."""
SEPARATOR = "; "

Value = Cell | bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """A column of a table: its name, and its value in a row; several values stand in one cell, a list in JSON."""

    name: str
    value: Callable[[Any], Value]
    meaning: str = ""
    """In English, with its unit; what the data dictionary says of it."""
    codes: str = ""
    """Where the codes that it holds are explained: a list of the API, a standard, or the codes themselves."""


def frame_response(
    ending: str, *, name: str, columns: Sequence[FrameColumn], rows: Iterable[Any], notes: Sequence[str]
) -> HttpResponseBase:
    """Return the rows as a file of one of FORMATS, read one by one; disclaimer and licence stand before the notes.

    Raises ValueError for another ending.
    """
    notes = [licence(), attribution(), *notes]
    said = [disclaimer(), *notes]
    header = [column.name for column in columns]
    if ending == "csv":
        cells = ([_as_csv(column.value(row)) for column in columns] for row in rows)
        return csv_response(name=name, header=header, rows=cells)
    if ending == "xlsx":
        cells = ([_as_cell(column.value(row)) for column in columns] for row in rows)
        return xlsx_response(name=name, header=header, rows=cells, notes=notes)
    response: HttpResponseBase
    if ending == "json":
        response = StreamingHttpResponse(_json_lines(columns, rows, said), content_type="application/json")
    elif ending == "txt":
        response = HttpResponse("\n\n".join(said) + "\n", content_type="text/plain; charset=utf-8")
    else:
        raise ValueError(ending)
    named(response, name, ending)
    return response


def _json_lines(columns: Sequence[FrameColumn], rows: Iterable[Any], notes: Sequence[str]) -> Iterator[str]:
    yield '{"rows": ['
    between = "\n"
    for row in rows:
        values = {column.name: _as_json(column.value(row)) for column in columns}
        yield f"{between}{json.dumps(values, ensure_ascii=False)}"
        between = ",\n"
    yield f'\n], "notes": {json.dumps(list(notes), ensure_ascii=False)}}}\n'


def _as_json(value: Value) -> Any:
    if isinstance(value, str):
        return storable(value)
    return list(value) if isinstance(value, Sequence) else value


def _as_cell(value: Value) -> Cell:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return SEPARATOR.join(value)
    return value


def _as_csv(value: Value) -> Cell:
    return str(value).lower() if isinstance(value, bool) else _as_cell(value)
