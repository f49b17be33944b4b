"""Tables of results as files: CSV, XLSX, JSON and DOCX."""

import io
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Mm, Pt

from surveys.results.tables import ResultTable
from web.files.exports import csv_response, disclaimer, storable, xlsx_response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = ("csv", "xlsx", "json", "docx")


def response_of(table: ResultTable, *, name: str, ending: str) -> HttpResponseBase:
    """Return a table as a file of one of FORMATS; a workbook has the notes in a second sheet, CSV has none."""
    if ending == "csv":
        # Rows alone: scripts read it.
        return csv_response(name=name, header=table.headings, rows=table.rows)
    if ending == "xlsx":
        return xlsx_response(name=name, header=table.headings, rows=table.rows, notes=table.notes)
    return _json(table, name=name) if ending == "json" else _docx(table, name=name)


def _json(table: ResultTable, *, name: str) -> JsonResponse:
    content = {
        "title": table.title,
        "headings": list(table.headings),
        "rows": [list(row) for row in table.rows],
        "notes": list(table.notes),
        "disclaimer": disclaimer(),
    }
    response = JsonResponse(content)
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response["Cache-Control"] = "no-store"
    return response


def _docx(table: ResultTable, *, name: str) -> HttpResponse:
    document: Any = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    document.core_properties.title = storable(table.title)[:250]
    document.add_paragraph(disclaimer()).runs[0].font.size = Pt(8)
    document.add_heading(storable(table.title), level=1)
    grid = document.add_table(rows=1, cols=len(table.headings), style="Table Grid")
    for cell, heading in zip(grid.rows[0].cells, table.headings, strict=True):
        cell.text = storable(str(heading))
        cell.paragraphs[0].runs[0].font.bold = True
    for row in table.rows:
        for cell, value in zip(grid.add_row().cells, row, strict=True):
            cell.text = storable("" if value is None else str(value))
    for line in grid.rows:
        for cell in line.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(8)
    for note in table.notes:
        document.add_paragraph(storable(note)).runs[0].font.size = Pt(8)
    out = io.BytesIO()
    document.save(out)
    response = HttpResponse(out.getvalue(), content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    response["Cache-Control"] = "no-store"
    return response
