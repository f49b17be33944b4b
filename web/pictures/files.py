"""A picture as a file of its own: with its title, what must be said of it and the disclaimer, for it goes alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi

from web.files.exports import disclaimer, without_controls
from web.pictures.bars import BarPicture, DrawnBars
from web.pictures.lettering import Across, TextLine, text_lines
from web.pictures.matrix import DrawnMatrix, MatrixPicture

SVG = "image/svg+xml"
WIDTH, MARGIN = 640, 24
TITLE_LETTERS, NOTE_LETTERS = 56, 104
TITLE_LINE, NOTE_LINE = 22, 15


@dataclass(frozen=True)
class PictureSheet:
    """Where the picture stands between its title and its notes."""

    width: int
    height: int
    top: int
    title: list[TextLine]
    notes: list[TextLine]


def picture_response(picture: BarPicture | MatrixPicture, *, name: str, notes: Sequence[str] = ()) -> HttpResponse:
    """Return the picture as an SVG file in light colours, with the notes and the disclaimer below it."""
    response = HttpResponse(picture_file(picture, notes=notes), content_type=SVG)
    response["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    response["Cache-Control"] = "no-store"
    return response


def picture_file(picture: BarPicture | MatrixPicture, *, notes: Sequence[str] = ()) -> str:
    """Return the picture as the text of an SVG file."""
    drawn: DrawnBars | DrawnMatrix
    if isinstance(picture, BarPicture):
        drawn, width = picture.drawn(Across.for_reader(WIDTH)), WIDTH
    else:
        drawn = picture.drawn()
        width = max(WIDTH, drawn.width)
    sheet = _sheet(picture.title, [*notes, disclaimer()], width=width, height=drawn.height)
    context = {"picture": picture, "drawn": drawn, "sheet": sheet, "mirrored": get_language_bidi()}
    return without_controls(render_to_string("pictures/file.svg", context))


def _sheet(title: str, notes: Sequence[str], *, width: int, height: int) -> PictureSheet:
    x = str(width if get_language_bidi() else 0)
    lines = text_lines(title, width=TITLE_LETTERS, most=4)
    top = TITLE_LINE * len(lines) + 10
    said = [line for note in notes for line in text_lines(note, width=NOTE_LETTERS, most=12)]
    first = top + height + 24
    return PictureSheet(
        width=width + 2 * MARGIN,
        height=first + NOTE_LINE * len(said) + 2 * MARGIN,
        top=top,
        title=[TextLine(x, 16 + TITLE_LINE * place, text) for place, text in enumerate(lines)],
        notes=[TextLine(x, first + NOTE_LINE * place, text) for place, text in enumerate(said)],
    )
