"""Lists of the API as files: the site's own tables, and NDJSON of the API's own rows; always the whole list.

A file that cannot be written to its end breaks the connection off: it never looks complete.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import serializers

from web.api.asked import COUNT, FACETS, FIELDS, names_asked
from web.api.files.negotiation import FileRenderer
from web.api.files.rows import line_of, row_writer
from web.api.problems import BadQuery
from web.files.exports import XLSX, named
from web.files.frames import FrameColumn, frame_response

CSV_TYPE, NDJSON_TYPE = "text/csv", "application/x-ndjson"
MOST_ROWS_OF_A_SHEET = 1_048_575
"""Beside the header: what a workbook holds."""
PAGED = ("cursor", "page_size", COUNT, FACETS)


class CsvFile(FileRenderer):
    """The list as CSV."""

    media_type = CSV_TYPE
    format = "csv"


class XlsxFile(FileRenderer):
    """The list as a workbook."""

    media_type = XLSX
    format = "xlsx"


class JsonFile(FileRenderer):
    """The table and its notes as JSON: asked for by `format` alone, Accept means a page."""

    media_type = "application/json"
    format = "json"


class NdjsonFile(FileRenderer):
    """The API's own rows, one a line."""

    media_type = NDJSON_TYPE
    format = "ndjson"


FILES = (CsvFile, XlsxFile, JsonFile, NdjsonFile)
ENDINGS = tuple(one.format for one in FILES)


def refuse_pages(query: QueryDict) -> None:
    """Raise BadQuery for what only a page has."""
    refusal = _("A file holds the whole list: leave this out.")
    if wrong := {name: [refusal] for name in PAGED if name in query}:
        raise BadQuery(wrong)


def columns_asked(query: QueryDict, columns: Sequence[FrameColumn]) -> list[FrameColumn]:
    """Return the columns that `fields` names, in their own order, or all; BadQuery for one that there is not."""
    names = names_asked(query, FIELDS, [column.name for column in columns])
    return [column for column in columns if names is None or column.name in names]


def columns_of(serializer: serializers.Serializer[Any]) -> list[FrameColumn]:
    """Return the columns of a list that has no table of its own: its fields of one value, or of several codes."""
    flat = [(name, field) for name, field in serializer.fields.items() if _is_flat(field)]
    kept = {name for name, _field in flat}
    for name in list(serializer.fields):
        if name not in kept:
            serializer.fields.pop(name)
    write = row_writer(serializer)
    return [
        FrameColumn(name, partial(_value_of, write, name), meaning=str(field.help_text or field.label or ""))
        for name, field in flat
    ]


def _value_of(write: Callable[[Any], dict[str, Any]], name: str, row: Any) -> Any:
    return write(row)[name]


def _is_flat(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    return not isinstance(field, serializers.BaseSerializer | serializers.DictField)


def table_response(
    ending: str,
    *,
    name: str,
    columns: Sequence[FrameColumn],
    keys: Sequence[Any],
    blocks: Iterable[list[Any]],
    notes: Sequence[str],
) -> HttpResponseBase:
    """Return the rows as CSV, XLSX or JSON, by the writer of the site's own downloads.

    Raises BadQuery for a workbook of more rows than one holds.
    """
    if ending == XlsxFile.format and len(keys) > MOST_ROWS_OF_A_SHEET:
        refusal = _("A workbook holds %(most)d rows: filter the list, or take csv or ndjson.")
        raise BadQuery({"format": [refusal % {"most": MOST_ROWS_OF_A_SHEET}]})
    rows = chain.from_iterable(blocks)
    return _told_apart(frame_response(ending, name=name, columns=columns, rows=rows, notes=notes))


def ndjson_response(
    serializer: serializers.BaseSerializer[Any], *, name: str, blocks: Iterable[list[Any]]
) -> StreamingHttpResponse:
    """Return the rows as the API gives them, one a line, streamed block by block."""
    lines = _lines(row_writer(serializer), blocks, language=translation.get_language())
    response = StreamingHttpResponse(lines, content_type=NDJSON_TYPE)
    named(response, name, NdjsonFile.format)
    return _told_apart(response)


def _lines(
    write: Callable[[Any], dict[str, Any]], blocks: Iterable[list[Any]], *, language: str | None
) -> Iterator[bytes]:
    for block in blocks:
        # The language of the request is not that of whatever its thread does between two blocks.
        with translation.override(language):
            part = "".join([line_of(write(row)) for row in block])
        yield part.encode()


def _told_apart(response: Any) -> Any:
    patch_vary_headers(response, ["Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie"])
    return response
