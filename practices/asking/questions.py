"""A question about a practice: asked by whoever is logged in, answered by the secretariat.

Where the country of who asks has a single window, its coordinator sees the question first. The agency of the practice
learns of it only if the secretariat tells it.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.choices import Role
from directory.mail import outbox
from directory.mail.receivers import secretariat_people
from directory.models import Agency, User
from practices.choices import QuestionState
from practices.models import Practice, PracticeQuestion
from surveys.postings.deciding.windows import coordinators_before

MOST_A_DAY = 10
"""Questions of one person within 24 hours."""
ERASED = "—"


class QuestionRefused(ValueError):
    """The question cannot be taken so; the message is for people."""


class TooManyQuestions(QuestionRefused):
    """The person has asked as much as it may within a day; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            _("You have asked %(number)d questions within a day. Ask again later.") % {"number": MOST_A_DAY}
        )
        self.retry_after = retry_after


@transaction.atomic
def ask(*, practice: Practice, by: User, agency: Agency | None, text: str, key: uuid.UUID) -> PracticeQuestion:
    """Record a question about a practice that everyone may read; a form sent twice asks once.

    agency: for which of its agencies the person asks. Raises QuestionRefused for those who ask nobody here, and
    TooManyQuestions.
    """
    if not can(by, Action.ASK_SECRETARIAT) or not Practice.objects.public().filter(pk=practice.pk).exists():
        raise QuestionRefused(_("Questions are asked about published practices, by those who work with this portal."))
    # One after the other: ten windows do not ask more than one.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    if (known := PracticeQuestion.objects.filter(form_key=key, asked_by=by).first()) is not None:
        return known
    _check_limit(by)
    waits = coordinators_before(by, agency) if agency is not None else []
    try:
        with transaction.atomic():
            question = PracticeQuestion.objects.create(
                practice=practice,
                asked_by=by,
                agency=agency,
                text=text,
                state=QuestionState.WITH_COORDINATOR if waits else QuestionState.WITH_SECRETARIAT,
                form_key=key,
            )
    except IntegrityError as taken:
        # The key of a question of somebody else says nothing here.
        raise QuestionRefused(_("Open the page again, and ask from there.")) from taken
    if waits:
        _write("practice_question_to_pass", question, waits)
    else:
        _tell_secretariat(question)
    return question


@transaction.atomic
def pass_on(*, question: PracticeQuestion, by: User) -> PracticeQuestion:
    """Pass a question of one's own country on to the secretariat. Raises QuestionRefused where it does not wait."""
    locked = _decided(question, by)
    _save_decision(locked, by, QuestionState.WITH_SECRETARIAT)
    _tell_secretariat(locked)
    return locked


@transaction.atomic
def keep_back(*, question: PracticeQuestion, by: User) -> PracticeQuestion:
    """Not pass a question of one's own country on. Raises QuestionRefused where it does not wait."""
    locked = _decided(question, by)
    _save_decision(locked, by, QuestionState.KEPT_BACK)
    return locked


@transaction.atomic
def answer(*, question: PracticeQuestion, by: User, text: str) -> PracticeQuestion:
    """Answer a question, once. Raises QuestionRefused for others than the secretariat, and for one that is answered."""
    if not can(by, Action.REVIEW_PRACTICES):
        raise QuestionRefused(_("Questions are answered by the secretariat."))
    locked = _lock(question)
    if locked.state != QuestionState.WITH_SECRETARIAT:
        raise QuestionRefused(_("This question does not wait for an answer any more."))
    if not text.strip():
        raise QuestionRefused(_("Write the answer."))
    locked.state, locked.answer = QuestionState.ANSWERED, text.strip()
    locked.answered_by, locked.answered_at = by, timezone.now()
    locked.save()
    _write("practice_question_answered", locked, [locked.asked_by])
    return locked


def erase_questions(sender: type[User], *, user: User, **kwargs: Any) -> None:
    """Take away what a person asked, and what it was answered; that it asked stays, under its number."""
    asked = PracticeQuestion.objects.filter(asked_by=user)
    asked.exclude(answer="").update(answer=ERASED)
    asked.update(text=ERASED)


def _check_limit(by: User) -> None:
    day = dt.timedelta(days=1)
    asked = PracticeQuestion.objects.filter(asked_by=by, asked_at__gt=timezone.now() - day).order_by("asked_at")
    moments = list(asked.values_list("asked_at", flat=True))
    if len(moments) >= MOST_A_DAY:
        raise TooManyQuestions(int((moments[-MOST_A_DAY] + day - timezone.now()).total_seconds()) + 1)


def _decided(question: PracticeQuestion, by: User) -> PracticeQuestion:
    locked = _lock(question)
    if not PracticeQuestion.objects.to_pass_on_by(by).filter(pk=locked.pk).exists():
        raise QuestionRefused(_("This question does not wait for you."))
    return locked


def _save_decision(question: PracticeQuestion, by: User, state: QuestionState) -> None:
    question.state, question.passed_by, question.passed_at = state, by, timezone.now()
    question.save()


def _lock(question: PracticeQuestion) -> PracticeQuestion:
    rows = PracticeQuestion.objects.select_related("practice", "asked_by", "agency")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=question.pk)


def _tell_secretariat(question: PracticeQuestion) -> None:
    _write("practice_question", question, secretariat_people(Role.REVIEWER))


def _write(kind: str, question: PracticeQuestion, to: list[User]) -> None:
    outbox.write(kind=kind, key=f"{kind}:{question.pk}", about={"question": question.pk}, to=to)
