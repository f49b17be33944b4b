"""Answers of a file that would change an edition whose results are released: held beside those that stand.

Others have read and quoted what was released. So "write" changes no stored answer of such an edition, and adds none:
each row waits as a `PendingChange` of its response, side by side with what stands, until a manager chooses. A row of a
country that had not answered waits with a response of the state HELD, which counts nowhere. What is taken is written as
if the import had written it, and undone with it; what is not is not asked about again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from directory.access import Action, can
from directory.models import Agency, User
from surveys.answering.edition import load_edition
from surveys.answering.pending import Difference
from surveys.answering.postings_of_response import plan_postings
from surveys.answering.reading.from_answers import Answers, agencies_that_post
from surveys.answering.stored_answers import answers_of, keep_readings, load_responses
from surveys.answering.writing_responses import SOURCE_FIELDS, ResponseToWrite, write_responses
from surveys.choices import COUNT_NOWHERE, ResponseStatus, RowResult
from surveys.importing.snapshots import answers_from, response_values, snapshot_of, snapshot_to_be
from surveys.models import Import, ImportRow, PendingChange, Questionnaire, Response, Survey
from surveys.postings.deciding.held import PostingRefused
from surveys.questionnaires.asked import Asked, Given


def is_held(survey: Survey) -> bool:
    """Return whether files change no answer of the edition: it is released, and something is answered in it."""
    return survey.pk is not None and survey.is_released and Response.objects.received().filter(survey=survey).exists()


def refused_of(responses: Iterable[Response]) -> Mapping[int, Mapping[str, Any]]:
    """Return, by response, the content that a manager has last decided against."""
    decided = _of_answers().filter(response__in=[one.pk for one in responses], decided_at__isnull=False)
    last = {change.response_id: change for change in decided.order_by("decided_at", "pk")}
    return {pk: change.content for pk, change in last.items() if not change.is_taken}


def is_refused(content: Mapping[str, Any] | None, answers: Answers) -> bool:
    """Return whether these answers are the ones that were decided against."""
    return content is not None and [list(row) for row in content["answers"]] == _plain_answers(answers)


def hold(responses: Sequence[ResponseToWrite], *, file_import: Import, by: User | None) -> None:
    """Keep what a file has of these responses for a manager to choose, in the transaction that is open."""
    if not responses:
        return
    contents = [
        {**snapshot_to_be(one.response, one.answers), "import": file_import.pk, "kind": one.answers.kind.value}
        for one in responses
    ]
    new = [
        Response(
            survey=one.response.survey,
            country=one.response.country,
            agency=one.response.agency,
            key=one.response.key,
            kind=one.answers.kind,
            status=ResponseStatus.HELD,
            questionnaire_id=one.response.questionnaire_id,
            **{name: getattr(one.response, name) for name in SOURCE_FIELDS},
        )
        for one in responses
        if one.is_new
    ]
    reason = f"import {file_import.pk}: held"
    made = iter(bulk_create_with_history(new, Response, default_user=by, default_change_reason=reason) if new else ())
    stored = [next(made) if one.is_new else one.response for one in responses]
    waiting = {one.response_id: one for one in _of_answers().filter(response__in=stored, decided_at=None)}
    changes = [waiting.get(response.pk) or PendingChange(response=response) for response in stored]
    for change, content in zip(changes, contents, strict=True):
        change.content, change.made_at = content, timezone.now()
    PendingChange.objects.bulk_create([change for change in changes if change.pk is None], batch_size=500)
    PendingChange.objects.bulk_update([one for one in changes if one.pk], ["content", "made_at"], batch_size=500)


def let_go(file_import: Import, keys: Collection[str], *, by: User) -> None:
    """Drop what an import holds of these responses: it is being undone."""
    own = Response.objects.filter(survey=file_import.survey, key__in=keys)
    _of_answers().filter(response__in=own, decided_at=None, content__import=file_import.pk).delete()
    held = list(own.filter(status=ResponseStatus.HELD, file_import=file_import))
    for response in held:
        response.status = ResponseStatus.UNDONE
    if held:
        bulk_update_with_history(
            held,
            Response,
            ["status"],
            default_user=by,
            default_change_reason=f"import {file_import.pk} undone",
        )


def may_choose(user: User) -> bool:
    """Return whether the person chooses what a released edition says: managers do."""
    return can(user, Action.MANAGE_SURVEYS)


@transaction.atomic
def choose_answers(*, change: PendingChange, takes_file: bool, by: User) -> None:
    """Take the answers of the file into a released edition, or leave those that stand.

    Raises PostingRefused where it was decided already, and for who may not.
    """
    if not may_choose(by):
        raise PostingRefused(_("Only managers choose what a released edition says."))
    locked = (
        PendingChange.objects.select_for_update(of=("self",)).select_related("response").filter(pk=change.pk).first()
    )
    if locked is None or locked.decided_at is not None:
        raise PostingRefused(_("This was decided already."))
    if takes_file:
        _write(locked, by=by)
    locked.decided_at, locked.decided_by, locked.is_taken = timezone.now(), by, takes_file
    locked.save()


def differences_of_answers(change: PendingChange) -> list[Difference]:
    """Return what the file answers otherwise than what stands, question by question, in words."""
    (response,) = load_responses(change.response.survey, [change.response.key]).values()
    asked = Asked(response.survey, _version(change.content, response))
    before = {} if response.status in COUNT_NOWHERE else _in_words(answers_of(response).given, asked)
    after = _in_words([Given(*row) for row in change.content["answers"]], asked)
    headings = list(dict.fromkeys([*before, *after]))
    return [
        Difference(heading, before.get(heading, ""), after.get(heading, ""))
        for heading in headings
        if before.get(heading, "") != after.get(heading, "")
    ]


def _write(change: PendingChange, *, by: User) -> None:
    # Imports of the edition wait for it as for each other.
    survey = Survey.objects.select_for_update().get(pk=change.response.survey_id)
    key, content = change.response.key, change.content
    response = load_responses(survey, [key], for_writing=True)[key]
    is_new = response.status in COUNT_NOWHERE
    before = None if is_new else answers_of(response)
    was = None if is_new else snapshot_of(response)
    for name, value in response_values(content, response).items():
        setattr(response, name, value)
    answers = answers_from(content, response)
    if not is_new:
        answers = replace(answers, places=keep_readings(answers.places, response.readings.all()))
    side = load_edition(survey.code).sides.get(response.country_id)
    postings = plan_postings(
        answers,
        response=response,
        before=before,
        asked=Asked(survey, _version(content, response)),
        survey=survey,
        drafts_other_side=side is not None and side.has_a_side_not_stated,
        agencies=agencies_that_post(Agency.objects.active().filter(country=response.country_id)),
    )
    reason = f"import {content['import']}: chosen"
    write_responses([ResponseToWrite(response, answers, postings, is_new=False)], by=by, reason=reason)
    result = RowResult.ADDED if is_new else RowResult.CHANGED
    file_import = Import.objects.select_for_update(of=("self",)).get(pk=content["import"])
    rows = ImportRow.objects.filter(file_import=file_import, key=key, result=RowResult.HELD)
    if rows.update(result=result, before=was):
        counts = file_import.counts
        counts[RowResult.HELD.value] = counts.get(RowResult.HELD.value, 1) - 1
        counts[result.value] = counts.get(result.value, 0) + 1
        file_import.save(update_fields=["counts"])


def _of_answers() -> Any:
    return PendingChange.objects.filter(offer=None, need=None)


def _version(content: Mapping[str, Any], response: Response) -> Questionnaire | None:
    """Return the questionnaire that the file was read by."""
    number = content["response"]["questionnaire"] or response.questionnaire_id or 0
    return Questionnaire.objects.whole().filter(pk=number).first()


def _plain_answers(answers: Answers) -> list[list[Any]]:
    return [[one.question, one.value, one.repeat, one.other, one.as_given] for one in answers.given]


def _in_words(given: Iterable[Given], asked: Asked) -> dict[str, str]:
    words: dict[str, str] = {}
    for one in given:
        question = asked.questions.get(one.question)
        heading = question.heading if question else one.question
        if one.repeat:
            heading = f"{heading} ({one.repeat + 1})"
        words[heading] = asked.words(question, one) if question else str(one.value)
    return words
