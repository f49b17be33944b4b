"""Answering a survey here: begun by anyone of the agency, gone on with by a colleague; sent in by `sending_in`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.choices import GOVERNMENT_AGENCY_KINDS
from directory.models import Agency, User
from directory.name_index import load_name_index
from surveys.answering.edition import Edition
from surveys.answering.reading.directions import named_in
from surveys.answering.reading.places import PlaceError, RememberingNames, read_places
from surveys.answering.shown import ShownAnswer
from surveys.answering.writing_responses import add_readings, empty
from surveys.choices import COUNT_NOWHERE, Feeds, ResponseStatus
from surveys.models import Answer, Question, Questionnaire, Response, Section, Survey
from surveys.postings.named_places import NamedPlace
from surveys.questionnaires.asked import Given
from surveys.questionnaires.lists import Lists
from surveys.questionnaires.rules import Rules
from surveys.questionnaires.versions import current_version
from web.calendar.days import first_day_not_ended, last_day_begun, today
from web.since_shown import ChangedSinceShown


class AnsweringRefused(ValueError):
    """The step is not possible now, or not for this person; the message is for people."""


@dataclass(frozen=True)
class Missing:
    """What keeps answers from being sent in, at the question where it can be put right.

    A required question that is shown and not answered; a carried-over answer that nobody has confirmed; what the rules
    of the questionnaire say of an answer, or of how often a section is answered (`said`).
    """

    section: Section
    question: Question
    repeat: int
    is_to_confirm: bool = False
    said: str = ""


@dataclass
class Saved:
    """What became of a saved section: `conflicts`: questions that a colleague answered otherwise, and what happened."""

    changed: list[str] = field(default_factory=list)
    conflicts: dict[str, str] = field(default_factory=dict)


def open_surveys() -> QuerySet[Survey]:
    """Return the editions that can be answered here today: with a questionnaire, opened, and not closed."""
    return Survey.objects.filter(
        Q(closes_on=None) | Q(closes_on__gte=first_day_not_ended()),
        opens_on__lte=last_day_begun(),
        questionnaires__isnull=False,
    ).distinct()


def may_answer(user: User, agency: Agency) -> bool:
    """Return whether the person answers for the agency: designated, of a government's agency, or its coordinator."""
    if agency.kind not in GOVERNMENT_AGENCY_KINDS or agency.country_id is None:
        return False
    scope = scope_of(user, Action.POST)
    return not scope.everything and scope.covers(agency_id=agency.pk, countries=frozenset({agency.country_id}))


def key_of(survey: Survey, agency: Agency) -> str:
    """Return the key of the agency's response: the same that a row of a table has."""
    return f"{agency.country_id}/{agency.code}" if survey.has_agency_key else str(agency.country_id)


def response_of(survey: Survey, agency: Agency) -> Response | None:
    """Return the response of an agency, or of its country where an edition takes one response a country."""
    responses = Response.objects.filter(survey=survey, key=key_of(survey, agency))
    return responses.exclude(status__in=COUNT_NOWHERE).select_related("country", "agency", "survey").first()


@transaction.atomic
def begin(*, survey: Survey, agency: Agency, by: User) -> Response:
    """Begin to answer, or return what a colleague has begun. Raises AnsweringRefused.

    A response that was received is opened again, to be corrected.
    """
    if not may_answer(by, agency):
        raise AnsweringRefused(_("You do not answer for this agency."))
    if not open_surveys().filter(pk=survey.pk).exists():
        raise AnsweringRefused(_("This survey is not open."))
    version = current_version(survey)
    if version is None:
        raise AnsweringRefused(_("This survey asks nothing yet."))
    Survey.objects.select_for_update().get(pk=survey.pk)
    found = Response.objects.filter(survey=survey, key=key_of(survey, agency)).first()
    if found is None:
        response = Response(
            survey=survey,
            country_id=str(agency.country_id),
            agency=agency,
            key=key_of(survey, agency),
            status=ResponseStatus.IN_PROGRESS,
            questionnaire=version,
            begun_by=by,
        )
        save_response(response, by=by, reason="begun")
        _fill_in(response, version, agency)
        return response
    _check_own(found, by)
    counts_nowhere = found.status in COUNT_NOWHERE
    if counts_nowhere or found.status == ResponseStatus.RECEIVED:
        found.status, found.begun_by = ResponseStatus.IN_PROGRESS, by
        found.questionnaire, found.sent_back_note = version, ""
        if counts_nowhere:
            empty(found, by=by, reason="begun")
        save_response(found, by=by, reason="begun" if counts_nowhere else "corrected")
    if counts_nowhere:
        _fill_in(found, version, agency)
    return found


