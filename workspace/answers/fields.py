"""The fields of one section of a questionnaire: shown from stored answers, read from what was posted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from surveys.answering.filling_in import AnsweringRefused, read_named_places
from surveys.answering.reading.directions import codes_that_answer, in_lines
from surveys.answering.shown import ShownAnswer
from surveys.choices import KINDS_OF_NUMBERS, Direction, Feeds, PlaceKind, QuestionKind
from surveys.models import Answer, Question, Response, Section
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Asked, Given
from surveys.questionnaires.lists import OTHER
from surveys.questionnaires.rules import Rules
from surveys.reading.amounts import AmountError, parse_number
from surveys.reading.days import parse_day
from surveys.reading.typed import as_read, mark_of_reader
from surveys.reading.values import ValueUnreadable, parse_decimal, parse_whole
from web.since_shown import AS_OF

MOST_CHARACTERS = 10_000
MOST_RADIOS = 12


@dataclass
class AnswerField:
    """One question as the page shows it. `typed`: what stands in its inputs, by part."""

    question: Question
    repeat: int
    known_choices: Sequence[tuple[str, str]]
    rules: Rules
    typed: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    as_of: str = ""
    is_carried_over: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether it is asked after what was answered."""
        return self.rules.is_shown(self.question, self.repeat)

    @property
    def is_required(self) -> bool:
        """Whether it needs an answer after what was answered."""
        return self.rules.is_required(self.question, self.repeat)

    @property
    def condition_words(self) -> str:
        """The questions on which it depends whether it is asked."""
        return self.rules.condition_words(self.question)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen after what was answered, and what is chosen already."""
        chosen = self.typed.get("codes", ())
        return [
            (code, label)
            for code, label in self.known_choices
            if code in chosen or self.rules.offers(self.question, code, self.repeat)
        ]

    @property
    def waits_for(self) -> str:
        """The questions on which its choices depend."""
        return self.rules.waits_for(self.question)

    @property
    def name(self) -> str:
        """The name of its inputs."""
        return f"q-{self.question.code}"

    @property
    def mark_name(self) -> str:
        """The name of the hidden field with the mark of what is shown."""
        return f"{self.name}-{AS_OF}"

    @property
    def widget(self) -> str:
        """Which inputs it has."""
        kind = self.question.kind
        if self.question.names_places:
            return "places"
        if kind == QuestionKind.SINGLE:
            return "radios" if len(self.choices) <= MOST_RADIOS else "select"
        return "boxes" if kind == QuestionKind.MULTIPLE else str(kind)

    @property
    def label(self) -> str:
        """The question in the reader's language."""
        return self.rules.filled(self.question, "label", self.repeat)

    @property
    def help(self) -> str:
        """Its help in the reader's language."""
        return self.rules.filled(self.question, "help", self.repeat)


@dataclass
class ReadSection:
    """What was posted of a section: answers and places to keep, and the questions that they are of."""

    fields: list[AnswerField]
    given: list[Given] = field(default_factory=list)
    places: list[NamedPlace] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)
    marks: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def numbers(self) -> list[str]:
        """Numbers that were typed with a mark in them, each as it was read, behind its question."""
        fields = {one.question.code: one for one in self.fields}
        found = []
        for given in self.given:
            one = fields[given.question]
            if one.question.kind not in KINDS_OF_NUMBERS:
                continue
            part = "amount" if one.question.kind == QuestionKind.MONEY else "text"
            typed, shown = one.typed[part], _number_typed(one.question, given.value)
            if typed != shown[part] and not (typed.isascii() and typed.isdigit()):
                found.append(f"{one.label}: {shown[part]} {shown.get('currency', '')}".strip())
        return found


