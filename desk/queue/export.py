"""The queue as a file: what is on the screen, with codes and reasons; no contacts are in it."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from desk.queue.rows import QueueRow, rows_of
from matching.models import Match
from surveys.models import Need, Offer
from web.files.exports import csv_response, xlsx_response

CHUNK = 500
"""Of matches explained at once: each block takes the same few queries."""
WRITERS: dict[str, Any] = {"csv": csv_response, "xlsx": xlsx_response}


def file_of(matches: Iterator[Match], *, ending: str) -> HttpResponse:
    """Return the matches as a file of one of WRITERS, in their order."""
    response: HttpResponse = WRITERS[ending](name="matches", header=_header(), rows=_rows(matches))
    return response


def _header() -> list[str]:
    return [
        _("Match"), _("Status"), _("Status code"), _("Fit"), _("Fit code"), _("Score"), _("Why"),
        _("Need"), _("Need number"), _("Of"), _("Country code of the need"), _("Need confirmed on"),
        _("Offer"), _("Offer number"), _("By"), _("Country code of the offer"), _("Offer confirmed on"),
        _("First suggested"), _("Released"), _("On hold"), _("Not again before"),
    ]  # fmt: skip


def _rows(matches: Iterator[Match]) -> Iterator[list[Any]]:
    while block := list(islice(matches, CHUNK)):
        for row in rows_of(block):
            yield _row(row)


def _row(row: QueueRow) -> list[Any]:
    match = row.match
    return [
        match.public_id,
        match.get_status_display(),
        match.status,
        str(row.fit.label),
        row.fit.value,
        match.score / 1_000_000,
        "\n".join(row.reasons),
        *_side(match.need),
        *_side(match.offer),
        _day(match.created_at.date()),
        _day(match.released_at.date() if match.released_at else None),
        _day(match.on_hold_at.date() if match.on_hold_at else None),
        _day(match.refused_until),
    ]


def _side(posting: Need | Offer) -> list[Any]:
    country = posting.posting_country
    return [posting.title, posting.pk, posting.party, country.iso3 if country else "", _day(posting.confirmed_on)]


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
