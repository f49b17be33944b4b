"""Coverage as a file: CSV, XLSX and JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponseBase, JsonResponse

from matching.coverage.counts.reading import CoverageView
from matching.coverage.shown.records import notes_on
from web.files.exports import csv_response, disclaimer, xlsx_response

FORMATS = ("csv", "xlsx", "json")


def file_of(
    *, name: str, ending: str, view: CoverageView, fields: Sequence[str], found: Iterable[Any]
) -> HttpResponseBase:
    """Return records as a file of one of FORMATS; a workbook has the notes in a second sheet."""
    rows: list[list[Any]] = [[record[field] for field in fields] for record in found]
    if ending == "csv":
        return csv_response(name=name, header=fields, rows=rows)
    notes = notes_on(view)
    if ending == "xlsx":
        return xlsx_response(name=name, header=fields, rows=rows, notes=notes)
    response = JsonResponse(
        {
            "on": view.on.isoformat(),
            "edition": view.edition.code if view.edition else None,
            "results": [dict(zip(fields, row, strict=True)) for row in rows],
            "notes": notes,
            "disclaimer": disclaimer(),
        }
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response["Cache-Control"] = "no-store"
    return response