def fields_of(section: Section, repeat: int, response: Response, asked: Asked, rules: Rules) -> list[AnswerField]:
    """Return the fields of a section as stored; the country is known and not asked."""
    stored: dict[tuple[str, int], Answer] = {(one.question, one.repeat): one for one in response.answers.all()}
    printed: dict[tuple[str, int], list[tuple[Direction, str]]] = {}
    for reading in response.readings.all():
        name = reading.as_printed if reading.kind == PlaceKind.UNRESOLVED else str(reading)
        printed.setdefault((reading.question, reading.repeat), []).append((Direction(reading.direction), name))
    found = []
    for question in section.questions.all():
        if question.feeds == Feeds.COUNTRY:
            continue
        answer = stored.get((question.code, repeat))
        one = AnswerField(
            question,
            repeat,
            _choices(question, repeat, asked, rules),
            rules,
            as_of=ShownAnswer(response, answer).mark(),
            is_carried_over=answer is not None and answer.is_carried_over,
        )
        if answer is not None:
            one.typed = _typed(answer, question, printed.get((question.code, repeat), []))
        elif question.kind == QuestionKind.MONEY:
            one.typed = {"currency": "USD"}
        found.append(one)
    return found


def _choices(question: Question, repeat: int, asked: Asked, rules: Rules) -> list[tuple[str, str]]:
    """Return the choices of a question; labels that refer to answers have them filled in."""
    refers = {option.code: option for option in question.options.all() if "${" in option.pattern("label")}
    return [
        (choice.code, rules.filled(refers[choice.code], "label", repeat) if choice.code in refers else choice.label)
        for choice in asked.lists.of(question)
    ]


def check_rules(read: ReadSection, rules: Rules) -> None:
    """Leave what was posted and does not fit the rules of its question in its field, with what would be right.

    rules: with what was posted among the answers.
    """
    fields = {one.question.code: one for one in read.fields}
    for one in read.fields:
        one.rules = rules
    for given in list(read.given):
        one = fields[given.question]
        if one.is_shown and (said := rules.complaint(one.question, given)):
            one.error = said
            read.given.remove(given)
            read.asked.remove((given.question, given.repeat))
            read.places = [place for place in read.places if place.question != given.question]


def read_fields(fields: Sequence[AnswerField], data: QueryDict, *, iso3: str) -> ReadSection:
    """Read what was posted: what fits is kept, what does not stays in its field with what would be right."""
    read = ReadSection(list(fields))
    for one in read.fields:
        if not _is_posted(one, data):
            continue
        key = (one.question.code, one.repeat)
        before, one.typed = one.typed, _posted(one, data)
        # What was typed otherwise than it was carried over is the person's own answer.
        confirmed = not one.is_carried_over or data.get(f"{one.name}-confirm") == "on" or before != one.typed
        try:
            given, places = _read(one, iso3=iso3)
        except (AmountError, AnsweringRefused, ValueUnreadable) as error:
            one.error = str(error)
            continue
        if not confirmed:
            continue
        read.asked.append(key)
        mark = data.get(one.mark_name)
        if mark is not None:
            read.marks[key] = mark
        if given is not None:
            read.given.append(given)
            read.places += places
    return read


def _is_posted(one: AnswerField, data: QueryDict) -> bool:
    """Whether the question was on the form at all: one that was not is left alone."""
    return any(name == one.name or name.startswith(f"{one.name}-") for name in data)


def _typed(answer: Answer, question: Question, places: Sequence[tuple[Direction, str]]) -> dict[str, Any]:
    if question.names_places:
        return {"text": in_lines(question, places)}
    if question.is_choice:
        return {"codes": answer.codes, "other": answer.other}
    if question.kind in KINDS_OF_NUMBERS and answer.value is not None:
        return _number_typed(question, answer.value)
    return {"text": "" if answer.value is None else str(answer.value)}


def _number_typed(question: Question, value: Any) -> dict[str, str]:
    """Return what stands in the inputs of a stored number: as the reader's language writes it, thousands apart."""
    if question.kind == QuestionKind.MONEY and isinstance(value, dict):
        return {
            "amount": _shown_number(value.get("amount", "")),
            "currency": str(value.get("currency", "")),
            "years": str(value.get("years", "")),
        }
    return {"text": _shown_number(value)}


