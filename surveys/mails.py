"""What fills the mails of this app: for those who may see the posting when the mail is sent."""

from collections.abc import Mapping
from typing import Any

from directory.mail.kinds import Purpose, register
from directory.models import Agency, User
from surveys.answering.filling_in import may_answer, open_surveys, response_of
from surveys.answering.sending_in import awaiting_approval_by
from surveys.choices import PostingStatus, ResponseStatus
from surveys.models import ConfirmationRow, Need, Offer, Response
from surveys.postings import still_valid
from surveys.postings.deciding.versions import waiting_version

MODELS: Mapping[str, Any] = {"offer": Offer, "need": Need}


def _posting(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the posting; None where the reader may not see it any more."""
    if reader is None:
        return None
    posting = MODELS[about["kind"]].objects.visible_to(reader).for_lists().filter(pk=about["posting"]).first()
    return None if posting is None else {"posting": posting, "kind": about["kind"]}


def _own_posting(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the posting; None where the reader does not speak for it any more."""
    if reader is None:
        return None
    posting = MODELS[about["kind"]].objects.writable_by(reader).for_lists().filter(pk=about["posting"]).first()
    return None if posting is None else {"posting": posting, "kind": about["kind"]}


def _waiting_posting(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the posting; None where it no longer waits for the reader's approval."""
    if reader is None:
        return None
    waiting = MODELS[about["kind"]].objects.awaiting_approval_by(reader)
    posting = waiting.for_lists().filter(pk=about["posting"]).first()
    if posting is None:
        return None
    return {"posting": posting, "kind": about["kind"], "version": waiting_version(posting)}


register("posting_submitted", purpose=Purpose.ACCOUNT)(_waiting_posting)
register("posting_approved", purpose=Purpose.ACCOUNT)(_posting)
register("posting_sent_back", purpose=Purpose.ACCOUNT)(_own_posting)
register("posting_published", purpose=Purpose.REMINDER)(_posting)
register("posting_expiring", purpose=Purpose.REMINDER)(_own_posting)


def _response(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the response; None where the reader does not speak for it any more."""
    if reader is None:
        return None
    rows = Response.objects.writable_by(reader).select_related("survey", "country")
    response = rows.filter(pk=about["response"]).first()
    return None if response is None else {"response": response, "survey": response.survey}


def _waiting_response(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the response; None where it no longer waits for the reader's approval."""
    if reader is None:
        return None
    response = awaiting_approval_by(reader).filter(pk=about["response"]).first()
    return None if response is None else {"response": response, "survey": response.survey}


def _asked(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the survey; None once it is closed, the reader does not answer for the agency, or it was answered."""
    if reader is None:
        return None
    survey = open_surveys().filter(pk=about["survey"]).first()
    agency = Agency.objects.select_related("country").filter(pk=about["agency"]).first()
    if survey is None or agency is None or not may_answer(reader, agency):
        return None
    response = response_of(survey, agency)
    if response is not None and response.status != ResponseStatus.IN_PROGRESS:
        return None
    return {"survey": survey, "agency": agency, "has_begun": response is not None}


register("response_submitted", purpose=Purpose.ACCOUNT)(_waiting_response)
register("response_approved", purpose=Purpose.ACCOUNT)(_response)
register("response_sent_back", purpose=Purpose.ACCOUNT)(_response)
register("survey_asked", purpose=Purpose.ACCOUNT)(_asked)
register("survey_reminder", purpose=Purpose.REMINDER)(_asked)


def _to_confirm(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what the country is asked; None once it was answered or closed, or the reader does not speak for it."""
    if reader is None:
        return None
    open_rows = ConfirmationRow.objects.unanswered().writable_by(reader).filter(request=about["request"])
    rows = list(open_rows.with_postings().select_related("request__country", "request__campaign__survey"))
    request = rows[0].request if rows else None
    if request is None:
        return None
    return {
        "survey": request.campaign.survey,
        "country": request.country,
        "due_on": request.due_on,
        "has_compiled": any(row.posting.is_compiled for row in rows),
    }


register("confirmation_asked", purpose=Purpose.ACCOUNT)(_to_confirm)
register("confirmation_reminder", purpose=Purpose.REMINDER)(_to_confirm)


@register("still_valid", purpose=Purpose.REMINDER)
def _still_valid(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the posting with the link that asks; None where the reader does not speak for it any more."""
    built = _own_posting(reader, about)
    if built is None or reader is None or built["posting"].status != PostingStatus.PUBLISHED:
        return None
    return {**built, "link": still_valid.address(reader, about["kind"], about["posting"])}
