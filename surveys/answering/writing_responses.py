"""Writes what a response says: the response itself, its answers, how its places were read, and its postings.

Called by imports, some hundred responses at a time, and by online answering, one at a time; new rows cost a fixed
number of queries however many they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from directory.models import User
from surveys.answering.from_answers import Answers
from surveys.answering.pending import keep_for_choice, settle
from surveys.answering.postings_of_response import PostingPlan
from surveys.choices import PostingStatus, Side
from surveys.models import Answer, Need, Offer, Reading, Response
from surveys.postings import posting, states
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import NewPosting

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
    _write_new_readings(new, by=by, reason=reason)
    for one in known:
        _write_readings(one.response, one.answers.places, by=by, reason=reason)
    _write_postings(responses, by=by, reason=reason)


def empty(response: Response, *, by: User | None, reason: str) -> None:
    """Take what an undone file answered out of a response that is begun anew; its history keeps it."""
    response.as_printed, response.footnote, response.note = {}, "", ""
    Answer.objects.filter(response=response).delete()
    _write_readings(response, (), by=by, reason=reason)


def _write_responses(
    new: Sequence[ResponseToWrite], known: Sequence[ResponseToWrite], *, by: User | None, reason: str
) -> None:
    if new:
        made = bulk_create_with_history(
            [one.response for one in new], Response, default_user=by, default_change_reason=reason
        )
        for one, response in zip(new, made, strict=True):
            one.response = response
    if known:
        for one in known:
            one.response.updated_at = timezone.now()
        bulk_update_with_history(
            [one.response for one in known], Response, RESPONSE_FIELDS, default_user=by, default_change_reason=reason
        )


def _write_answers(new: Sequence[ResponseToWrite], known: Sequence[ResponseToWrite]) -> None:
    if known:
        Answer.objects.filter(response__in=[one.response for one in known]).delete()
    Answer.objects.bulk_create(
        [
            Answer(
                response=one.response,
                question=given.question,
                repeat=given.repeat,
                value=given.value,
                other=given.other,
                as_given=given.as_given,
            )
            for one in (*new, *known)
            for given in one.answers.given
        ],
        batch_size=1_000,
    )


def _write_new_readings(new: Sequence[ResponseToWrite], *, by: User | None, reason: str) -> None:
    readings = []
    for one in new:
        for position, place in enumerate(one.answers.places):
            reading = Reading(response=one.response)
            _set(reading, place, position)
            readings.append(reading)
    if readings:
        bulk_create_with_history(readings, Reading, default_user=by, default_change_reason=reason)


def add_readings(response: Response, places: Sequence[NamedPlace]) -> None:
    """Add how the places of one answer were read."""
    last = response.readings.count()
    for number, place in enumerate(places):
        reading = Reading(response=response)
        _set(reading, place, last + number)
        reading.save()


def _write_readings(response: Response, places: Sequence[NamedPlace], *, by: User | None, reason: str) -> None:
    """Write what differs; a reading of a token that the cell no longer names goes, its history stays."""
    before: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in response.readings.all():
        before[reading.direction, reading.as_printed].append(reading)
    added: list[Reading] = []
    changed: list[Reading] = []
    for position, place in enumerate(places):
        same = before[place.direction, place.as_printed]
        reading = same.pop(0) if same else Reading(response=response)
        was = _values(reading)
        _set(reading, place, position)
        if reading.pk is None:
            added.append(reading)
        elif _values(reading) != was:
            changed.append(reading)
    for gone in (reading for left in before.values() for reading in left):
        gone._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
        gone.delete()
    if added:
        bulk_create_with_history(added, Reading, default_user=by, default_change_reason=reason)
    if changed:
        bulk_update_with_history(changed, Reading, READING_FIELDS, default_user=by, default_change_reason=reason)


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
    for one in responses:
        source = {"response": one.response, **{name: getattr(one.response, name) for name in SOURCE_FIELDS}}
        for plan in one.postings:
            if plan.existing is None and plan.draft is not None:
                values = {**plan.draft.values, **source, "status": plan.status}
                new[plan.side].append(NewPosting(values, plan.draft.areas, plan.draft.modalities, plan.draft.targets))
            else:
                _change_posting(plan, source=source, response=one.response, by=by, reason=reason)
    posting.create_many(model=Offer, new=new[Side.OFFER], by=by, reason=reason)
    posting.create_many(model=Need, new=new[Side.NEED], by=by, reason=reason)


def _change_posting(
    plan: PostingPlan, *, source: Mapping[str, Any], response: Response, by: User | None, reason: str
) -> None:
    existing, draft = plan.existing, plan.draft
    if existing is None:
        return
    if plan.kept:
        if draft is not None and plan.differs:
            keep_for_choice(posting=existing, draft=draft, response=response)
        else:
            settle(posting=existing)
        return
    if not plan.changed:
        return
    if draft is None:
        states.return_to_draft(posting=existing, by=by, reason=reason)
        return
    posting.update(
        posting=existing,
        values={**draft.values, **source, "status": plan.status or PostingStatus(existing.status)},
        areas=draft.areas,
        modalities=draft.modalities,
        targets=draft.targets,
        by=by,
        reason=reason,
    )
