"""What the templates of all apps share."""

import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from django import template
from django.template.defaultfilters import stringfilter

from web.text import listed

register = template.Library()

SAFE_SCHEMES = ("https://", "http://")


@register.filter
@stringfilter
def one_line(text: str) -> str:
    """Return the text on one line without control and format characters: for a title that nothing isolates.

    A right-to-left override in a posting's title would otherwise turn the name of the portal round.
    """
    shown = ("" if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character for character in text)
    return " ".join("".join(" " if character.isspace() else character for character in shown).split())


@register.filter
@stringfilter
def safe_link(address: str) -> str:
    """Return the address if a browser may follow it, else an empty text: never `javascript:`."""
    return address if address.lower().startswith(SAFE_SCHEMES) else ""


@register.filter
def in_a_row(names: Iterable[Any]) -> str:
    """Return names one after the other, told apart also where one of them has a comma in it."""
    return listed(map(str, names))


@register.filter
def first(rows: Collection[Any], number: int) -> list[Any]:
    """Return the first rows of a list or of rows that were fetched, without a further query."""
    return list(rows)[:number]


@register.filter
def beyond(rows: Collection[Any], number: int) -> int:
    """Return how many rows come after the first ones, without a further query; 0 where there are none."""
    return max(0, len(rows) - number)