@transaction.atomic
def save_answers(
    *,
    response: Response,
    answers: Sequence[Given],
    places: Sequence[NamedPlace],
    asked: Collection[tuple[str, int]],
    marks: Mapping[tuple[str, int], str],
    by: User,
) -> Saved:
    """Keep the answers to the questions `asked` (code, repetition); one that is not among `answers` is taken out.

    marks: those of the answers that the page showed; where a colleague changed one meanwhile, and otherwise than this
    person now does, theirs stays and the question is named as a conflict, with what the person is told.
    """
    locked = lock_own(response, by)
    if locked.status != ResponseStatus.IN_PROGRESS:
        raise AnsweringRefused(_("It was submitted already: ask for it back to change it."))
    stored = {(one.question, one.repeat): one for one in locked.answers.all()}
    given = {(one.question, one.repeat): one for one in answers}
    named_before = _by_question(NamedPlace.of(reading) for reading in locked.readings.all())
    named_now = _by_question(places)
    saved = Saved()
    for key in asked:
        now, new = stored.get(key), given.get(key)
        if _is_same(now, new) and named_before.get(key) == named_now.get(key):
            if now is not None and now.is_carried_over and new is not None and key in given:
                now.is_carried_over = False
                now.save(update_fields=["is_carried_over"])
                saved.changed.append(key[0])
            continue
        try:
            if key in marks:
                ShownAnswer(locked, now).check(marks[key])
        except ChangedSinceShown as changed:
            saved.conflicts[key[0]] = str(changed)
            continue
        saved.changed.append(key[0])
        locked.readings.filter(question=key[0], repeat=key[1]).delete()
        if new is None:
            if now is not None:
                now.delete()
            continue
        row = now or Answer(response=locked, question=key[0], repeat=key[1])
        row.value, row.other, row.as_given, row.is_carried_over = new.value, new.other, new.as_given, False
        row.save()
        add_readings(locked, [one for one in places if (one.question, one.repeat) == key])
    if saved.changed:
        save_response(locked, by=by, reason="answered")
    return saved


def missing(response: Response, version: Questionnaire) -> list[Missing]:
    """Return what is missing before it can be submitted, in the order of the questionnaire."""
    stored = {(one.question, one.repeat): one for one in response.answers.all()}
    rules = rules_for(response, version)
    found = []
    for section in version.sections.all():
        own = {question.code for question in section.questions.all()}
        answered = sorted({repeat for code, repeat in stored if code in own})
        wanted = rules.repetitions(section)
        repeats = [0] if not section.repeats else answered if wanted is None else sorted({*answered, *range(wanted)})
        for repeat in repeats:
            if wanted is not None and repeat >= wanted and rules.is_shown(section, repeat):
                found.append(_once_too_often(section, repeat, wanted))
                continue
            for question in section.questions.all():
                if question.feeds != Feeds.COUNTRY and rules.is_shown(question, repeat):
                    found += _lacking(section, question, repeat, stored.get((question.code, repeat)), rules)
    return found


def _lacking(
    section: Section, question: Question, repeat: int, answer: Answer | None, rules: Rules
) -> Iterator[Missing]:
    if answer is None:
        if rules.is_required(question, repeat):
            yield Missing(section, question, repeat)
    elif answer.is_carried_over:
        yield Missing(section, question, repeat, is_to_confirm=True)
    elif said := rules.complaint(question, answer):
        yield Missing(section, question, repeat, said=said)


def _once_too_often(section: Section, repeat: int, wanted: int) -> Missing:
    said = _("answered %(number)d times where %(wanted)d are asked: empty it") % {
        "number": repeat + 1,
        "wanted": wanted,
    }
    return Missing(section, section.questions.all()[0], repeat, said=said)


def rules_for(response: Response, version: Questionnaire, answers: Iterable[Given | Answer] | None = None) -> Rules:
    """Return the rules of a version with the answers of a response, or with others in their place."""
    seen = response.answers.all() if answers is None else answers
    return Rules(version, seen, today=today(), lists=Lists(response.survey))


def read_named_places(text: str, question: Question, repeat: int, iso3: str) -> list[NamedPlace]:
    """Return the places that a typed text names. Raises AnsweringRefused for a text that is too long for a name."""
    names = RememberingNames(load_name_index())
    try:
        found = read_places(text.replace("\n", "; "), iso3=iso3, edition=Edition(), names=names)
    except PlaceError as error:
        raise AnsweringRefused(str(error)) from None
    return named_in(question, repeat, found)


def _by_question(places: Iterable[NamedPlace]) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """Return what each answer names, with the direction in which it points: "Support received from" is no priority."""
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for place in places:
        named = found.setdefault((place.question, place.repeat), [])
        named.append((str(place.direction), place.code or place.as_printed))
    return found


def _is_same(stored: Answer | None, new: Given | None) -> bool:
    if stored is None or new is None:
        return stored is None and new is None
    return (stored.value, stored.other) == (new.value, new.other)


def _fill_in(response: Response, version: Questionnaire, agency: Agency) -> None:
    """Answer what the portal knows: the country and the agency."""
    known: dict[str, Any] = {Feeds.COUNTRY: str(agency.country_id), Feeds.AGENCY: agency.name}
    Answer.objects.bulk_create(
        Answer(response=response, question=question.code, value=known[question.feeds])
        for question in version.questions
        if question.feeds in known
    )


def version_of(response: Response) -> Questionnaire:
    """Return the version that a response answers, fetched whole: the current one where it was not kept.

    Raises AnsweringRefused where the survey asks nothing.
    """
    kept = Questionnaire.objects.whole().filter(pk=response.questionnaire_id or 0).first()
    version = kept or current_version(response.survey)
    if version is None:
        raise AnsweringRefused(_("This survey asks nothing yet."))
    return version


def lock_own(response: Response, by: User) -> Response:
    """Read a response of the own side again, for this transaction alone. Raises AnsweringRefused for others'."""
    locked = Response.objects.select_for_update(of=("self",)).select_related("survey", "country", "agency")
    found = locked.get(pk=response.pk)
    _check_own(found, by)
    return found


def _check_own(response: Response, by: User) -> None:
    if not Response.objects.filter(pk=response.pk).writable_by(by).exists():
        raise AnsweringRefused(
            _("%(agency)s answers this survey for your country.") % {"agency": response.agency or response.country}
        )


def save_response(response: Response, *, by: User, reason: str) -> None:
    """Save a response with who did what in its history."""
    response._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
    response._change_reason = reason  # type: ignore[attr-defined]  # noqa: SLF001
    response.save()
