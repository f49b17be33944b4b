"""What a side says: its answer to a proposal, and its consent to publication."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.models import Paper, User
from directory.papers.recording import GivenPaper
from matching.choices import COOPERATION, REFUSALS, Audience, EventKind, MatchStatus, SideAnswer
from matching.life.clearing import clear, end_without_agreement, object_to, pass_on_due, record_clearance
from matching.life.from_paper import paper_of
from matching.life.seen.sides import posting_of
from matching.life.steps import ReviewRefused, check_note, lock_match, take_step
from matching.life.terms import NOT_NOW_MONTHS
from matching.models import Match, MatchSide
from surveys.choices import Side
from web.days import months_after, today

__all__ = [
    "answer",
    "clear",
    "consent",
    "object_to",
    "pass_on_due",
    "record_answer",
    "record_clearance",
    "withdraw_consent",
]


@transaction.atomic
def answer(*, match: Match, side: Side, by: User, answer: SideAnswer, reason: str = "") -> MatchSide:
    """Answer a proposal for one's side, once. A refusal ends it; the reason is read by the secretariat alone.

    Both interested: the match waits for a person who introduces them. Not now: not suggested again for six months;
    not relevant: not suggested again unless a reviewer takes it back.
    """
    check_note(reason)
    match = lock_match(match)
    _check_speaks_for(by, match, side)
    return _answer(match, side, by=by, answer=answer, reason=reason)


@transaction.atomic
def record_answer(
    *, match: Match, side: Side, by: User, answer: SideAnswer, given: GivenPaper, reason: str = ""
) -> MatchSide:
    """Record for a side what it answered on paper, by the reference and the date of its note verbale or letter.

    By a manager of the secretariat; it does what the side's own answer does, and the side reads from what it was taken.
    """
    check_note(reason)
    match = lock_match(match)
    paper = paper_of(match, side, given=given, by=by)
    return _answer(match, side, by=by, answer=answer, reason=reason, paper=paper)


@transaction.atomic
def consent(*, match: Match, side: Side, by: User) -> MatchSide:
    """Consent for one's side to the cooperation being published; public once both sides have."""
    match, row = _cooperating(match, side, by)
    if row.consent_at is None:
        row.consent_at, row.consent_by = timezone.now(), by
        row.save(update_fields=["consent_at", "consent_by"])
        take_step(match, EventKind.CONSENTED, by=by, side=side, audience=Audience.SIDE)
    return row


@transaction.atomic
def withdraw_consent(*, match: Match, side: Side, by: User) -> MatchSide:
    """Take back the consent of one's side: the cooperation is no longer shown publicly."""
    match, row = _cooperating(match, side, by)
    if row.consent_at is not None:
        row.consent_at, row.consent_by = None, None
        row.save(update_fields=["consent_at", "consent_by"])
        take_step(match, EventKind.CONSENT_WITHDRAWN, by=by, side=side, audience=Audience.SIDE)
    return row


def _cooperating(match: Match, side: Side, by: User) -> tuple[Match, MatchSide]:
    match = lock_match(match)
    _check_speaks_for(by, match, side)
    if match.status not in COOPERATION:
        raise ReviewRefused(_("Only agreed or completed cooperation is published."))
    return match, MatchSide.objects.get(match=match, side=side)


def _check_speaks_for(by: User, match: Match, side: Side) -> None:
    if not posting_of(match, side).is_within(scope_of(by, Action.ANSWER_PROPOSALS)):
        raise ReviewRefused(_("Only those who speak for this side answer for it."))


def _answer(
    match: Match, side: Side, *, by: User, answer: SideAnswer, reason: str, paper: Paper | None = None
) -> MatchSide:
    row = MatchSide.objects.filter(match=match, side=side).first()
    if match.status != MatchStatus.PROPOSED or row is None or row.asked_at is None or match.on_hold_at is not None:
        raise ReviewRefused(_("This proposal does not wait for an answer any more. Look at it again."))
    if row.answer:
        raise ReviewRefused(_("Your side has answered already: %(answer)s.") % {"answer": row.get_answer_display()})
    row.answer, row.answer_reason = SideAnswer(answer), reason.strip()
    row.answered_by, row.answered_at = by, timezone.now()
    row.save(update_fields=["answer", "answer_reason", "answered_by", "answered_at"])
    take_step(
        match,
        EventKind.ANSWERED,
        by=by,
        side=side,
        audience=Audience.SIDE,
        paper=paper,
        details={"answer": row.answer},
    )
    if row.answer in REFUSALS:
        until = months_after(today(), NOT_NOW_MONTHS) if row.answer == SideAnswer.NOT_NOW else None
        end_without_agreement(match, side=side, by=by, refused_until=until)
    return row
