"""What a response was before an import changed it, as plain values: so that the import can be undone."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from directory.models import Agency, Country
from surveys.answering.reading.from_answers import Answers
from surveys.answering.stored_answers import answers_of
from surveys.answering.writing_responses import RESPONSE_FIELDS
from surveys.choices import Direction
from surveys.models import Import, Need, Offer, Response
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import place_rows
from surveys.questionnaires.asked import Given

POSTING_VALUES = (
    "title", "text", "language", "english_text", "amount", "amount_currency", "amount_years", "amount_as_printed",
    "amount_note", "places", "opens_on", "closes_on", "contact", "stated_on", "status", "country_id", "agency_id",
    "file_import_id", "source_file", "source_sheet", "source_row", "response_part",
)  # fmt: skip
FOREIGN_ROWS: Mapping[str, Any] = {"country": Country, "agency": Agency, "file_import": Import}
_DAYS = frozenset({"opens_on", "closes_on", "stated_on"})


def snapshot_of(response: Response) -> dict[str, Any]:
    """Return a stored response with its answers, readings and postings, all prefetched, as JSON can hold it."""
    return {
        **_said(response, answers_of(response)),
        "readings": [
            [reading.question, reading.repeat, reading.direction, NamedPlace.of(reading).plain]
            for reading in response.readings.all()
        ],
        "postings": [
            {
                "kind": posting._meta.model_name,  # noqa: SLF001 - Django's documented API
                "id": posting.pk,
                "values": {name: _plain(getattr(posting, name)) for name in POSTING_VALUES},
                "areas": [area.pk for area in posting.areas.all()],
                "modalities": [modality.pk for modality in posting.modalities.all()],
                "places": [NamedPlace.of(row).plain for row in place_rows(posting).all()],
            }
            for posting in _postings(response)
        ],
    }


def snapshot_to_be(response: Response, answers: Answers) -> dict[str, Any]:
    """Return what a response would be with these answers, its postings aside: they are made when it is written."""
    return {
        **_said(response, answers),
        "readings": [[place.question, place.repeat, place.direction, place.plain] for place in answers.places],
    }


def response_values(snapshot: Mapping[str, Any], response: Response) -> dict[str, Any]:
    """Return the stored values of the response itself, by column."""
    values = {_column(response, name): value for name, value in snapshot["response"].items()}
    received = values.get("received_at")
    values["received_at"] = dt.datetime.fromisoformat(received) if received else None
    values.pop("updated_at")
    return values


def answers_from(snapshot: Mapping[str, Any], response: Response) -> Answers:
    """Return what the response stated."""
    now = answers_of(response)
    return Answers(
        country=now.country,
        agency=now.agency,
        kind=now.kind,
        given=[Given(*row) for row in snapshot["answers"]],
        places=[
            NamedPlace(**place, question=question, repeat=repeat, direction=Direction(direction))
            for question, repeat, direction, place in snapshot["readings"]
        ],
        notes=now.notes,
    )


def posting_values(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a posting in a snapshot as its model takes them, by column."""
    values = dict(kept["values"])
    for name in _DAYS:
        values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
    values["amount"] = Decimal(values["amount"]) if values["amount"] is not None else None
    return values


def _said(response: Response, answers: Answers) -> dict[str, Any]:
    return {
        "response": {name: _plain(getattr(response, _column(response, name))) for name in RESPONSE_FIELDS},
        "answers": [[one.question, one.value, one.repeat, one.other, one.as_given] for one in answers.given],
    }


def _postings(response: Response) -> list[Offer | Need]:
    return [*response.offers.all(), *response.needs.all()]


def _column(response: Response, name: str) -> str:
    return str(response._meta.get_field(name).attname)  # type: ignore[union-attr]  # noqa: SLF001


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
