"""What fills the mails of this app: as its reader may see things when the mail is sent."""

from collections.abc import Mapping
from typing import Any

from directory.access import Action, can
from directory.mail.kinds import Purpose, register
from directory.models import User
from practices.choices import PracticeStatus, QuestionState
from practices.models import Practice, PracticeQuestion


@register("practice_submitted", purpose=Purpose.ACCOUNT)
def _submitted(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the practice; None once it no longer waits, or the reader does not review."""
    if reader is None or not can(reader, Action.REVIEW_PRACTICES):
        return None
    practice = Practice.objects.to_review().select_related("agency__country").filter(pk=about["practice"]).first()
    return None if practice is None else {"practice": practice}


@register("practice_reviewed", purpose=Purpose.ACCOUNT)
def _reviewed(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the practice and what was decided; None once that has changed, or it is not the reader's any more."""
    if reader is None:
        return None
    practice = Practice.objects.of(reader).select_related("agency__country").filter(pk=about["practice"]).first()
    if practice is None or practice.status != about["status"]:
        return None
    return {"practice": practice, "is_published": practice.status == PracticeStatus.PUBLISHED}


@register("practice_question", purpose=Purpose.ACCOUNT)
def _question(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the question; None once it is answered, or the reader does not answer."""
    if reader is None or not can(reader, Action.REVIEW_PRACTICES):
        return None
    return _of(PracticeQuestion.objects.to_answer().filter(pk=about["question"]).first())


@register("practice_question_to_pass", purpose=Purpose.ACCOUNT)
def _to_pass(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the question; None once it is decided, or not the reader's to decide."""
    return _of(PracticeQuestion.objects.to_pass_on_by(reader).filter(pk=about["question"]).first())


@register("practice_question_answered", purpose=Purpose.ACCOUNT)
def _answered(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the question, for who asked it."""
    answered = PracticeQuestion.objects.filter(asked_by=reader, state=QuestionState.ANSWERED)
    return _of(answered.filter(pk=about["question"]).first()) if reader is not None else None


def _of(question: PracticeQuestion | None) -> Mapping[str, Any] | None:
    return None if question is None else {"question": question, "practice": question.practice}
