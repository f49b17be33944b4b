"""The lists of the first page, which are those of the weekly mail: each in a fixed number of queries.

A list stands there only for whoever may act on what is in it; what a row shows is asked of the one place that says who
may see it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_SHOWN = 5
"""Rows of one list; "See all" leads to the rest."""
NEW_FOR = dt.timedelta(days=7)
"""How long a fit is new on the page. In the mail: since the mail before."""


class Link(NamedTuple):
    """Where all of a list is."""

    words: str
    address: str


@dataclass(frozen=True)
class HomeRow:
    """One row: what it is, whose, and where to go for it."""

    title: str
    address: str
    party: str = ""
    language: str = ""
    """Of the title; empty: of the page."""
    detail: str = ""


@dataclass(frozen=True)
class HomeList:
    """One list of the page."""

    code: str
    heading: str
    empty: str
    """What stands there where it has no row."""
    rows: Sequence[HomeRow]
    has_more: bool = False
    see_all: Sequence[Link] = field(default=())
    is_news: bool = True
    """Whether a row in it is reason enough for a mail; what stands there for months is not."""


def row_of(posting: Any, address: str, detail: str = "") -> HomeRow:
    """Return the row of a posting; a title that begins with who posts does not say it twice."""
    party = "" if posting.title_says_who else posting.party
    return HomeRow(posting.title, address, party, posting.language, detail)
