"""Answering a survey here: begun by anyone of the agency, gone on with by a colleague, approved by the window."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.choices import GOVERNMENT_AGENCY_KINDS, Role
from directory.days import first_day_not_ended, last_day_begun
from directory.mail import outbox
from directory.mail.receivers import coordinators_of, secretariat_people
from directory.models import Agency, User
from directory.name_index import load_name_index
from surveys import saying
from surveys.asked import Asked, Given
from surveys.choices import Feeds, ResponseStatus, WindowKind
from surveys.from_answers import DIRECTIONS, PlaceGiven, agencies_that_post
from surveys.importing.edition import Edition, ReadPlace
from surveys.importing.places import PlaceError, RememberingNames, read_places
from surveys.models import Answer, Question, Questionnaire, Response, Section, Survey
from surveys.postings_of_response import plan_postings
from surveys.questionnaires.conditions import is_shown
from surveys.questionnaires.versions import current_version
from surveys.saying import Saying
from surveys.stored_answers import answers_of, load_responses
from surveys.windows import may_approve, publishes_alone, window_of
from surveys.writing import NamedPlace

MOST_REPETITIONS = 20


class AnsweringRefused(ValueError):
    """The step is not possible now, or not for this person; the message is for people."""


@dataclass(frozen=True)
class Missing:
    """A required question that is shown and not answered, or a carried-over answer that nobody has confirmed."""

    section: Section
    question: Question
    repeat: int
    is_to_confirm: bool


@dataclass
class Saved:
    """What became of a saved section: `conflicts` are questions that a colleague answered otherwise meanwhile."""

    changed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


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
    return responses.exclude(status=ResponseStatus.UNDONE).select_related("country", "agency", "survey").first()


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
        _save(response, by=by, reason="begun")
        _fill_in(response, version, agency)
        return response
    _check_own(found, by)
    if found.status in (ResponseStatus.RECEIVED, ResponseStatus.UNDONE):
        found.status, found.begun_by = ResponseStatus.IN_PROGRESS, by
        found.questionnaire, found.sent_back_note = version, ""
        _save(found, by=by, reason="corrected")
    return found


@transaction.atomic
def save_answers(
    *,
    response: Response,
    answers: Sequence[Given],
    places: Sequence[PlaceGiven],
    asked: Collection[tuple[str, int]],
    seen: Mapping[tuple[str, int], str],
    by: User,
) -> Saved:
    """Keep the answers to the questions `asked` (code, repetition); one that is not among `answers` is taken out.

    seen: fingerprints of the answers that the page showed; where a colleague changed one meanwhile, and otherwise than
    this person now does, theirs stays and the question is named as a conflict.
    """
    locked = _lock(response, by)
    if locked.status != ResponseStatus.IN_PROGRESS:
        raise AnsweringRefused(_("It was submitted already: ask for it back to change it."))
    stored = {(one.question, one.repeat): one for one in locked.answers.all()}
    given = {(one.question, one.repeat): one for one in answers}
    saved = Saved()
    for key in asked:
        now, new = stored.get(key), given.get(key)
        if _is_same(now, new):
            if now is not None and now.is_carried_over and new is not None and key in given:
                now.is_carried_over = False
                now.save(update_fields=["is_carried_over"])
                saved.changed.append(key[0])
            continue
        if key in seen and seen[key] != fingerprint(now):
            saved.conflicts.append(key[0])
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
        _keep_readings(locked, [one for one in places if (one.question, one.repeat) == key])
    if saved.changed:
        _save(locked, by=by, reason="answered")
    return saved


def missing(response: Response, version: Questionnaire) -> list[Missing]:
    """Return what is missing before it can be submitted, in the order of the questionnaire."""
    stored = {(one.question, one.repeat): one for one in response.answers.all()}
    chosen = chosen_of(stored.values())
    found = []
    for section in version.sections.all():
        if not is_shown(section, chosen):
            continue
        own = {question.code for question in section.questions.all()}
        repeats = sorted({repeat for code, repeat in stored if code in own}) if section.repeats else [0]
        for repeat in repeats:
            for question in section.questions.all():
                if question.feeds == Feeds.COUNTRY or not is_shown(question, chosen):
                    continue
                answer = stored.get((question.code, repeat))
                if answer is not None and answer.is_carried_over:
                    found.append(Missing(section, question, repeat, is_to_confirm=True))
                elif answer is None and question.is_required:
                    found.append(Missing(section, question, repeat, is_to_confirm=False))
    return found


def chosen_of(answers: Any) -> dict[str, list[str]]:
    """Return what was answered by question, as conditions ask: the codes of a choice, or the text."""
    return {one.question: one.codes or ([str(one.value)] if one.value else []) for one in answers}


@transaction.atomic
def submit(*, response: Response, by: User) -> Response:
    """Send the answers in: received at once where the person's word is enough, else they wait for whom approves.

    Raises AnsweringRefused where something is missing.
    """
    locked = _lock(response, by)
    if locked.status != ResponseStatus.IN_PROGRESS:
        raise AnsweringRefused(_("It was submitted already."))
    version = version_of(locked)
    if not _says_anything(locked, version):
        raise AnsweringRefused(_("Nothing is answered yet."))
    if lacking := missing(locked, version):
        raise AnsweringRefused(
            _("Not everything is there yet: %(questions)s.")
            % {"questions": "; ".join(one.question.heading for one in lacking[:10])}
        )
    locked.submitted_by, locked.submitted_at, locked.sent_back_note = by, timezone.now(), ""
    if publishes_alone(by, locked):
        return _receive(locked, version, by=by)
    locked.status = ResponseStatus.SUBMITTED
    _save(locked, by=by, reason="submitted")
    if window_of(locked).kind == WindowKind.SINGLE:
        to = coordinators_of(locked.country_id, locked.agency_id)
    else:
        to = secretariat_people(Role.MANAGER)
    _write("response_submitted", locked, to)
    return locked


@transaction.atomic
def take_back(*, response: Response, by: User) -> Response:
    """Open submitted answers again, as long as nobody has approved them."""
    locked = _lock(response, by)
    if locked.status != ResponseStatus.SUBMITTED:
        raise AnsweringRefused(_("It does not wait for approval."))
    locked.status, locked.submitted_at, locked.submitted_by = ResponseStatus.IN_PROGRESS, None, None
    _save(locked, by=by, reason="taken back")
    return locked


@transaction.atomic
def approve(*, response: Response, by: User) -> Response:
    """Receive submitted answers: they count, and become offers and needs. Raises AnsweringRefused."""
    locked = _lock_to_approve(response, by)
    submitter = locked.submitted_by
    received = _receive(locked, version_of(locked), by=by)
    if submitter is not None and submitter != by:
        _write("response_approved", received, [submitter])
    return received


@transaction.atomic
def send_back(*, response: Response, by: User, note: str) -> Response:
    """Send submitted answers back with a note. Raises AnsweringRefused."""
    if not note.strip():
        raise AnsweringRefused(_("Say in a note what to change."))
    locked = _lock_to_approve(response, by)
    submitter = locked.submitted_by
    locked.status, locked.sent_back_note = ResponseStatus.IN_PROGRESS, note.strip()
    locked.submitted_at, locked.submitted_by = None, None
    _save(locked, by=by, reason="sent back")
    if submitter is not None:
        _write("response_sent_back", locked, [submitter])
    return locked


def awaiting_approval_by(user: User) -> QuerySet[Response]:
    """Return the submitted responses that the person approves; as `may_approve` says of one."""
    if not can(user, Action.APPROVE_POSTINGS):
        return Response.objects.none()
    submitted = Response.objects.filter(status=ResponseStatus.SUBMITTED).approvable_by(user)
    by_the_country = Q(country__window__kind=WindowKind.SINGLE)
    everything = scope_of(user, Action.APPROVE_POSTINGS).everything
    kept = submitted.exclude(by_the_country) if everything else submitted.filter(by_the_country)
    return kept.select_related("survey", "country", "agency", "submitted_by").order_by("submitted_at", "pk")


@transaction.atomic
def carry_over(*, response: Response, by: User) -> int:
    """Take over the answers of the last edition where the same is asked, each to be confirmed; return how many.

    An answer that is there already stays; a choice that is no longer offered is left out.
    """
    locked = _lock(response, by)
    earlier = earlier_response(locked)
    if locked.status != ResponseStatus.IN_PROGRESS or earlier is None:
        raise AnsweringRefused(_("There are no earlier answers to take over."))
    asked = Asked(locked.survey, version_of(locked))
    there = set(locked.answers.values_list("question", "repeat"))
    taken = 0
    for answer in earlier.answers.all():
        question = asked.questions.get(answer.question)
        if question is None or (answer.question, answer.repeat) in there or question.feeds == Feeds.COUNTRY:
            continue
        value = answer.value
        if question.choices:
            codes = [code for code in answer.codes if code in question.choices]
            if not codes:
                continue
            value = codes if question.kind == "multiple" else codes[0]
        elif isinstance(value, dict) != (question.kind == "money"):
            continue
        Answer.objects.create(
            response=locked,
            question=answer.question,
            repeat=answer.repeat,
            value=value,
            other=answer.other,
            is_carried_over=True,
        )
        named = earlier.readings.filter(question=answer.question, repeat=answer.repeat)
        places = [
            PlaceGiven(answer.question, answer.repeat, ReadPlace(reading.direction, NamedPlace.of(reading)))  # type: ignore[arg-type]
            for reading in named
        ]
        _keep_readings(locked, places)
        taken += 1
    if taken:
        _save(locked, by=by, reason="carried over")
    return taken


def earlier_response(response: Response) -> Response | None:
    """Return what the country, or the agency, answered in the last edition before this one."""
    others = (
        Response.objects.filter(country=response.country_id)
        .answered()
        .exclude(survey=response.survey_id)
        .filter(answers__isnull=False)
        .distinct()
    )
    own = others.filter(agency=response.agency_id) if response.agency_id else others
    order = ("-survey__stated_on", "-updated_at", "-pk")
    return own.order_by(*order).first() or others.order_by(*order).first()


def read_named_places(text: str, question: Question, repeat: int, iso3: str) -> list[PlaceGiven]:
    """Return the places that a typed text names. Raises AnsweringRefused for a text that is too long for a name."""
    names = RememberingNames(load_name_index())
    direction = DIRECTIONS.get(Feeds(question.feeds)) if question.feeds else None
    try:
        found = read_places(text.replace("\n", "; "), iso3=iso3, edition=Edition(), names=names)
    except PlaceError as error:
        raise AnsweringRefused(str(error)) from None
    default = DIRECTIONS[Feeds.TARGETS]
    return [
        PlaceGiven(
            question.code,
            repeat,
            ReadPlace(direction if direction and one.direction == default else one.direction, one.place),
        )
        for one in found
    ]


def fingerprint(answer: Answer | None) -> str:
    """Return what a page shows of an answer, for `save_answers` to tell whether somebody changed it meanwhile."""
    if answer is None:
        return ""
    said = json.dumps([answer.value, answer.other, answer.as_given], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


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


def _says_anything(response: Response, version: Questionnaire) -> bool:
    known = {question.code for question in version.questions if question.feeds in (Feeds.COUNTRY, Feeds.AGENCY)}
    return response.answers.filter(is_carried_over=False).exclude(question__in=known).exists()


def _receive(response: Response, version: Questionnaire, *, by: User) -> Response:
    """Let answers count, and make or correct the postings that follow from them."""
    survey = response.survey
    loaded = load_responses(survey, [response.key], for_writing=True)[response.key]
    asked = Asked(survey, version)
    shown = _shown(loaded, version)
    answers = answers_of(loaded)
    answers = type(answers)(
        country=answers.country,
        agency=answers.agency,
        kind=answers.kind,
        given=[one for one in answers.given if one.question in shown],
        places=[one for one in answers.places if one.question in shown],
        notes=answers.notes,
    )
    for name in ("submitted_by", "submitted_at", "sent_back_note"):
        setattr(loaded, name, getattr(response, name))
    loaded.status, loaded.received_at, loaded.approved_by = ResponseStatus.RECEIVED, timezone.now(), by
    _save(loaded, by=by, reason="received")
    postings = plan_postings(
        answers,
        response=loaded,
        before=answers,
        asked=asked,
        survey=survey,
        drafts_other_side=False,
        agencies=agencies_that_post(Agency.objects.active().filter(country=loaded.country_id)),
    )
    saying.write([Saying(loaded, answers, postings, is_new=False)], by=None, reason=f"survey {survey.code}")
    return loaded


def _shown(response: Response, version: Questionnaire) -> set[str]:
    """Return the questions that were asked after what was answered: others were answered before, and are not meant."""
    chosen = chosen_of(response.answers.all())
    return {
        question.code
        for section in version.sections.all()
        if is_shown(section, chosen)
        for question in section.questions.all()
        if is_shown(question, chosen)
    }


def _keep_readings(response: Response, places: Sequence[PlaceGiven]) -> None:
    saying.add_readings(response, places)


def version_of(response: Response) -> Questionnaire:
    """Return the version that a response answers, fetched whole: the current one where it was not kept.

    Raises AnsweringRefused where the survey asks nothing.
    """
    kept = Questionnaire.objects.whole().filter(pk=response.questionnaire_id or 0).first()
    version = kept or current_version(response.survey)
    if version is None:
        raise AnsweringRefused(_("This survey asks nothing yet."))
    return version


def _lock(response: Response, by: User) -> Response:
    locked = Response.objects.select_for_update(of=("self",)).select_related("survey", "country", "agency")
    found = locked.get(pk=response.pk)
    _check_own(found, by)
    return found


def _lock_to_approve(response: Response, by: User) -> Response:
    locked = Response.objects.select_for_update(of=("self",)).select_related("survey", "country", "agency")
    found = locked.get(pk=response.pk)
    if not may_approve(by, found):
        raise AnsweringRefused(_("These answers are not yours to approve."))
    if found.status != ResponseStatus.SUBMITTED:
        raise AnsweringRefused(_("They do not wait for approval any more."))
    return found


def _check_own(response: Response, by: User) -> None:
    if not Response.objects.filter(pk=response.pk).writable_by(by).exists():
        raise AnsweringRefused(
            _("%(agency)s answers this survey for your country.") % {"agency": response.agency or response.country}
        )


def _save(response: Response, *, by: User, reason: str) -> None:
    response._history_user = by  # type: ignore[attr-defined]  # noqa: SLF001 - simple-history's own way to say who
    response._change_reason = reason  # type: ignore[attr-defined]  # noqa: SLF001
    response.save()


def _write(kind: str, response: Response, to: Sequence[User]) -> None:
    moment: dt.datetime = response.updated_at
    outbox.write(kind=kind, key=f"{kind}:{response.pk}:{moment.isoformat()}", about={"response": response.pk}, to=to)
