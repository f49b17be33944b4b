"""Practices as a table: the columns of their downloads, described in docs/downloads.md."""

from collections.abc import Iterable
from typing import Any

from web.files.frames import FrameColumn


def _codes(rows: Iterable[Any]) -> list[str]:
    return [row.pk for row in rows]


def _labels(rows: Iterable[Any]) -> list[str]:
    return [str(row) for row in rows]


COLUMNS = (
    FrameColumn("id", lambda practice: practice.pk, "Number of the practice; it stays."),
    FrameColumn("title", lambda practice: practice.title, "Title, in the language of the practice."),
    FrameColumn("kind", lambda practice: practice.kind, "What it is.", "good_practice, institutional_model"),
    FrameColumn(
        "agency_code",
        lambda practice: practice.agency.code,
        "Agency that shares it.",
        "codes of /api/v1/agencies/",
    ),
    FrameColumn("agency", lambda practice: practice.agency.name, "Name of the agency."),
    FrameColumn(
        "country_code",
        lambda practice: practice.country.iso3 if practice.country else None,
        "Country or territory of the agency.",
        "ISO 3166-1 alpha-3",
    ),
    FrameColumn(
        "country",
        lambda practice: practice.country.name if practice.country else None,
        "UN short name of that country in English.",
    ),
    FrameColumn(
        "partner_codes",
        lambda practice: [agency.code for agency in practice.partners.all()],
        "Agencies that had part in it.",
        "codes of /api/v1/agencies/",
    ),
    FrameColumn(
        "partners",
        lambda practice: [agency.name for agency in practice.partners.all()],
        "Names of these agencies.",
    ),
    FrameColumn(
        "used_in_codes",
        lambda practice: _codes(practice.countries.all()),
        "Countries and territories where it was put to use.",
        "ISO 3166-1 alpha-3",
    ),
    FrameColumn(
        "used_in",
        lambda practice: _labels(practice.countries.all()),
        "Names of these countries, in the reader's language.",
    ),
    FrameColumn(
        "area_codes",
        lambda practice: _codes(practice.areas.all()),
        "Priority areas.",
        "codes of /api/v1/areas/",
    ),
    FrameColumn(
        "areas",
        lambda practice: _labels(practice.areas.all()),
        "Names of the areas, in the reader's language.",
    ),
    FrameColumn(
        "modality_codes",
        lambda practice: _codes(practice.modalities.all()),
        "Forms in which it can be shared.",
        "codes of /api/v1/modalities/",
    ),
    FrameColumn(
        "modalities",
        lambda practice: _labels(practice.modalities.all()),
        "Names of the forms, in the reader's language.",
    ),
    FrameColumn("text", lambda practice: practice.text, "What was done, and how."),
    FrameColumn("results", lambda practice: practice.results, "What came of it."),
    FrameColumn("conditions", lambda practice: practice.conditions, "What it takes elsewhere."),
    FrameColumn("language", lambda practice: practice.language, "Language of title and texts.", "ISO 639-1"),
    FrameColumn(
        "english_text",
        lambda practice: practice.english_text,
        "A summary in English, where the texts are in another language.",
    ),
    FrameColumn("links", lambda practice: practice.link_lines, "Addresses of more about it."),
    FrameColumn(
        "cooperation_id",
        lambda practice: practice.cooperation_id,
        "Agreed cooperation that it came of: the numbers of need and offer.",
        "12-34",
    ),
    FrameColumn(
        "published_on",
        lambda practice: practice.published_at.date().isoformat(),
        "Day of publication, ISO 8601.",
    ),
)
