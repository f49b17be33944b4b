"""Sending answers in, approving them, sending them back: through the window of the country, as postings go."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.choices import Role
from directory.mail import outbox
from directory.mail.receivers import coordinators_of, secretariat_people
from directory.models import Agency, User
from surveys.answering.filling_in import AnsweringRefused, lock_own, missing, rules_for, save_response, version_of
from surveys.answering.postings_of_response import plan_postings
from surveys.answering.reading.from_answers import agencies_that_post
from surveys.answering.stored_answers import answers_of, load_responses
from surveys.answering.writing_responses import ResponseToWrite, write_responses
from surveys.choices import Feeds, ResponseStatus
from surveys.models import Answer, Questionnaire, Reading, Response
from surveys.models.window import decided_by_coordinator
from surveys.postings.deciding.windows import is_approved_by_coordinator, may_approve, publishes_alone
from surveys.questionnaires.asked import Asked


@transaction.atomic
def submit(*, response: Response, by: User) -> Response:
    """Send the answers in: received at once where the person's word is enough, else they wait for whom approves.

    Raises AnsweringRefused where something is missing.
    """
    locked = lock_own(response, by)
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
    save_response(locked, by=by, reason="submitted")
    if is_approved_by_coordinator(locked):
        to = coordinators_of(locked.country_id, locked.agency_id)
    else:
        to = secretariat_people(Role.MANAGER)
    _write("response_submitted", locked, to)
    return locked


@transaction.atomic
def take_back(*, response: Response, by: User) -> Response:
    """Open submitted answers again, as long as nobody has approved them."""
    locked = lock_own(response, by)
    if locked.status != ResponseStatus.SUBMITTED:
        raise AnsweringRefused(_("It does not wait for approval."))
    locked.status, locked.submitted_at, locked.submitted_by = ResponseStatus.IN_PROGRESS, None, None
    save_response(locked, by=by, reason="taken back")
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
    save_response(locked, by=by, reason="sent back")
    if submitter is not None:
        _write("response_sent_back", locked, [submitter])
    return locked


def awaiting_approval_by(user: User) -> QuerySet[Response]:
    """Return the submitted responses that the person approves; as `may_approve` says of one."""
    if not can(user, Action.APPROVE_POSTINGS):
        return Response.objects.none()
    submitted = Response.objects.filter(status=ResponseStatus.SUBMITTED).approvable_by(user)
    by_the_country = decided_by_coordinator("country")
    everything = scope_of(user, Action.APPROVE_POSTINGS).everything
    kept = submitted.exclude(by_the_country) if everything else submitted.filter(by_the_country)
    return kept.select_related("survey", "country", "agency", "submitted_by").order_by("submitted_at", "pk")


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
        given=[one for one in answers.given if (one.question, one.repeat) in shown],
        places=[one for one in answers.places if (one.question, one.repeat) in shown],
        notes=answers.notes,
    )
    for name in ("submitted_by", "submitted_at", "sent_back_note"):
        setattr(loaded, name, getattr(response, name))
    loaded.status, loaded.received_at, loaded.approved_by = ResponseStatus.RECEIVED, timezone.now(), by
    save_response(loaded, by=by, reason="received")
    postings = plan_postings(
        answers,
        response=loaded,
        before=answers,
        asked=asked,
        survey=survey,
        drafts_other_side=False,
        agencies=agencies_that_post(Agency.objects.active().filter(country=loaded.country_id)),
    )
    write_responses([ResponseToWrite(loaded, answers, postings, is_new=False)], by=None, reason=f"survey {survey.code}")
    return loaded


def _shown(response: Response, version: Questionnaire) -> set[tuple[str, int]]:
    """Return the questions that were asked after what was answered: others were answered before, and are not meant."""
    answers: list[Answer] = list(response.answers.all())
    readings: list[Reading] = list(response.readings.all())
    rules = rules_for(response, version, answers)
    questions = {question.code: question for question in version.questions}
    given = {(one.question, one.repeat) for one in answers} | {(one.question, one.repeat) for one in readings}
    return {(code, repeat) for code, repeat in given if code in questions and rules.is_shown(questions[code], repeat)}


def _lock_to_approve(response: Response, by: User) -> Response:
    locked = Response.objects.select_for_update(of=("self",)).select_related("survey", "country", "agency")
    found = locked.get(pk=response.pk)
    if not may_approve(by, found):
        raise AnsweringRefused(_("These answers are not yours to approve."))
    if found.status != ResponseStatus.SUBMITTED:
        raise AnsweringRefused(_("They do not wait for approval any more."))
    return found


def _write(kind: str, response: Response, to: Sequence[User]) -> None:
    moment: dt.datetime = response.updated_at
    outbox.write(kind=kind, key=f"{kind}:{response.pk}:{moment.isoformat()}", about={"response": response.pk}, to=to)
