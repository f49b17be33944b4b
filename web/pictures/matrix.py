"""A matrix: rows, columns, and a square for each pair of which there is something to say, in letters and patterns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language_bidi

from web.pictures.lettering import TextLine, text_lines

LABELS, SQUARE, GAP, LINE = 176, 50, 3, 14
"""Widths and heights, in units of the picture: of the labels, of a square with the gap beside it, and of a line."""
LETTERS_A_LABEL, LETTERS_A_HEAD, MOST_LINES = 24, 8, 6
INDENT = 12
PATTERNS = ("lines", "dots")


@dataclass(frozen=True)
class MatrixLine:
    """The label of a row; `is_part` of the row above it."""

    label: str
    is_part: bool = False


@dataclass(frozen=True)
class MatrixSquare:
    """A square: `text` stands in it, `says` is all of it; `style` is a class, `fill` and `ink` are for files."""

    row: int
    column: int
    text: str
    says: str
    style: str = ""
    fill: str = "none"
    ink: str = "#17262b"
    pattern: str = ""
    """One of PATTERNS, in place of a colour."""


@dataclass(frozen=True)
class MatrixPicture:
    """A picture of a matrix. `name` is unique on its page."""

    name: str
    title: str
    description: str
    columns: Sequence[str]
    rows: Sequence[MatrixLine]
    squares: Sequence[MatrixSquare]
    template = "pictures/matrix.svg"

    def drawn(self) -> "DrawnMatrix":
        """Return where everything stands."""
        return DrawnMatrix(self, mirrored=bool(get_language_bidi()))


@dataclass(frozen=True)
class DrawnSquare:
    """A square at its place: as text, since a number is written as the reader's language does, which SVG reads not."""

    x: str
    y: str
    height: str
    text_x: str
    text_y: str
    square: MatrixSquare


@dataclass(frozen=True)
class DrawnMatrix:
    """The picture as it is drawn; from the right where the reader's language is written so."""

    picture: MatrixPicture
    mirrored: bool = False
    square_width: int = SQUARE - GAP

    @property
    def width(self) -> int:
        """In units."""
        return LABELS + SQUARE * len(self.picture.columns)

    @property
    def height(self) -> int:
        """In units."""
        return self._tops[-1]

    @cached_property
    def _heads(self) -> list[list[str]]:
        return [text_lines(one, width=LETTERS_A_HEAD, most=MOST_LINES) for one in self.picture.columns]

    @cached_property
    def _labels(self) -> list[list[str]]:
        return [text_lines(row.label, width=LETTERS_A_LABEL, most=3) for row in self.picture.rows]

    @cached_property
    def _tops(self) -> list[int]:
        top = LINE * max(map(len, self._heads), default=0) + 8
        tops = []
        for lines in self._labels:
            tops.append(top)
            top += LINE * max(len(lines), 1) + 13
        return [*tops, top]

    def _left_of_column(self, column: int) -> int:
        left = LABELS + SQUARE * column
        return self.width - left - self.square_width if self.mirrored else left

    @property
    def heads(self) -> Iterator[TextLine]:
        """Yield the lines of the headings, the last of each just above the squares."""
        for column, lines in enumerate(self._heads):
            x = f"{self._left_of_column(column) + self.square_width / 2:g}"
            for place, text in enumerate(reversed(lines)):
                yield TextLine(x, self._tops[0] - 7 - LINE * place, text)

    @property
    def labels(self) -> Iterator[TextLine]:
        """Yield the lines of the labels of the rows."""
        for top, row, lines in zip(self._tops, self.picture.rows, self._labels, strict=False):
            indent = INDENT if row.is_part else 0
            for place, text in enumerate(lines):
                yield TextLine(str(self.width - indent if self.mirrored else indent), top + 16 + LINE * place, text)

    @property
    def squares(self) -> Iterator[DrawnSquare]:
        """Yield the squares, as high as their row."""
        for square in self.picture.squares:
            top, bottom = self._tops[square.row], self._tops[square.row + 1] - GAP
            x = self._left_of_column(square.column)
            middle = f"{x + self.square_width / 2:g}"
            yield DrawnSquare(str(x), str(top), str(bottom - top), middle, str((top + bottom) // 2 + 5), square)
