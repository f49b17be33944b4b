"""Pictures within a page."""

from django import template

from web.pictures.bars import BarPicture, DrawnBars
from web.pictures.matrix import DrawnMatrix, MatrixPicture

register = template.Library()


@register.simple_tag
def draw(picture: BarPicture | MatrixPicture) -> DrawnBars | DrawnMatrix:
    """Return where everything of a picture stands, as wide as the page has room for it."""
    return picture.drawn()
