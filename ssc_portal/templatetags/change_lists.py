"""Lists of the admin: each cell with the heading of its column, which stands beside it where there is no room above."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()


@register.simple_tag
def labelled_cell(cell: SafeString, headers: Sequence[dict[str, Any]], place: int) -> SafeString:
    """Return a cell as the admin made it, its tag with the heading of the column at this place, from 0."""
    tag = next((name for name in ("td", "th") if cell.startswith(f"<{name}")), None)
    if tag is None or place >= len(headers):
        return cell
    words = headers[place]["text"]
    if isinstance(words, SafeString):
        # Markup, not words: the box that chooses all rows.
        return cell
    # The cell is the admin's own, and the words are escaped here.
    return mark_safe(f'<{tag} data-label="{escape(capfirst(words))}"{cell.removeprefix(f"<{tag}")}')  # noqa: S308
