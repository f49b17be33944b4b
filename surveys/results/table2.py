"""Table 2 of a survey: challenges of providers and users, in the printed words, counted where countries answered."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.choices import ChoicesFrom, Perspective, ResponseKind
from surveys.models import Answer, Challenge, Survey
from surveys.questionnaires.asked import Asked
from surveys.results.tables import ResultTable

LISTS = (ChoicesFrom.CHALLENGES, ChoicesFrom.CHALLENGES_OF_PROVIDERS, ChoicesFrom.CHALLENGES_OF_USERS)


@dataclass(frozen=True)
class ChallengeRow:
    """One challenge; `count` None: nobody was asked for it, so it counts nothing."""

    challenge: Challenge
    perspective: str
    count: int | None

    @property
    def label(self) -> str:
        """The printed words behind the printed mark: "(a) Limited measurement"; a dash before a sub-point."""
        mark = f"({self.challenge.marker}) " if self.challenge.marker else "– " if self.is_part else ""
        return mark + self.challenge.label_as_printed

    @property
    def is_part(self) -> bool:
        """Whether it is a sub-point of the one above it."""
        return self.challenge.parent_id is not None


@dataclass(frozen=True)
class Table2:
    """The edition's list; `answered`: how many countries answered the question, None where it was not asked."""

    rows: list[ChallengeRow]
    answered: int | None

    def as_table(self, survey: Survey) -> ResultTable:
        """Return it as plain rows, for files."""
        headings = [_("Stated by"), _("Challenge"), *([_("Responses")] if self.answered else [])]
        rows: list[list[str | int | None]] = [
            [row.perspective, row.label] + ([row.count] if self.answered else []) for row in self.rows
        ]
        return ResultTable(
            title=_("Table 2. Challenges: %(survey)s") % {"survey": survey},
            headings=headings,
            rows=rows,
            notes=[self.says, *filter(None, (survey.disclaimer, survey.source))],
        )

    @property
    def says(self) -> str:
        """Return what the counts are, or why there are none."""
        if not self.answered:
            return _("The source names no country with a challenge: nothing is counted.")
        return _("Counted: %(number)d responses that name at least one challenge.") % {"number": self.answered}


def table2(survey: Survey, asked: Asked) -> Table2:
    """Return the challenges of an edition, in its order; three queries at most."""
    challenges = list(Challenge.objects.filter(survey=survey))
    codes = [question.code for question in asked.questions.values() if question.choices_from in LISTS]
    answers = Answer.objects.filter(
        response__survey=survey,
        response__status="received",
        response__kind=ResponseKind.ANSWERED,
        question__in=codes,
        is_carried_over=False,
    ).only("response_id", "value")
    counts: Counter[str] = Counter()
    answered = set()
    for answer in answers if codes and challenges else ():
        counts.update(set(answer.codes))
        answered.add(answer.response_id)
    words = dict(Perspective.choices)
    rows = [
        ChallengeRow(one, str(words[one.perspective]), counts[one.code] if answered else None) for one in challenges
    ]
    return Table2(rows, len(answered) or None)
