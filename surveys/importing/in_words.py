"""Says a row's values, readings and postings in words, for the import's page and for a terminal."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from surveys.choices import ChoicesFrom, Direction, PlaceKind, PostingStatus, QuestionKind, ResponseKind
from surveys.importing.values import KIND, StoredValue
from surveys.models import Offer
from surveys.questionnaires.asked import Asked, AskedQuestion
from surveys.questionnaires.lists import OTHER

COUNTED_FROM = 6
"""From here on, how many answers there are is said before them."""
OF_PLACES = frozenset({ChoicesFrom.COUNTRIES, ChoicesFrom.GROUPS, ChoicesFrom.PLACES})
DAYS = frozenset({"opens_on", "closes_on", "stated_on"})


@dataclass(frozen=True, slots=True)
class ValueInWords:
    """One value: what it answers, what would be stored, what is stored now; readings are of places, where told."""

    label: str
    now: str
    was: str = ""
    readings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RowInWords:
    """The values of a row that would be replaced, and those that are new or stay as they are."""

    replaced: Sequence[ValueInWords]
    others: Sequence[ValueInWords]


class AnswerWords:
    """Knows what is asked, and so the words of codes."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._places = {choice.code: choice.label for choice in asked.lists.named(ChoicesFrom.PLACES)}

    def row(self, entry: Mapping[str, Any]) -> RowInWords:
        """Return the values of a row's entry in words."""
        readings = {
            (question, repeat): self._readings(read, before)
            for question, repeat, read, *before in entry.get("places", ())
        }
        replaced: list[ValueInWords] = []
        others: list[ValueInWords] = []
        for plain in entry.get("values", ()):
            value = StoredValue.of(plain)
            key = (value.question, value.repeat)
            said = self._value(value, readings.get(key, ()))
            (replaced if value.differs or self._rereads(entry, key) else others).append(said)
        return RowInWords(replaced, others)

    def posting(self, entry: Mapping[str, Any]) -> list[ValueInWords]:
        """Return what of a posting would be replaced, field by field."""
        said = []
        for name, *values in entry.get("replaces", ()):
            field: Any = Offer._meta.get_field(name)  # noqa: SLF001 - Django's documented API
            label = _("places that it is for") if name == "targets" else str(field.verbose_name)
            was, now = (self._of_posting(name, value) for value in values) if values else ("", _("made anew"))
            said.append(ValueInWords(label, now, was))
        return said

    @staticmethod
    def _rereads(entry: Mapping[str, Any], key: tuple[str, int]) -> bool:
        return any((question, repeat) == key and before for question, repeat, _read, *before in entry.get("places", ()))

    def _value(self, value: StoredValue, readings: Sequence[str]) -> ValueInWords:
        question = self._asked.questions.get(value.question)
        label = _("How it was answered") if value.question == KIND else question.heading if question else value.question
        if question and question.repeats:
            label = _("%(question)s (%(number)d)") % {"question": label, "number": value.repeat + 1}
        now = self._in_words(question, value.question, value.value, value.other)
        if not value.differs:
            return ValueInWords(label, now, readings=readings)
        if any(value.given):
            given, was_given = (_("as given: “%(text)s”") % {"text": text} for text in value.given)
            return ValueInWords(label, f"{now}, {given}", was_given, readings)
        return ValueInWords(label, now, self._in_words(question, value.question, value.was, value.was_other), readings)

    def _in_words(self, question: AskedQuestion | None, code: str, value: Any, other: str) -> str:
        if value is None:
            return _("not stated")
        if code == KIND:
            return str(ResponseKind(value).label)
        if question is None:
            return str(value)
        if isinstance(value, dict):
            return _amount(value)
        if question.kind == QuestionKind.DATE:
            return _day(value)
        if not isinstance(value, list):
            return self._asked.value_words(question, value, other)
        # A list of regions may be answered with countries too.
        labels = {**self._places, **question.choices} if question.choices_from in OF_PLACES else question.choices
        words = "; ".join(other if code == OTHER and other else labels.get(code, code) for code in value)
        return f"{len(value)}: {words}" if len(value) >= COUNTED_FROM else words or _("nothing that is known here")

    def _readings(self, read: Iterable[Sequence[Any]], before: Sequence[Any]) -> list[str]:
        """Return how places are read, where that does not go without saying; and how they are read now."""
        said = [words for one in read if (words := self._reading(one, always=bool(before)))]
        until_now = before[0] if before else ()
        return said + [_("until now: %(reading)s") % {"reading": self._reading(one, always=True)} for one in until_now]

    def _reading(self, one: Sequence[Any], *, always: bool) -> str:
        direction, kind, code, printed, is_ambiguous = one
        label = self._places.get(code, code)
        if kind in (PlaceKind.UNRESOLVED, PlaceKind.NONE):
            label = str(PlaceKind(kind).label)
        elif direction == Direction.PRIORITY and printed in ("", label, code) and not is_ambiguous and not always:
            return ""
        words = f"“{printed}”: {label}" if printed and printed != label else label
        if direction != Direction.PRIORITY:
            words += f" ({Direction(direction).label})"
        to_check = _("to be checked")
        return f"{words} – {to_check}" if is_ambiguous else words

    def _of_posting(self, name: str, value: Any) -> str:
        if value is None or value == []:
            return _("not stated")
        if name == "areas":
            return "; ".join(self._asked.areas[code].label if code in self._asked.areas else code for code in value)
        if name == "modalities":
            known = self._asked.modalities
            return "; ".join(known[code].label if code in known else code for code in value)
        if name == "targets":
            return "; ".join(self._places.get(code, code) if code else f"“{printed}”" for code, printed in value)
        if name == "status":
            return str(PostingStatus(value).label)
        if name == "amount":
            return _number(value)
        return _day(value) if name in DAYS else str(value)


def _amount(value: Mapping[str, Any]) -> str:
    words = [str(value.get("currency", "")), _number(str(value.get("amount", ""))), str(value.get("years", ""))]
    if value.get("covers"):
        words.append(f"({value['covers']})")
    return " ".join(filter(None, words))


def _number(text: str) -> str:
    number = Decimal(text)
    decimals = 0 if number == number.to_integral_value() else 2
    return number_format(number, decimals, use_l10n=True, force_grouping=True)


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "DATE_FORMAT")
