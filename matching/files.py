"""Matches as a table, as `Match.objects.visible_to` shows them: the columns of the download, in docs/downloads.md.

A fit is a word, as in the list: no score, by which somebody would rank countries.
"""

from typing import Any

from matching.choices import Fit
from surveys.choices import Side
from web.files.frames import FrameColumn, Value

ISO3, AGENCIES, FITS = "ISO 3166-1 alpha-3", "codes of /api/v1/agencies/", ", ".join(Fit.values)


def _of(side: Side) -> tuple[FrameColumn, ...]:
    """Return the columns of one side of a match."""

    def country(match: Any, name: str) -> Value:
        found = getattr(match, side).posting_country
        return getattr(found, name) if found else None

    def agency(match: Any, name: str) -> Value:
        found = getattr(match, side).agency
        return getattr(found, name) if found else None

    return (
        FrameColumn(f"{side}_id", lambda match: getattr(match, side).pk, f"Number of the {side}."),
        FrameColumn(f"{side}_title", lambda match: getattr(match, side).title, f"Title of the {side}."),
        FrameColumn(f"{side}_country_code", lambda match: country(match, "iso3"), f"Country whose {side} it is.", ISO3),
        FrameColumn(f"{side}_country", lambda match: country(match, "name"), "UN short name of it, in English."),
        FrameColumn(
            f"{side}_agency_code", lambda match: agency(match, "code"), f"Agency whose {side} it is.", AGENCIES
        ),
        FrameColumn(f"{side}_agency", lambda match: agency(match, "name"), "Name of the agency."),
    )


def _released_on(match: Any) -> str | None:
    return match.released_at.date().isoformat() if match.released_at else None


COLUMNS = (
    *_of(Side.NEED),
    *_of(Side.OFFER),
    FrameColumn("fit", lambda match: match.seen.fit.value, "How far what both sides state overlaps.", FITS),
    FrameColumn("released_on", _released_on, "Day on which it was released to everyone, ISO 8601; empty: it is not."),
)

COOPERATION_COLUMNS = (
    FrameColumn("id", lambda match: match.public_id, "The numbers of need and offer."),
    *(one for one in COLUMNS[:-2] if not one.name.endswith("_id")),
)
"""Of agreed cooperation: who with whom. Its postings may no longer be public, and have no numbers here."""
