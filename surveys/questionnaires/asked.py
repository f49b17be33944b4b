"""What a questionnaire asks, in memory: questions by code, and the words of what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.models import Modality, PriorityArea
from surveys.choices import QuestionKind
from surveys.models import Questionnaire, Survey
from surveys.questionnaires.lists import OTHER, Choice, Lists
from surveys.questionnaires.versions import current_version


@dataclass(frozen=True, slots=True)
class Given:
    """One answer; `value` is as `surveys.models.Answer` keeps it."""

    question: str
    value: Any
    repeat: int = 0
    other: str = ""
    as_given: str = ""

    @property
    def codes(self) -> list[str]:
        """What was chosen, of one or several."""
        if isinstance(self.value, list):
            return [str(code) for code in self.value]
        return [self.value] if isinstance(self.value, str) else []


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, with what of its section counts for its answers."""

    code: str
    kind: str
    heading: str
    label: str
    feeds: str
    side: str
    section: str
    repeats: bool
    choices_from: str
    is_public: bool
    choices: Mapping[str, str]
    """Codes → labels, in their order."""
    as_printed: frozenset[str]
    """Codes that a source may name and that stay on its row: in no form and no chart."""


class Asked:
    """The questions of one version of a questionnaire; without a version it asks nothing."""

    def __init__(self, survey: Survey, version: Questionnaire | None) -> None:
        self.survey, self.version = survey, version
        self.is_printed = survey.publishes_on_import
        self.lists = Lists(survey)
        self.areas: dict[str, PriorityArea] = {area.code: area for area in PriorityArea.objects.active()}
        self.modalities: dict[str, Modality] = {one.code: one for one in Modality.objects.active()}
        self.questions: dict[str, AskedQuestion] = {}
        for section in version.sections.all() if version else ():
            for question in section.questions.all():
                choices: dict[str, Choice] = {choice.code: choice for choice in self.lists.readable(question)}
                offered = {choice.code for choice in self.lists.of(question)}
                self.questions[question.code] = AskedQuestion(
                    code=question.code,
                    kind=question.kind,
                    heading=question.heading,
                    label=question.label,
                    feeds=question.feeds,
                    side=question.side,
                    section=section.code,
                    repeats=section.repeats,
                    choices_from=question.choices_from,
                    is_public=question.is_public,
                    choices={code: choice.label for code, choice in choices.items()},
                    as_printed=frozenset(choices) - offered,
                )

    @classmethod
    def of(cls, survey: Survey) -> "Asked":
        """Return what an edition asks now."""
        return cls(survey, current_version(survey))

    @classmethod
    def to_be(cls, survey: Survey, like: Survey) -> "Asked":
        """Return what an edition that is not there yet will ask: what another one asks now."""
        asked = cls.of(like)
        asked.survey, asked.is_printed = survey, survey.publishes_on_import
        return asked

    def feeds(self, given: Given) -> str:
        """Return what an answer becomes; empty for a question that this version does not ask."""
        question = self.questions.get(given.question)
        return question.feeds if question else ""

    def words(self, question: AskedQuestion, given: Given) -> str:
        """Return an answer in words: as given in a file, else the labels of what was chosen."""
        if given.as_given:
            return given.as_given
        return self.value_words(question, given.value, given.other)

    def value_words(self, question: AskedQuestion, value: Any, other: str = "") -> str:
        """Return a value in words, with the labels of what was chosen."""
        if isinstance(value, dict):
            return " ".join(filter(None, (value.get("currency"), value.get("amount"), value.get("years"))))
        if question.kind not in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
            return "" if value is None else str(value)
        codes = value if isinstance(value, list) else [value] if value else []
        words = [other if code == OTHER and other else question.choices.get(code, code) for code in codes]
        return "; ".join(words)
