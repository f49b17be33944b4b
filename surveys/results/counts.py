"""How often each answer to a choice question was given, overall and by country group; compiled rows do not count."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.choices import Feeds
from surveys.models import Answer, Response, Survey
from surveys.questionnaires.asked import Asked, AskedQuestion
from surveys.results.tables import ResultTable

KEPT_FOR = 3600
"""Seconds; a response that comes or changes makes it anew at once."""
COUNTED_AS = 2
"""Raised where the same answers are counted otherwise than before: 2, without support received."""


@dataclass(frozen=True)
class ChoiceCount:
    """One answer: how many responses gave it, in all and of the countries of each group."""

    code: str
    label: str
    count: int
    by_group: Sequence[int]


@dataclass(frozen=True)
class QuestionCounts:
    """One question with its answers in the order of its list; `answered`: how many responses answered it."""

    code: str
    heading: str
    label: str
    answered: int
    answered_by_group: Sequence[int]
    choices: Sequence[ChoiceCount]

    @property
    def most(self) -> int:
        """The greatest count."""
        return max((choice.count for choice in self.choices), default=0)

    def as_table(self, survey: Survey, groups: Sequence[str]) -> ResultTable:
        """Return it as plain rows, for files."""
        rows: list[list[str | int | None]] = [[_("answered the question"), self.answered, *self.answered_by_group]]
        rows += [[choice.label, choice.count, *choice.by_group] for choice in self.choices]
        return ResultTable(
            title=f"{self.heading}: {survey}",
            headings=[_("Answer"), _("Responses"), *groups],
            rows=rows,
            notes=[_("Several answers may be given. Rows compiled from public sources are not counted.")],
        )


def question_counts(
    survey: Survey, asked: Asked, groups: Mapping[str, tuple[str, frozenset[str]]]
) -> list[QuestionCounts]:
    """Return the counts of each public choice question that somebody answered, in the order of the questionnaire.

    Kept until a response of the edition changes: a page costs one query then.
    """
    state = Response.objects.filter(survey=survey).answered().aggregate(last=Max("updated_at"), number=Max("pk"))
    version = asked.version.pk if asked.version else 0
    key = f"results:{COUNTED_AS}:{survey.pk}:{version}:{state['number']}:{state['last']}:{get_language()}".replace(
        " ", "_"
    )
    found: list[QuestionCounts] | None = cache.get(key)
    if found is None:
        found = _count(survey, asked, groups)
        cache.set(key, found, timeout=KEPT_FOR)
    return found


def _count(survey: Survey, asked: Asked, groups: Mapping[str, tuple[str, frozenset[str]]]) -> list[QuestionCounts]:
    questions = [question for question in asked.questions.values() if _is_counted(question)]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    by_group: dict[str, list[Counter[str]]] = defaultdict(lambda: [Counter() for _group in groups])
    answered: dict[str, set[int]] = defaultdict(set)
    answered_of: dict[str, list[set[int]]] = defaultdict(lambda: [set() for _group in groups])
    seen: set[tuple[int, str, str]] = set()
    answers = Answer.objects.filter(
        response__in=Response.objects.filter(survey=survey).answered(),
        question__in=[question.code for question in questions],
        is_carried_over=False,
    ).values_list("response_id", "response__country_id", "question", "value")
    for response, country, question, value in answers.iterator(chunk_size=2_000):
        if value == []:
            # Nothing of what it names answers the question: it says from whom support was received.
            continue
        within = [place for place, (_label, own) in enumerate(groups.values()) if country in own]
        answered[question].add(response)
        for place in within:
            answered_of[question][place].add(response)
        for code in map(str, value if isinstance(value, list) else [value]):
            if (response, question, code) in seen:
                continue
            # One who says it in two repetitions says it once.
            seen.add((response, question, code))
            counts[question][code] += 1
            for place in within:
                by_group[question][place][code] += 1
    return [
        QuestionCounts(
            code=question.code,
            heading=question.heading,
            label=question.label,
            answered=len(answered[question.code]),
            answered_by_group=[len(own) for own in answered_of[question.code]],
            choices=_choices(question, counts[question.code], by_group[question.code]),
        )
        for question in questions
        if answered[question.code]
    ]


def _is_counted(question: AskedQuestion) -> bool:
    # Of countries and groups named, Table 1 tells more than a count of names.
    return bool(question.choices) and question.is_public and question.feeds != Feeds.COUNTRY


def _choices(question: AskedQuestion, counts: Counter[str], by_group: Sequence[Counter[str]]) -> list[ChoiceCount]:
    known = [*question.choices, *(code for code in counts if code not in question.choices)]
    offered_only_if_given = len(known) > 40
    return [
        ChoiceCount(code, question.choices.get(code, code), counts[code], [one[code] for one in by_group])
        for code in known
        if code not in question.as_printed and (counts[code] or not offered_only_if_given)
    ]
