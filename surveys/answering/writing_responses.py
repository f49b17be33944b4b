"""Writes what a response says: the response itself, its answers, how its places were read, and its postings.

Called by imports, some hundred responses at a time, and by online answering, one at a time; a changed response costs
no more queries than a new one, and neither more than all of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from directory.models import User
from surveys.answering.pending import OtherVersion, keep_for_choice, settle
from surveys.answering.postings_of_response import PostingPlan
from surveys.answering.reading.from_answers import Answers
from surveys.choices import PostingStatus, Side
from surveys.models import Answer, Need, Offer, Reading, Response
from surveys.models.postings.posting import Posting
from surveys.postings import posting, states
from surveys.postings.named_places import NamedPlace
from surveys.postings.posting import PostingUpdate
from surveys.postings.writing import NewPosting
from web.rows import create_with_history, delete_rows_with_history, insert_rows, update_rows_with_history

READING_FIELDS = ["position", "kind", "country", "group", "is_ambiguous", "note", "question", "repeat"]
RESPONSE_FIELDS = [
    "kind", "status", "questionnaire", "read_with", "as_printed", "footnote", "note", "agency", "received_at",
    "file_import", "source_file", "source_sheet", "source_row", "updated_at",
]  # fmt: skip
SOURCE_FIELDS = ("file_import", "source_file", "source_sheet", "source_row")


@dataclass
class ResponseToWrite:
    """A response as it is to be written, with what it states and what becomes of its postings."""

    response: Response
    answers: Answers
    postings: Sequence[PostingPlan]
    is_new: bool
    source: Mapping[str, Any] = field(default_factory=dict)


def write_responses(responses: Sequence[ResponseToWrite], *, by: User | None, reason: str) -> None:
    """Write these responses in the transaction that is open."""
    new = [one for one in responses if one.is_new]
    known = [one for one in responses if not one.is_new]
    _write_responses(new, known, by=by, reason=reason)
    _write_answers(new, known)
    _write_readings([(one.response, one.answers.places) for one in responses], by=by, reason=reason)
    _write_postings(responses, by=by, reason=reason)


def empty(response: Response, *, by: User | None, reason: str) -> None:
    """Take what an undone file answered out of a response that is begun anew; its history keeps it."""
    response.as_printed, response.footnote, response.note = {}, "", ""
    Answer.objects.filter(response=response).delete()
    _write_readings([(response, ())], by=by, reason=reason)


def _write_responses(
    new: Sequence[ResponseToWrite], known: Sequence[ResponseToWrite], *, by: User | None, reason: str
) -> None:
    if new:
        made = create_with_history(Response, [one.response for one in new], by=by, reason=reason)
        for one, response in zip(new, made, strict=True):
            one.response = response
    if known:
        rows = [one.response for one in known]
        update_rows_with_history(Response, rows, [*RESPONSE_FIELDS, "erased_at"], by=by, reason=reason)


def _write_answers(new: Sequence[ResponseToWrite], known: Sequence[ResponseToWrite]) -> None:
    if known:
        Answer.objects.filter(response__in=[one.response for one in known]).delete()
    insert_rows(
        Answer,
        ("response_id", "question", "repeat", "value", "other", "as_given", "is_carried_over"),
        [
            (
                one.response.pk,
                given.question,
                given.repeat,
                None if given.value is None else json.dumps(given.value),
                given.other,
                given.as_given,
                False,
            )
            for one in (*new, *known)
            for given in one.answers.given
        ],
    )


def add_readings(response: Response, places: Sequence[NamedPlace]) -> None:
    """Add how the places of one answer were read."""
    last = response.readings.count()
    for number, place in enumerate(places):
        reading = Reading(response=response)
        _set(reading, place, last + number)
        reading.save()


def _write_readings(read: Sequence[tuple[Response, Sequence[NamedPlace]]], *, by: User | None, reason: str) -> None:
    """Write what differs; a reading of a token that the cell no longer names goes, its history stays."""
    stored: dict[int, dict[tuple[str, str], list[Reading]]] = {response.pk: {} for response, _places in read}
    for reading in Reading.objects.filter(response__in=list(stored)):
        stored[reading.response_id].setdefault((reading.direction, reading.as_printed), []).append(reading)
    added: list[Reading] = []
    changed: list[Reading] = []
    for response, places in read:
        before = stored[response.pk]
        for position, place in enumerate(places):
            same = before.get((place.direction, place.as_printed))
            reading = same.pop(0) if same else Reading(response=response)
            was = _values(reading)
            _set(reading, place, position)
            if reading.pk is None:
                added.append(reading)
            elif _values(reading) != was:
                changed.append(reading)
    gone = [reading for before in stored.values() for left in before.values() for reading in left]
    delete_rows_with_history(Reading, gone, by=by, reason=reason)
    if added:
        create_with_history(Reading, added, by=by, reason=reason)
    update_rows_with_history(Reading, changed, READING_FIELDS, by=by, reason=reason)


def _values(reading: Reading) -> tuple[Any, ...]:
    return (
        reading.position, reading.kind, reading.country_id, reading.group_id, reading.is_ambiguous, reading.note,
        reading.question, reading.repeat,
    )  # fmt: skip


def _set(reading: Reading, place: NamedPlace, position: int) -> None:
    reading.direction, reading.question, reading.repeat = place.direction, place.question, place.repeat
    for column, value in {**place.columns, "position": position}.items():
        setattr(reading, column, value)


def _write_postings(responses: Sequence[ResponseToWrite], *, by: User | None, reason: str) -> None:
    new: dict[Side, list[NewPosting]] = {Side.OFFER: [], Side.NEED: []}
    changed: dict[Side, list[PostingUpdate]] = {Side.OFFER: [], Side.NEED: []}
    no_longer_stated: list[Posting] = []
    to_choose: list[OtherVersion] = []
    settled: list[Posting] = []
    for one in responses:
        for plan in one.postings:
            existing, draft = plan.existing, plan.draft
            if existing is None:
                if draft is not None:
                    values = {**draft.values, **_source(one.response), "status": plan.status}
                    new[plan.side].append(NewPosting(values, draft.areas, draft.modalities, draft.targets))
            elif plan.kept:
                if draft is not None and plan.differs:
                    to_choose.append(OtherVersion(existing, draft, one.response))
                else:
                    settled.append(existing)
            elif plan.changed and draft is None:
                no_longer_stated.append(existing)
            elif plan.changed:
                changed[plan.side].append(_as_update(plan, one.response))
    keep_for_choice(to_choose)
    settle(settled)
    states.return_to_draft(postings=no_longer_stated, by=by, reason=reason)
    models: dict[Side, type[Offer | Need]] = {Side.OFFER: Offer, Side.NEED: Need}
    for side, model in models.items():
        posting.update_many(model=model, updates=changed[side], by=by, reason=reason)
        posting.create_many(model=model, new=new[side], by=by, reason=reason)


def _source(response: Response) -> dict[str, Any]:
    return {"response": response, **{name: getattr(response, name) for name in SOURCE_FIELDS}}


def _as_update(plan: PostingPlan, response: Response) -> PostingUpdate:
    existing, draft = plan.existing, plan.draft
    assert existing is not None
    assert draft is not None
    return PostingUpdate(
        posting=existing,
        values={**draft.values, **_source(response), "status": plan.status or PostingStatus(existing.status)},
        areas=draft.areas,
        modalities=draft.modalities,
        targets=draft.targets,
    )
