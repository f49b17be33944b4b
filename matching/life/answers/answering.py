"""What a side says: its answer to a proposal, which it can take back at first, and its consent to publication."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.models import Paper, User
from directory.papers.recording import GivenPaper
from matching.choices import (
    COOPERATION,
    REFUSALS,
    Audience,
    EventKind,
    MatchStatus,
    RefusalReason,
    SideAnswer,
)
from matching.life.answers.clearing import clear, object_to, pass_on_due, record_clearance, take_back_objection
from matching.life.answers.from_paper import paper_of
from matching.life.seen.sides import posting_of
from matching.life.steps import ReviewRefused, check_note, lock_match, take_step
from matching.life.terms import LEAST_NOTICE_DAYS, last_day_to_take_back, term_for
from matching.models import Match, MatchSide
from surveys.choices import Side
from web.calendar.days import today

__all__ = [
    "answer",
    "clear",
    "consent",
    "object_to",
    "pass_on_due",
    "record_answer",
    "record_clearance",
    "record_consent",
    "take_back_answer",
    "take_back_objection",
    "withdraw_consent",
]

ANSWER_FIELDS = ("answer", "refusal_reason", "answer_reason", "answered_by", "answered_at", "take_back_until")


@transaction.atomic
def answer(
    *,
    match: Match,
    side: Side,
    by: User,
    answer: SideAnswer,
    why: RefusalReason | str = "",
    reason: str = "",
) -> MatchSide:
    """Answer a proposal for one's side, once. A refusal says why: by a code, and in words where that is not enough.

    Code and words are read by the secretariat alone, and the other side hears nothing before the refusal is passed on
    (`matching.life.answers.refusing`). Both interested: the match waits for a person who introduces them. Not now: not
    suggested again for six months; not relevant: not suggested again unless a reviewer takes it back.
    """
    check_note(reason)
    match = lock_match(match)
    _check_speaks_for(by, match, side)
    return _answer(match, side, by=by, answer=answer, why=why, reason=reason)


@transaction.atomic
def take_back_answer(*, match: Match, side: Side, by: User) -> MatchSide:
    """Take back what one's side answered, while nothing has come of it; the side may then answer anew.

    A refusal until it is passed on, interest until the two are introduced: not only until the other side answers, which
    would tell that it has. What came on paper a manager takes back, who recorded it. There is time left to answer.
    """
    match = lock_match(match)
    if is_answer_from_paper(match, side):
        if not scope_of(by, Action.APPROVE_POSTINGS).everything:
            raise ReviewRefused(_("This answer came by letter: write to the secretariat to change it."))
    else:
        _check_speaks_for(by, match, side)
    row = MatchSide.objects.filter(match=match, side=side).first()
    if match.status != MatchStatus.PROPOSED or row is None or match.on_hold_at is not None:
        raise ReviewRefused(_("This answer cannot be taken back any more. Look at it again."))
    if not row.answer:
        raise ReviewRefused(_("Your side has not answered, or has taken its answer back already."))
    before = row.answer
    row.answer = row.refusal_reason = row.answer_reason = ""
    row.answered_by = row.answered_at = row.take_back_until = None
    least = term_for(posting_of(match, side), today(), LEAST_NOTICE_DAYS)
    row.answer_due_on = max(row.answer_due_on or least, least)
    row.save(update_fields=[*ANSWER_FIELDS, "answer_due_on"])
    take_step(match, EventKind.ANSWER_TAKEN_BACK, by=by, side=side, audience=Audience.SIDE, details={"answer": before})
    return row


def is_answer_from_paper(match: Match, side: Side) -> bool:
    """Whether the newest answer of the side was recorded from a note verbale or a letter; one query."""
    newest = match.events.filter(kind=EventKind.ANSWERED, side=side).order_by("pk").last()
    return newest is not None and newest.is_from_paper


@transaction.atomic
def record_answer(
    *,
    match: Match,
    side: Side,
    by: User,
    answer: SideAnswer,
    given: GivenPaper,
    why: RefusalReason | str = "",
    reason: str = "",
) -> MatchSide:
    """Record for a side what it answered on paper, by the reference and the date of its note verbale or letter.

    By a manager of the secretariat; it does what the side's own answer does, and the side reads from what it was taken.
    A letter that refuses may give no reason: then there is no code.
    """
    check_note(reason)
    match = lock_match(match)
    paper = paper_of(match, side, given=given, by=by)
    return _answer(match, side, by=by, answer=answer, why=why, reason=reason, paper=paper)


@transaction.atomic
def consent(*, match: Match, side: Side, by: User) -> MatchSide:
    """Consent for one's side to the cooperation being published; public once both sides have."""
    match = lock_match(match)
    _check_speaks_for(by, match, side)
    return _set_consent(match, side, by=by, consents=True)