def _shown_number(value: Any) -> str:
    try:
        return as_read(value)
    except InvalidOperation:
        # An answer that is carried over may have been asked for as text.
        return str(value)


def _posted(one: AnswerField, data: QueryDict) -> dict[str, Any]:
    name = one.name
    if one.question.names_places:
        return {"text": data.get(name, "")[:MOST_CHARACTERS]}
    if one.question.is_choice:
        return {"codes": [code for code in data.getlist(name) if code], "other": data.get(f"{name}-other", "").strip()}
    if one.question.kind == QuestionKind.MONEY:
        return {part: data.get(f"{name}-{part}", "").strip() for part in ("amount", "currency", "years")}
    return {"text": data.get(name, "").strip()}


def _read(one: AnswerField, *, iso3: str) -> tuple[Given | None, list[NamedPlace]]:
    question, typed, repeat = one.question, one.typed, one.repeat
    if question.names_places:
        places = read_named_places(typed["text"], question, repeat, iso3) if typed["text"].strip() else []
        unknown = [place for place in places if place.kind == PlaceKind.UNRESOLVED]
        if unknown:
            raise AnsweringRefused(
                _("Not known as a country or group: %(names)s. Separate names by commas.")
                % {"names": "; ".join(f"“{place.as_printed}” ({place.note})" for place in unknown[:5])}
            )
        # An answer that only says from whom support was received names nobody that was asked for, and is kept.
        if all(place.kind == PlaceKind.NONE for place in places):
            return None, places
        return Given(question.code, codes_that_answer(question, places), repeat), places
    if question.is_choice:
        return _read_choice(one), []
    if question.kind == QuestionKind.MONEY:
        return _read_money(one), []
    text = typed["text"]
    if not text:
        return None, []
    if len(text) > MOST_CHARACTERS:
        raise AnsweringRefused(_("More than %(limit)d characters: shorten it.") % {"limit": MOST_CHARACTERS})
    if "\0" in text:
        raise AnsweringRefused(_("The text holds a NUL character: type it anew."))
    if question.kind in KINDS_OF_NUMBERS:
        read = parse_whole if question.is_whole else parse_decimal
        text = str(read(text, decimal=mark_of_reader()))
    elif question.kind == QuestionKind.DATE:
        text = parse_day(text, iso3=iso3)
    return Given(question.code, text, repeat), []


def _read_choice(one: AnswerField) -> Given | None:
    known = {code for code, _label in one.known_choices}
    codes = [code for code in dict.fromkeys(one.typed["codes"]) if code in known]
    if len(codes) != len(set(one.typed["codes"])):
        raise AnsweringRefused(_("Choose from the list."))
    other = one.typed["other"]
    if "\0" in other or len(other) > MOST_CHARACTERS:
        raise AnsweringRefused(_("More than %(limit)d characters: shorten it.") % {"limit": MOST_CHARACTERS})
    if OTHER not in codes:
        other = ""
    if not codes:
        return None
    if one.question.kind == QuestionKind.SINGLE:
        if len(codes) > 1:
            raise AnsweringRefused(_("Choose one answer."))
        return Given(one.question.code, codes[0], one.repeat, other=other)
    return Given(one.question.code, codes, one.repeat, other=other)


def _read_money(one: AnswerField) -> Given | None:
    typed = one.typed
    if not typed["amount"]:
        return None
    amount = parse_number(typed["amount"], decimal=mark_of_reader())
    currency = typed["currency"].upper()
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise AnsweringRefused(_("Write the currency as its ISO 4217 code, for example USD."))
    return Given(
        one.question.code, {"amount": str(amount), "currency": currency, "years": typed["years"][:60]}, one.repeat
    )
