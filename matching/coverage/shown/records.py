"""Coverage as plain records: one for each cell, with stable names, for files and the API."""

from collections.abc import Iterator, Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from matching.coverage.counts.columns import CoverageColumn
from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import CountedCell, CoverageTable, Row

Record = Mapping[str, str | int]

COUNTED = ("seeking", "partners", "general", "without", "at_most_one", "many", "met")
FIELDS = (
    "table", "area", "area_label", "parent", "column", "column_label",
    *(f"{name}{of}" for name in ("offering", *COUNTED) for of in ("_confirmed", "")),
    "word", "word_from",
)  # fmt: skip
"""Names that are never translated. Without `_confirmed`: with what was stated and is not confirmed."""
BY_GROUP, BY_MODALITY = "area_by_group", "area_by_modality"
CONFIRMED, STATED = "confirmed", "stated"


def records(table: CoverageTable) -> Iterator[Record]:
    """Yield the cells of both tables, line by line."""
    for row in table.rows:
        for cell in row.cells:
            yield _record(row, cell)
    for row in table.rows:
        for cell in row.modalities:
            yield _record(row, cell)


def notes_on(view: CoverageView) -> list[str]:
    """Return what stands below the tables: how to read them, and what an edition says of itself."""
    day = {"day": date_format(view.on)}
    said = [
        _("As of %(day)s: postings published now and open on that day, and groups as of that day.") % day,
        _("Groups overlap, and an offer in nine areas counts in nine rows: there are no totals."),
    ]
    if view.edition is None:
        return said
    stated = _("Only what was stated in: %(survey)s. Not confirmed by the Governments unless it says so.")
    return [*said, stated % {"survey": view.edition}, *filter(None, [view.edition.disclaimer, view.edition.source])]


def _record(row: Row, cell: CountedCell) -> Record:
    numbers = {"offering_confirmed": row.offering.confirmed, "offering": row.offering.stated}
    for name in COUNTED:
        numbers |= {f"{name}_confirmed": getattr(cell.confirmed, name), name: getattr(cell.stated, name)}
    column: CoverageColumn = cell.column
    found: dict[str, str | int] = {
        "table": BY_MODALITY if column.is_modality else BY_GROUP,
        "area": row.line.code,
        "area_label": str(row.line.area),
        "parent": str(row.line.area.parent_id or ""),
        "column": column.code,
        "column_label": column.label,
        **numbers,
        "word": cell.word.value if cell.word else "",
        "word_from": "" if cell.word is None else STATED if cell.is_as_stated else CONFIRMED,
    }
    return {name: found[name] for name in FIELDS}
