"""What a row would have stored beside what is stored now, question by question: the preview's values, as codes.

Compared by question and not by column, so that a second file with other headings shows what it replaces. Kept in the
row's entry as short lists, because a file has a million of them; `surveys.importing.in_words` says them in words.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from surveys.answering.postings_of_response import PostingPlan
from surveys.answering.reading.from_answers import Answers
from surveys.choices import ResponseKind
from surveys.postings.named_places import NamedPlace
from surveys.postings.writing import FOREIGN_KEYS, place_rows
from surveys.questionnaires.asked import Given

KIND = "about:kind"
"""Stands for a question where the value is the response's own kind."""
NOT_SHOWN = frozenset({"text", "survey", "response_part", "stated_on"})
"""Of a posting: its text is made of the answers, which are shown; the others say where it comes from."""

AnswerKey = tuple[str, int]
PlainReading = tuple[str, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One answer as it would be stored, and as it is stored now where that differs.

    `value` None: no longer stated. `given`: the text of the cells, now and until now, where it alone differs.
    """

    question: str
    repeat: int
    value: Any
    other: str = ""
    differs: bool = False
    was: Any = None
    was_other: str = ""
    given: tuple[str, str] = ("", "")

    @property
    def plain(self) -> list[Any]:
        """Return it as short as JSON can hold it."""
        kept = [self.question, self.repeat, self.value, self.other]
        if self.differs:
            kept += [self.was, self.was_other]
        return [*kept, *self.given] if any(self.given) else kept

    @classmethod
    def of(cls, plain: Sequence[Any]) -> Self:
        """Return what `plain` has kept."""
        question, repeat, value, other, *before = plain
        was, was_other = before[:2] if before else (None, "")
        given = (before[2], before[3]) if len(before) > 2 else ("", "")
        return cls(question, repeat, value, other, bool(before), was, was_other, given)


def values_of(after: Answers, before: Answers | None) -> list[StoredValue]:
    """Return every answer as it would be stored, in its order, each beside what it replaces; then what goes.

    before: what is stored now; None where nothing is.
    """
    stored = {(one.question, one.repeat): one for one in before.given} if before else {}
    values = []
    for one in after.given:
        was = stored.pop((one.question, one.repeat), None)
        values.append(_value(one, was, is_new=before is None))
    values += [
        StoredValue(gone.question, gone.repeat, None, differs=True, was=gone.value, was_other=gone.other)
        for gone in stored.values()
    ]
    return [*values, *_kind(after, before)]


def _value(one: Given, was: Given | None, *, is_new: bool) -> StoredValue:
    if is_new:
        return StoredValue(one.question, one.repeat, one.value, one.other)
    if was is None:
        return StoredValue(one.question, one.repeat, one.value, one.other, differs=True)
    if (one.value, one.other) == (was.value, was.other) and one.as_given == was.as_given:
        return StoredValue(one.question, one.repeat, one.value, one.other)
    same = (one.value, one.other) == (was.value, was.other)
    return StoredValue(
        one.question,
        one.repeat,
        one.value,
        one.other,
        differs=True,
        was=was.value,
        was_other=was.other,
        given=(one.as_given, was.as_given) if same else ("", ""),
    )


def _kind(after: Answers, before: Answers | None) -> list[StoredValue]:
    """Return how the response came, where it is not what everybody expects."""
    if before is not None and before.kind != after.kind:
        return [StoredValue(KIND, 0, after.kind.value, differs=True, was=before.kind.value)]
    return [StoredValue(KIND, 0, after.kind.value)] if after.kind == ResponseKind.COMPILED else []


def readings_of(after: Answers, before: Answers | None) -> list[list[Any]]:
    """Return how the places of each answer would be read, and how they are read now where that differs.

    Each: code of the question, repetition, readings, and the readings until now where they differ.
    """
    now, was = _readings(after.places), _readings(before.places if before else ())
    return [
        [question, repeat, read, *([was[question, repeat]] if before and was.get((question, repeat)) != read else [])]
        for (question, repeat), read in now.items()
    ]


def _readings(places: Sequence[NamedPlace]) -> dict[AnswerKey, list[PlainReading]]:
    read: dict[AnswerKey, list[PlainReading]] = defaultdict(list)
    for place in places:
        read[place.question, place.repeat].append(
            (place.direction.value, str(place.kind), place.code, place.as_printed, place.is_ambiguous)
        )
    return read


def posting_changes(planned: PostingPlan) -> list[list[Any]]:
    """Return what of a posting would be replaced: name of the field, what it says now, what it would say.

    Also of a posting that is kept as people have it: then it is what the answers make of it, for them to choose.
    """
    existing, draft = planned.existing, planned.draft
    if existing is None:
        return []
    would: Mapping[str, Any] = {**draft.values, "status": planned.status} if draft else {"status": planned.status}
    changes = []
    for name in planned.differs if planned.kept else planned.changed:
        if name == "areas":
            was: Any = [area.code for area in existing.areas.all()]
            now: Any = list(draft.areas) if draft else []
        elif name == "modalities":
            was = [modality.code for modality in existing.modalities.all()]
            now = list(draft.modalities) if draft else []
        elif name == "targets":
            was = [_place(NamedPlace.of(row)) for row in place_rows(existing).all()]
            now = [_place(place) for place in draft.targets] if draft else []
        else:
            was, now = _plain(name, getattr(existing, name)), _plain(name, would.get(name))
        changes.append([name] if name in NOT_SHOWN else [name, was, now])
    return changes


def _place(place: NamedPlace) -> list[str]:
    return [place.code, place.as_printed]


def _plain(name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if name in FOREIGN_KEYS:
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if isinstance(value, int) else str(value)