@transaction.atomic
def withdraw_consent(*, match: Match, side: Side, by: User) -> MatchSide:
    """Take back the consent of one's side: the cooperation is no longer shown publicly."""
    match = lock_match(match)
    _check_speaks_for(by, match, side)
    return _set_consent(match, side, by=by, consents=False)


@transaction.atomic
def record_consent(*, match: Match, side: Side, by: User, consents: bool, given: GivenPaper) -> MatchSide:
    """Record for a side that it consented on paper to publication, or withdrew its consent; by a manager.

    Raises ReviewRefused where the side has said so already: a second letter would stand beside it and change nothing.
    """
    match = lock_match(match)
    _check_cooperating(match)
    if MatchSide.objects.filter(match=match, side=side, consent_at__isnull=not consents).exists():
        said = _("This side consents already.") if consents else _("This side has not consented: nothing to withdraw.")
        raise ReviewRefused(said)
    return _set_consent(match, side, by=by, consents=consents, paper=paper_of(match, side, given=given, by=by))


def _set_consent(match: Match, side: Side, *, by: User, consents: bool, paper: Paper | None = None) -> MatchSide:
    _check_cooperating(match)
    row = MatchSide.objects.get(match=match, side=side)
    if (row.consent_at is not None) != consents:
        row.consent_at, row.consent_by = (timezone.now(), by) if consents else (None, None)
        row.save(update_fields=["consent_at", "consent_by"])
        kind = EventKind.CONSENTED if consents else EventKind.CONSENT_WITHDRAWN
        take_step(match, kind, by=by, side=side, audience=Audience.SIDE, paper=paper)
    return row


def _check_cooperating(match: Match) -> None:
    if match.status not in COOPERATION:
        raise ReviewRefused(_("Only agreed or completed cooperation is published."))


def _check_speaks_for(by: User, match: Match, side: Side) -> None:
    if not posting_of(match, side).is_within(scope_of(by, Action.ANSWER_PROPOSALS)):
        raise ReviewRefused(_("Only those who speak for this side answer for it."))


def _answer(
    match: Match,
    side: Side,
    *,
    by: User,
    answer: SideAnswer,
    why: RefusalReason | str,
    reason: str,
    paper: Paper | None = None,
) -> MatchSide:
    row = MatchSide.objects.filter(match=match, side=side).first()
    if match.status != MatchStatus.PROPOSED or row is None or row.asked_at is None or match.on_hold_at is not None:
        raise ReviewRefused(_("This proposal does not wait for an answer any more. Look at it again."))
    if row.answer:
        raise ReviewRefused(_("Your side has answered already: %(answer)s.") % {"answer": row.get_answer_display()})
    if answer in REFUSALS and not why and paper is None:
        raise ReviewRefused(_("Say why: choose one of the reasons. Only the secretariat reads it."))
    _check_why(answer, why, reason)
    row.answer, row.refusal_reason, row.answer_reason = SideAnswer(answer), why, reason.strip()
    row.answered_by, row.answered_at = by, timezone.now()
    row.take_back_until = last_day_to_take_back(posting_of(match, side)) if row.is_refused else None
    row.save(update_fields=[*ANSWER_FIELDS])
    take_step(
        match,
        EventKind.ANSWERED,
        by=by,
        side=side,
        audience=Audience.SIDE,
        paper=paper,
        details={"answer": row.answer, **({"reason": row.refusal_reason} if why else {})},
    )
    return row


def _check_why(answer: SideAnswer, why: RefusalReason | str, reason: str) -> None:
    if why and answer not in REFUSALS:
        raise ReviewRefused(_("A reason goes with “not now” or “not relevant” alone."))
    if why and why not in RefusalReason:
        raise ReviewRefused(_("Choose one of the reasons that are offered."))
    if why == RefusalReason.OTHER and not reason.strip():
        raise ReviewRefused(_("Say the other reason in words."))
