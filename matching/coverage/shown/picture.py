"""The heat matrix of coverage: a square for each cell in which somebody seeks. Letters and patterns say it all."""

from django.utils.translation import gettext as _

from matching.coverage.counts.tables import CountedCell, CoverageTable, Row
from matching.coverage.counts.words import LETTERS, CellWord
from web.pictures.matrix import MatrixLine, MatrixPicture, MatrixSquare

PATTERNS = {CellWord.GAP: "lines", CellWord.THIN: "dots"}
"""Which tell the greys apart."""
FILLS = {CellWord.GAP: "#9a3412", CellWord.THIN: "#f0c9a6", CellWord.SEVERAL: "#cfe6e3", CellWord.MANY: "#0b5a62"}
ON_DARK, ON_LIGHT, GREY = "#fff", "#17262b", "#efece4"
"""In a file; a page has its own colours, by the class of the square."""


def heat_matrix(table: CoverageTable) -> MatrixPicture:
    """Return the picture of the first table; lines in which nobody seeks stand in the table alone."""
    sought = [row for row in table.rows if row.whole.stated.seeking]
    return MatrixPicture(
        name="heat",
        title=_("Coverage by area and group of countries"),
        description=_(
            "One square for each area and group: a letter for its word, and the number of countries that seek. "
            "The table says the same."
        ),
        columns=[column.label for column in table.layout.columns],
        rows=[_label(row, sought) for row in sought],
        squares=[
            _square(number, place, cell)
            for number, row in enumerate(sought)
            for place, cell in enumerate(row.cells)
            if cell.stated.seeking
        ],
    )


def _label(row: Row, sought: list[Row]) -> MatrixLine:
    """Return the label of a line, set in below the one that heads it where that one stands too."""
    heads = {one.line.code for one in sought}
    return MatrixLine(str(row.line.area), is_part=row.line.is_part and row.line.area.parent_id in heads)


def _square(row: int, column: int, cell: CountedCell) -> MatrixSquare:
    word = cell.word
    if word is None:
        return MatrixSquare(row, column, str(cell.stated.seeking), _says(cell), style="few")
    if cell.is_as_stated:
        pattern = PATTERNS.get(word, "")
        text = f"{LETTERS[word]} {cell.stated.seeking}"
        return MatrixSquare(row, column, text, _says(cell), f"{word.value} as-stated", GREY, pattern=pattern)
    ink = ON_DARK if word in (CellWord.GAP, CellWord.MANY) else ON_LIGHT
    text = f"{LETTERS[word]} {cell.confirmed.seeking}"
    return MatrixSquare(row, column, text, _says(cell), word.value, FILLS[word], ink)


def _says(cell: CountedCell) -> str:
    """Return all that a square says."""
    numbers = {
        "confirmed": cell.confirmed.seeking,
        "stated": cell.stated.seeking,
        "partners_confirmed": cell.confirmed.partners,
        "partners": cell.stated.partners,
    }
    said = _("seeking %(confirmed)d / %(stated)d, partners %(partners_confirmed)d / %(partners)d") % numbers
    if cell.word is not None:
        word = _("%(word)s, as stated") if cell.is_as_stated else "%(word)s"
        said = f"{word % {'word': cell.word.label}}; {said}"
    return f"{cell.line.area}, {cell.column.label}: {said}"
