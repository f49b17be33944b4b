"""What changed between two editions, country by country and question by question, for the questions that both ask."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.models import Country
from surveys.models import Response, Survey
from surveys.questionnaires.asked import Asked, AskedQuestion, Given
from surveys.results.tables import ResultTable


@dataclass(frozen=True)
class AnswerChange:
    """One question that a country answers otherwise than before; for lists, what came and what went."""

    question: str
    before: str
    after: str
    came: str = ""
    went: str = ""


@dataclass(frozen=True)
class CountryChanges:
    """What one country answers otherwise. `only_in`: it answered one edition alone ("", "before", "after")."""

    country: Country
    changes: list[AnswerChange]
    only_in: str = ""


def changes_between(before: Survey, after: Survey) -> list[CountryChanges]:
    """Return, for each country of either edition, what it says otherwise now; in the order of the countries."""
    asked_before, asked_after = Asked.of(before), Asked.of(after)
    common = [
        question
        for code, question in asked_after.questions.items()
        if code in asked_before.questions and question.is_public
    ]
    old, new = _by_country(before), _by_country(after)
    found = []
    for country in sorted({*old, *new}, key=lambda one: (one.position, one.pk)):
        if country not in old or country not in new:
            found.append(CountryChanges(country, [], only_in="before" if country in old else "after"))
            continue
        changes = [
            change
            for question in common
            if (change := _change(question, old[country], new[country], asked_before, asked_after))
        ]
        found.append(CountryChanges(country, changes))
    return found


def as_table(before: Survey, after: Survey, found: Iterable[CountryChanges]) -> ResultTable:
    """Return the changes as plain rows, for files."""
    rows: list[list[str | int | None]] = []
    for one in found:
        if one.only_in:
            survey = before if one.only_in == "before" else after
            rows.append([str(one.country), "", "", "", _("only in: %(survey)s") % {"survey": survey}])
        rows += [[str(one.country), change.question, change.before, change.after, ""] for change in one.changes]
    return ResultTable(
        title=_("What changed: %(before)s → %(after)s") % {"before": before.code, "after": after.code},
        headings=[_("Country"), _("Question"), before.code, after.code, _("Note")],
        rows=rows,
    )


def _by_country(survey: Survey) -> dict[Country, dict[str, Given]]:
    found: dict[Country, dict[str, Given]] = {}
    responses = Response.objects.filter(survey=survey).received().select_related("country").prefetch_related("answers")
    for response in responses.order_by("updated_at", "pk"):
        own = found.setdefault(response.country, {})
        for answer in response.answers.all():
            if answer.repeat == 0 and not answer.is_carried_over:
                own[answer.question] = Given(answer.question, answer.value, 0, answer.other, answer.as_given)
    return found


def _in_the_same_words(old: Given | None, new: Given | None) -> bool:
    """Whether a country wrote the same both times: that we now read it otherwise is no change of what it says."""
    return old is not None and new is not None and bool(old.as_given) and old.as_given == new.as_given


def _change(
    question: AskedQuestion, before: dict[str, Given], after: dict[str, Given], asked_before: Asked, asked_after: Asked
) -> AnswerChange | None:
    old, new = before.get(question.code), after.get(question.code)
    was = asked_before.questions[question.code]
    if question.choices:
        # By what was chosen, not by how it was written, whether one or several could be.
        codes_before, codes_after = (old.codes if old else []), (new.codes if new else [])
        if set(codes_before) == set(codes_after) or _in_the_same_words(old, new):
            return None
        labels = {**was.choices, **question.choices}
        return AnswerChange(
            question.heading,
            "; ".join(labels.get(code, code) for code in codes_before),
            "; ".join(labels.get(code, code) for code in codes_after),
            came="; ".join(labels.get(code, code) for code in codes_after if code not in codes_before),
            went="; ".join(labels.get(code, code) for code in codes_before if code not in codes_after),
        )
    words_before = asked_before.value_words(was, old.value, old.other) if old else ""
    words_after = asked_after.value_words(question, new.value, new.other) if new else ""
    return None if words_before == words_after else AnswerChange(question.heading, words_before, words_after)
