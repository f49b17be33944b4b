"""What the rules of a questionnaire say of answers: what is asked, needed, offered, and what does not fit.

A question that is not asked counts as not answered wherever a rule refers to it, as in ODK: what was answered before
another answer hid it decides nothing any more.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from surveys.choices import KINDS_OF_NUMBERS, QuestionKind
from surveys.expressions.evaluating import evaluate, holds
from surveys.expressions.parsing import Expression, parse, references
from surveys.expressions.values import Value, as_day, as_number, as_string
from surveys.models import Answer, Option, Question, Questionnaire, Section
from surveys.models.answers.questionnaire import REFERENCE, Translated, without_references
from surveys.questionnaires.asked import Given
from surveys.questionnaires.form import Calculation
from surveys.questionnaires.lists import OTHER, Lists
from surveys.questionnaires.rule_words import constraint_in_words

MONEY_PARTS = ("amount", "currency", "years")
MOST_REPETITIONS = 20


Answered = Answer | Given


class Rules:
    """The rules of one version (fetched whole), seen with the answers so far."""

    def __init__(self, version: Questionnaire, answers: Iterable[Answered], *, today: dt.date, lists: Lists) -> None:
        self.today = today
        self._lists = lists
        self._answers = {(one.question, one.repeat): one for one in answers}
        self._sections: dict[str, Section] = {section.code: section for section in version.sections.all()}
        self._questions: dict[str, tuple[Question, Section]] = {
            question.code: (question, section)
            for section in self._sections.values()
            for question in section.questions.all()
        }
        self._calculations = {one["name"]: Calculation(**one) for one in version.calculations}
        self._known: dict[tuple[str, str, int], bool | Value] = {}
        self._labels: dict[str, Mapping[str, str]] = {}
        self._go_through()

    def _go_through(self) -> None:
        """Decide from the first question to the last: each looks at what was decided before it, in any chain."""
        for section in self._sections.values():
            for repeat in {0, *self._repeats_of(section)}:
                for calculation in self._calculations.values():
                    if calculation.section in ("", section.code):
                        self._calculated(calculation, repeat if calculation.section else 0)
                for question in section.questions.all():
                    self.is_shown(question, repeat)

    def is_shown(self, row: Section | Question, repeat: int = 0) -> bool:
        """Return whether a section, or a question in its section, is asked after the answers so far."""
        section = row if isinstance(row, Section) else self._questions[row.code][1]
        if section is not row and not self.is_shown(section, repeat):
            return False
        key = ("shown", f"{type(row).__name__}:{row.code}", repeat)
        if key not in self._known:
            # What asks for itself in a circle is asked.
            self._known[key] = True
            self._known[key] = self._is_shown(row, section, repeat)
        return bool(self._known[key])

    def is_required(self, question: Question, repeat: int = 0) -> bool:
        """Return whether it needs an answer, if it is shown."""
        if question.is_required:
            return True
        return bool(question.required_if) and holds(parse(question.required_if), self._seen_from(question, repeat))

    def offers(self, question: Question, code: str, repeat: int = 0) -> bool:
        """Return whether a choice can be taken after the answers so far."""
        if not question.choice_filter or code == OTHER:
            return True
        return code in self._offered(question, repeat)

    def complaint(self, question: Question, given: Answered) -> str:
        """Return what to say of an answer that does not fit the rules of its question; empty where it does."""
        out = [code for code in given.codes if question.is_choice and not self.offers(question, code, given.repeat)]
        if out:
            labels = self._labels_of(question)
            return _("%(choices)s does not go with what was answered to %(questions)s: choose from the list.") % {
                "choices": "; ".join(f"“{labels.get(code, code)}”" for code in out[:5]),
                "questions": self._names_of_questions(parse(question.choice_filter)),
            }
        if not question.constraint:
            return ""
        here = self._value(question, given)
        if here == "" or holds(parse(question.constraint), self._seen_from(question, given.repeat, here=here)):
            return ""
        if said := self.filled(question, "constraint_message", given.repeat):
            return said
        if words := constraint_in_words(parse(question.constraint)):
            return _("This does not fit. The answer must be: %(rule)s.") % {"rule": words}
        return _("This does not fit what the questionnaire asks for: %(rule)s") % {
            "rule": without_references(question.constraint)
        }

    def repetitions(self, section: Section) -> int | None:
        """Return how many times a section is answered; None where its answerer decides."""
        if not section.repeats or not section.repeat_count:
            return None
        number = as_number(evaluate(parse(section.repeat_count), _Standpoint(self, "", 0)))
        return max(0, min(int(number), MOST_REPETITIONS)) if number == number and abs(number) < 1e9 else 0

    def filled(self, row: Translated, name: str, repeat: int = 0) -> str:
        """Return a text of a row in the reader's language, with the answers to which it refers."""
        return REFERENCE.sub(
            lambda found: self._words(found[1], repeat) or without_references(found[0]), row.pattern(name)
        )

    def waits_for(self, question: Question) -> str:
        """Return the questions on which its choices depend, in words."""
        return self._names_of_questions(parse(question.choice_filter)) if question.choice_filter else ""

    def condition_words(self, row: Section | Question) -> str:
        """Return the questions on which it depends whether it is asked, in words."""
        asked = {row.shown_if_question} | (references(parse(row.shown_if_rule)) if row.shown_if_rule else set())
        return self._headings(asked)

    def answer(self, name: str, section: str, repeat: int) -> Value:
        """Return what was answered to a question, or comes out of a calculation, seen from a section's repetition."""
        if name in self._calculations:
            calculation = self._calculations[name]
            return self._calculated(calculation, repeat if calculation.section in ("", section) else 0)
        question, part = self._question_of(name)
        if question is None:
            return ""
        own = self._questions[question.code][1]
        place = repeat if own.repeats and own.code == section else 0
        given = self._answers.get((question.code, place))
        if given is None or not self.is_shown(question, place):
            return ""
        return self._value(question, given, part)

    def all_answers(self, name: str) -> Sequence[Value]:
        """Return the answers of all repetitions; of the name of a section, one text for each of its repetitions."""
        if name in self._sections:
            return ["x" for _repeat in self._repeats_of(self._sections[name])]
        question, _part = self._question_of(name)
        within = self._calculations[name].section if name in self._calculations else ""
        own = self._questions[question.code][1] if question else self._sections.get(within)
        if own is None or not own.repeats:
            return [self.answer(name, "", 0)]
        return [self.answer(name, own.code, repeat) for repeat in self._repeats_of(own)]

    def label(self, name: str, choice: str) -> str:
        """Return what a choice, by its name in the form, is called."""
        question, _part = self._question_of(name)
        if question is None:
            return choice
        codes = {form_name: code for code, form_name in _names(question).items()}
        labels = self._labels_of(question)
        return " ".join(labels.get(codes.get(one, one), one) for one in choice.split())

    def _is_shown(self, row: Section | Question, section: Section, repeat: int) -> bool:
        if row.shown_if_question and not self._is_chosen(row, section, repeat):
            return False
        return not row.shown_if_rule or holds(parse(row.shown_if_rule), _Standpoint(self, section.code, repeat))

    def _is_chosen(self, row: Section | Question, section: Section, repeat: int) -> bool:
        """Return whether the one question on which a row depends has one of the answers that it names, or any."""
        question, own = self._questions.get(row.shown_if_question, (None, None))
        if question is None or own is None:
            return False
        here = [repeat] if own.code == section.code or not own.repeats else self._repeats_of(own)
        places = here if own.repeats else [0]
        found = [self._answers[question.code, place] for place in places if (question.code, place) in self._answers]
        given = {code for one in found if self.is_shown(question, one.repeat) for code in one.codes or [str(one.value)]}
        return bool(given & set(row.shown_if_options)) if row.shown_if_options else bool(given - {""})

    def _offered(self, question: Question, repeat: int) -> frozenset[str]:
        rule = parse(question.choice_filter)
        return frozenset(
            option.code
            for option in question.options.all()
            if any(holds(rule, self._seen_from(question, repeat, columns=columns)) for columns in _columns_of(option))
        )

    def _calculated(self, calculation: Calculation, repeat: int) -> Value:
        key = ("calculated", calculation.name, repeat)
        if key not in self._known:
            # What refers to itself in a circle comes to nothing.
            self._known[key] = ""
            self._known[key] = evaluate(parse(calculation.rule), _Standpoint(self, calculation.section, repeat))
        return self._known[key]

    def _question_of(self, name: str) -> tuple[Question | None, str]:
        """Return the question that a name stands for, and the part of it: "other" in words, an amount."""
        if name in self._questions:
            return self._questions[name][0], ""
        code, _mark, part = name.rpartition("_")
        question = self._questions[code][0] if code in self._questions else None
        if question and (
            (part == OTHER and question.allows_other) or (part in MONEY_PARTS and question.kind == QuestionKind.MONEY)
        ):
            return question, part
        return None, ""

    def _value(self, question: Question, given: Answered, part: str = "") -> Value:
        value = given.value
        if part == OTHER:
            return given.other
        if isinstance(value, dict):
            text = str(value.get(part or "amount") or "")
            return as_number(text) if text and part in ("", "amount") else text
        if question.is_choice:
            names = _names(question)
            return " ".join(names.get(code, code) for code in given.codes)
        text = "" if value is None else str(value)
        if question.kind in KINDS_OF_NUMBERS and text:
            return as_number(text)
        if question.kind == QuestionKind.DATE:
            return as_day(text) or text
        return text

    def _words(self, name: str, repeat: int) -> str:
        """Return an answer as a text names it: a choice by its label."""
        question, part = self._question_of(name)
        own = self._questions[question.code][1].code if question else ""
        value = as_string(self.answer(name, own, repeat))
        return self.label(name, value) if question and question.is_choice and not part else value

    def _labels_of(self, question: Question) -> Mapping[str, str]:
        if question.code not in self._labels:
            self._labels[question.code] = {choice.code: choice.label for choice in self._lists.of(question)}
        return self._labels[question.code]

    def _names_of_questions(self, rule: Expression) -> str:
        return self._headings(references(rule))

    def _headings(self, names: Iterable[str]) -> str:
        """Return the headings of questions in the order in which they are asked, of calculations those they look at."""
        asked: set[str] = set()
        left, seen = set(names), set()
        while left:
            name = left.pop()
            seen.add(name)
            question, _part = self._question_of(name)
            if question:
                asked.add(question.code)
            elif name in self._calculations:
                left |= references(parse(self._calculations[name].rule)) - seen
        return ", ".join(f"“{self._questions[code][0].heading}”" for code in self._questions if code in asked)

    def _repeats_of(self, section: Section) -> list[int]:
        return sorted({repeat for code, repeat in self._answers if self._is_of(code, section)})

    def _is_of(self, code: str, section: Section) -> bool:
        return code in self._questions and self._questions[code][1].code == section.code

    def _seen_from(
        self, question: Question, repeat: int, *, here: Value = "", columns: Mapping[str, str] | None = None
    ) -> "_Standpoint":
        return _Standpoint(self, self._questions[question.code][1].code, repeat, here, columns or {})


@dataclass(frozen=True)
class _Standpoint:
    """Where an expression stands: in which repetition, at which answer, at which choice."""

    rules: Rules
    section: str
    repeat: int
    here: Value = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return self.rules.today

    def answer(self, name: str, repeat: int | None = None) -> Value:
        if repeat is None:
            return self.rules.answer(name, self.section, self.repeat)
        found = self.rules.all_answers(name)
        return found[repeat] if 0 <= repeat < len(found) else ""

    def all_answers(self, name: str) -> Sequence[Value]:
        return self.rules.all_answers(name)

    def label(self, name: str, choice: str) -> str:
        return self.rules.label(name, choice)

    def column(self, name: str) -> str:
        return self.columns.get(name, "")


def _names(question: Question) -> dict[str, str]:
    """Return what each choice is called in the form, by its code, where it is another name."""
    return {option.code: option.name for option in question.options.all() if option.name}


def _columns_of(option: Option) -> list[dict[str, str]]:
    own = {"name": option.name or option.code, "label": option.label}
    return [own | row for row in option.attributes] or [own]
