"""Parts of the tables of coverage."""

from collections.abc import Iterable
from functools import cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import CountedCell
from matching.coverage.counts.words import CellWord
from web.text import in_figures

register = template.Library()


class Squares:
    """Writes the cells of a table: without a template, which is asked some ten things of each, and a page has hundreds.

    What the cells of a page share is said once: the words, and of an address all but the area and the column.
    """

    def __init__(self, view: CoverageView, query: str) -> None:
        self._view, self._query = view, escape(query)
        self._seeking, self._partners = _("seeking:"), _("partners:")
        self._word = cache(self._write_word)

    def write(self, cell: CountedCell) -> str:
        """Return the cell."""
        confirmed, stated = cell.confirmed, cell.stated
        if not stated.seeking:
            return '<td class="cell">–</td>'
        address = f"{escape(cell.address)}{self._query}"
        return (
            f'<td class="cell"><a href="{address}"><span class="visually-hidden">{self._seeking}</span> '
            f"{in_figures(confirmed.seeking)} / {in_figures(stated.seeking)}\n"
            f'<span class="partners"><span class="visually-hidden">{self._partners}</span> '
            f"{in_figures(confirmed.partners)} / {in_figures(stated.partners)}</span></a>"
            f"{self._word(cell.word, cell.is_as_stated) if cell.word else ''}</td>"
        )

    def _write_word(self, word: CellWord, is_as_stated: bool) -> str:
        written = (
            f'<span class="word {word.value}{" as-stated" if is_as_stated else ""}">{escape(str(word.label))}</span>'
        )
        if not is_as_stated:
            return f"\n{written}"
        return f"\n{written}\n{render_to_string('matching/includes/coverage_as_stated.html', {'view': self._view})}"


@register.simple_tag
def writer_of_squares(view: CoverageView, query: str) -> Squares:
    """Return what writes the cells of a page."""
    return Squares(view, query)


@register.filter
def squares(cells: Iterable[CountedCell], writer: Squares) -> SafeString:
    """Return the cells of one row, written."""
    return mark_safe("\n".join(map(writer.write, cells)))  # noqa: S308 - all values are escaped
