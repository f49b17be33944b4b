"""Offers and needs as a table: the columns of their downloads, described in docs/downloads.md."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from surveys.models import Survey
from surveys.models.postings.posting import Posting
from surveys.postings.shown.provenance import statement
from web.files.frames import FrameColumn


def _codes(rows: Iterable[Any]) -> list[str]:
    return [row.pk for row in rows]


def _labels(rows: Iterable[Any]) -> list[str]:
    return [str(row) for row in rows]


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _country(posting: Posting, name: str) -> str | None:
    country = posting.posting_country
    return getattr(country, name) if country else None


def _survey(posting: Posting) -> str | None:
    return posting.survey.code if posting.survey and posting.survey.is_public else None


COLUMNS = (
    FrameColumn("id", lambda posting: posting.pk, "Number of the posting; it stays."),
    FrameColumn("title", lambda posting: posting.title, "Title, in the language of the posting."),
    FrameColumn(
        "country_code",
        lambda posting: _country(posting, "iso3"),
        "Country or territory whose posting it is: its own, else its agency's.",
        "ISO 3166-1 alpha-3",
    ),
    FrameColumn("country", lambda posting: _country(posting, "name"), "UN short name of that country in English."),
    FrameColumn(
        "agency_code",
        lambda posting: posting.agency.code if posting.agency else None,
        "Agency that posts; empty where the country does.",
        "codes of /api/v1/agencies/",
    ),
    FrameColumn("agency", lambda posting: posting.agency.name if posting.agency else None, "Name of the agency."),
    FrameColumn(
        "area_codes",
        lambda posting: _codes(posting.areas.all()),
        "Priority areas.",
        "codes of /api/v1/areas/",
    ),
    FrameColumn("areas", lambda posting: _labels(posting.areas.all()), "Names of the areas, in the reader's language."),
    FrameColumn(
        "modality_codes",
        lambda posting: _codes(posting.modalities.all()),
        "Forms of cooperation.",
        "codes of /api/v1/modalities/",
    ),
    FrameColumn(
        "modalities",
        lambda posting: _labels(posting.modalities.all()),
        "Names of the forms, in the reader's language.",
    ),
    FrameColumn(
        "any_modality",
        lambda posting: posting.any_modality,
        "Any form of cooperation can be discussed, beside those named.",
        "true, false",
    ),
    FrameColumn("text", lambda posting: posting.text, "Text, in the language of the posting."),
    FrameColumn("language", lambda posting: posting.language, "Language of title and text.", "ISO 639-1"),
    FrameColumn(
        "english_text",
        lambda posting: posting.english_text,
        "Text in English, where title and text are in another language.",
    ),
    FrameColumn(
        "places",
        lambda posting: posting.places,
        "Places offered or sought, in people; empty: no limit stated.",
    ),
    FrameColumn(
        "amount",
        lambda posting: None if posting.amount is None else str(posting.amount),
        "Amount as a decimal number, in the currency named beside it; never to be summed.",
    ),
    FrameColumn("amount_currency", lambda posting: posting.amount_currency, "Currency of the amount.", "ISO 4217"),
    FrameColumn("amount_years", lambda posting: posting.amount_years, "Years of the amount, as stated."),
    FrameColumn("amount_as_printed", lambda posting: posting.amount_as_printed, "Amount as the source prints it."),
    FrameColumn("amount_note", lambda posting: posting.amount_note, "Note on the amount."),
    FrameColumn(
        "opens_on",
        lambda posting: _day(posting.opens_on),
        "First day on which it is open, ISO 8601; empty: open already.",
    ),
    FrameColumn(
        "closes_on",
        lambda posting: _day(posting.closes_on),
        "Last day on which it is open, inclusive, ISO 8601; empty: no end stated.",
    ),
    FrameColumn(
        "is_closed",
        lambda posting: posting.is_closed,
        "Its last day has ended everywhere on earth.",
        "true, false",
    ),
    FrameColumn("stated_on", lambda posting: _day(posting.stated_on), "Day of the source, ISO 8601."),
    FrameColumn(
        "confirmed_on",
        lambda posting: _day(posting.confirmed_on),
        "Day on which its own agency vouched for it, ISO 8601; empty: nobody has.",
    ),
    FrameColumn("is_confirmed", lambda posting: posting.is_confirmed, "Its own agency vouched for it.", "true, false"),
    FrameColumn("provenance", statement, "Where it comes from, in words."),
    FrameColumn("survey_code", _survey, "Survey edition that it was read from.", "codes of /api/v1/surveys/"),
    FrameColumn(
        "status",
        lambda posting: posting.status,
        "How far it has come.",
        "draft, submitted, published, withdrawn, archived",
    ),
    FrameColumn(
        "visibility",
        lambda posting: posting.visibility,
        "Whom it is shown to.",
        "public, focal_points, secretariat",
    ),
)

OFFER_COLUMNS = (
    *COLUMNS,
    FrameColumn(
        "target_codes",
        lambda offer: [one.country_id or one.group_id or "" for one in offer.targets.all()],
        "Countries and groups that it is for; empty for a name that nobody could resolve; none: open to all.",
        "ISO 3166-1 alpha-3, codes of /api/v1/groups/",
    ),
    FrameColumn(
        "targets",
        lambda offer: _labels(offer.targets.all()),
        "Names of the targets, in the reader's language.",
    ),
)
"""Of an offer also whom it is for; a target that nobody could resolve has no code."""


def survey_notes(postings: Any) -> list[str]:
    """Return what the public surveys that these postings were read from ask readers to know; in one query."""
    surveys = Survey.objects.public().filter(pk__in=postings.order_by().values("survey")).exclude(disclaimer="")
    return [f"{survey.title}: {survey.disclaimer}" for survey in surveys]
