"""A questionnaire as plain values: what XLSForm, copies and versions are made of and compared by."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from surveys.models import Option, Question, Questionnaire, Section, Survey

Words = Mapping[str, Mapping[str, str]]
"""Translations: language → name of the field → text."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked only if an earlier question has one of these answers (none named: any answer)."""

    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormOption:
    """An option of a question's own list; the fields are those of `surveys.models.Option`."""

    code: str
    label: str
    spellings: str = ""
    translations: Words = field(default_factory=dict)
    name: str = ""
    attributes: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question; the fields are those of `surveys.models.Question`."""

    code: str
    kind: str
    label: str
    help: str = ""
    short_label: str = ""
    is_required: bool = False
    choices_from: str = ""
    allows_other: bool = False
    feeds: str = ""
    side: str = ""
    headings: str = ""
    spellings: str = ""
    is_public: bool = True
    shown_if: Condition | None = None
    translations: Words = field(default_factory=dict)
    options: tuple[FormOption, ...] = ()
    shown_if_rule: str = ""
    required_if: str = ""
    constraint: str = ""
    constraint_message: str = ""
    choice_filter: str = ""


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of a questionnaire."""

    code: str
    label: str
    help: str = ""
    repeats: bool = False
    shown_if: Condition | None = None
    translations: Words = field(default_factory=dict)
    questions: tuple[FormQuestion, ...] = ()
    shown_if_rule: str = ""
    repeat_count: str = ""


@dataclass(frozen=True, slots=True)
class Calculation:
    """What rules and labels refer to and nobody is asked; `section`: the one whose repetitions each have their own."""

    name: str
    rule: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A whole questionnaire."""

    sections: tuple[FormSection, ...] = ()
    calculations: tuple[Calculation, ...] = ()

    @property
    def questions(self) -> dict[str, FormQuestion]:
        """Questions by code, in their order."""
        return {question.code: question for section in self.sections for question in section.questions}

    @property
    def languages(self) -> list[str]:
        """Languages beyond English in which something is there, by code."""
        found: set[str] = set()
        for section in self.sections:
            found.update(section.translations)
            for question in section.questions:
                found.update(question.translations)
                for option in question.options:
                    found.update(option.translations)
        return sorted(found)


PLAIN = (
    "code", "kind", "label", "help", "short_label", "is_required", "required_if", "constraint", "constraint_message",
    "choice_filter", "choices_from", "allows_other", "feeds", "side", "headings", "spellings", "is_public",
    "shown_if_rule",
)  # fmt: skip
OF_SECTIONS = ("code", "label", "help", "repeats", "repeat_count", "shown_if_rule")
OF_OPTIONS = ("code", "label", "spellings", "name")


def form_of(questionnaire: Questionnaire) -> Form:
    """Return a questionnaire that was fetched whole as plain values."""
    return Form(
        tuple(
            FormSection(
                **{name: getattr(section, name) for name in OF_SECTIONS},
                shown_if=_condition(section),
                translations=_words(section.translations),
                questions=tuple(_question(question) for question in section.questions.all()),
            )
            for section in questionnaire.sections.all()
        ),
        tuple(Calculation(**one) for one in questionnaire.calculations),
    )


@transaction.atomic
def add_version(survey: Survey, form: Form, *, note: str = "") -> Questionnaire:
    """Write a form as the next version of a survey's questionnaire and return it, fetched whole."""
    Survey.objects.select_for_update().get(pk=survey.pk)
    last = Questionnaire.objects.filter(survey=survey).order_by("-number").first()
    version = Questionnaire.objects.create(survey=survey, number=last.number + 1 if last else 1, note=note[:200])
    write_version(version, form)
    return Questionnaire.objects.whole().get(pk=version.pk)


@transaction.atomic
def write_version(version: Questionnaire, form: Form) -> None:
    """Give a version that nobody has answered this content, in place of what it had."""
    version.sections.all().delete()
    version.calculations = [asdict(one) for one in form.calculations]
    version.save(update_fields=["calculations"])
    for place, section in enumerate(form.sections):
        row = Section.objects.create(
            questionnaire=version,
            **{name: getattr(section, name) for name in OF_SECTIONS},
            translations=section.translations,
            position=place,
            **_condition_fields(section.shown_if),
        )
        questions = Question.objects.bulk_create(
            Question(
                questionnaire=version,
                section=row,
                position=number,
                translations=question.translations,
                **{name: getattr(question, name) for name in PLAIN},
                **_condition_fields(question.shown_if),
            )
            for number, question in enumerate(section.questions)
        )
        Option.objects.bulk_create(
            Option(
                question=asked,
                **{name: getattr(option, name) for name in OF_OPTIONS},
                attributes=list(option.attributes),
                translations=option.translations,
                position=number,
            )
            for asked, question in zip(questions, section.questions, strict=True)
            for number, option in enumerate(question.options)
        )


def _question(question: Question) -> FormQuestion:
    return FormQuestion(
        **{name: getattr(question, name) for name in PLAIN},
        shown_if=_condition(question),
        translations=_words(question.translations),
        options=tuple(
            FormOption(
                **{name: getattr(option, name) for name in OF_OPTIONS},
                attributes=tuple(option.attributes),
                translations=_words(option.translations),
            )
            for option in question.options.all()
        ),
    )


def _condition(row: Section | Question) -> Condition | None:
    return Condition(row.shown_if_question, tuple(row.shown_if_options)) if row.shown_if_question else None


def _condition_fields(condition: Condition | None) -> dict[str, str | Sequence[str]]:
    if condition is None:
        return {}
    return {"shown_if_question": condition.question, "shown_if_options": list(condition.options)}


def _words(translations: Words) -> Words:
    """Return translations without empty texts: what is not translated is read in English."""
    kept = {language: {name: text for name, text in words.items() if text} for language, words in translations.items()}
    return {language: words for language, words in kept.items() if words}
