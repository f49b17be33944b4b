"""Before a side is asked, its country is heard where its window wants that.

The no-objection clock lets a proposal be passed on to the side, and nothing more. An objection is held as a refusal is
(`matching.life.answers.refusing`): it ends the match only once it is passed on, and can be taken back until then.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.mail import outbox
from directory.mail.receivers import coordinators_of, people_of, with_alternates
from directory.models import Paper, User
from directory.papers.recording import GivenPaper
from matching.choices import REFUSALS, Audience, Clearance, EventKind, MatchStatus, SideAnswer
from matching.life.answers.from_paper import paper_of
from matching.life.proposable import check_not_on_hold
from matching.life.seen.sides import OTHER_SIDE, posting_of
from matching.life.steps import ReviewRefused, check_note, lock_match, take_step
from matching.life.telling.to_sides import write_to_side
from matching.life.terms import ANSWER_DAYS, LEAST_NOTICE_DAYS, last_day_to_take_back, term_for
from matching.models import Match, MatchSide
from surveys.choices import ClearanceRule, PostingStatus, Side
from surveys.models import CountryWindow
from surveys.models.postings.posting import Posting
from surveys.postings.deciding.windows import window_of
from surveys.postings.shown.history import people_of_the_secretariat
from web.calendar.days import today

CLEARANCE_OF = {
    ClearanceRule.NONE: Clearance.NOT_NEEDED,
    ClearanceRule.NO_OBJECTION: Clearance.NO_OBJECTION,
    ClearanceRule.EXPLICIT: Clearance.EXPLICIT,
}
WAITING = frozenset({Clearance.NO_OBJECTION, Clearance.EXPLICIT})


def begin(*, match: Match, by: User) -> None:
    """Put a match just proposed before the countries that want it, and ask the other sides at once.

    The rows of an earlier round begin anew; the events keep what was said then. Call it in the step's transaction.
    Raises ReviewRefused where nobody speaks for one of the sides yet.
    """
    for side in (Side.NEED, Side.OFFER):
        posting = posting_of(match, side)
        if is_not_public(posting):
            raise ReviewRefused(_("“%(posting)s” is not published, or its country is paused.") % {"posting": posting})
        if not people_of(posting.agency_id, posting.country_id):
            raise ReviewRefused(
                _("Nobody speaks for “%(party)s” yet: invite a focal point and record the designation first.")
                % {"party": posting.party}
            )
        window = window_of(posting)
        clearance = CLEARANCE_OF[ClearanceRule(window.clearance)]
        due_on = None
        if clearance == Clearance.NO_OBJECTION:
            due_on = term_for(posting, today(), window.clearance_days)
        row, _is_new = MatchSide.objects.update_or_create(
            match=match, side=side, defaults={**_fresh_round(), "clearance": clearance, "clearance_due_on": due_on}
        )
        if clearance in WAITING:
            take_step(match, EventKind.CLEARANCE_BEGUN, by=by, side=side, details={"due_on": str(due_on or "")})
            outbox.write(
                kind="clearance_asked",
                key=f"clearance_asked:{_occasion(match, side)}",
                about={"match": match.pk, "side": side},
                to=with_alternates(coordinators_of(posting.country_id, posting.agency_id)),
            )
        else:
            _ask(match, row, by=by)


def undo(match: Match) -> None:
    """Let a proposal be as if it had never been put to anyone; call it in the step's transaction, match held.

    Raises ReviewRefused where a person has answered already, for a side or for its country: what was said stays.
    """
    if match.sides.filter(Q(answered_at__isnull=False) | Q(cleared_by__isnull=False)).exists():
        raise ReviewRefused(_("Someone has answered this proposal already; it cannot be taken back any more."))
    match.sides.all().delete()


@transaction.atomic
def clear(*, match: Match, side: Side, by: User, note: str = "") -> MatchSide:
    """Let a proposal be passed on to its side: by a coordinator of its country, or the secretariat for a mission."""
    match, row = _waiting(match, side, by, note)
    return _clear(match, row, by=by, note=note)


@transaction.atomic
def object_to(*, match: Match, side: Side, by: User, note: str) -> MatchSide:
    """Object for the country of a side: once that is passed on, the other side learns that it is not taken forward."""
    if not note.strip():
        raise ReviewRefused(_("Say in a note why; the secretariat and your own side alone read it."))
    match, row = _waiting(match, side, by, note)
    return _object(match, row, by=by, note=note)


@transaction.atomic
def record_clearance(
    *, match: Match, side: Side, by: User, clears: bool, given: GivenPaper, note: str = ""
) -> MatchSide:
    """Record for the country of a side that it cleared the proposal on paper, or objected to it; by a manager.

    It does what the coordinator's own word does. An objection needs no note: the letter says what there is to say, and
    only who approves for the country reads it, because the agency never heard of the proposal.
    """
    match, row = _waiting(match, side, by, note)
    paper = paper_of(match, side, given=given, by=by, is_for_approvers=not clears)
    return (_clear if clears else _object)(match, row, by=by, note=note, paper=paper)


def _clear(match: Match, row: MatchSide, *, by: User, note: str, paper: Paper | None = None) -> MatchSide:
    _set(row, clearance=Clearance.CLEARED, cleared_by=by, cleared_at=timezone.now(), clearance_note=note.strip())
    take_step(match, EventKind.CLEARED, by=by, side=Side(row.side), note=note, audience=Audience.SIDE, paper=paper)
    _ask(match, row, by=by)
    return row


def _object(match: Match, row: MatchSide, *, by: User, note: str, paper: Paper | None = None) -> MatchSide:
    side = Side(row.side)
    _set(
        row,
        clearance=Clearance.OBJECTED,
        cleared_by=by,
        cleared_at=timezone.now(),
        clearance_note=note.strip(),
        take_back_until=last_day_to_take_back(posting_of(match, side)),
    )
    take_step(match, EventKind.OBJECTED, by=by, side=side, note=note, audience=Audience.SIDE, paper=paper)
    return row


@transaction.atomic
def take_back_objection(*, match: Match, side: Side, by: User) -> MatchSide:
    """Take back the objection of the country of a side, while nobody has passed it on: it may clear, or object anew.

    By who clears for the country, or, of what the secretariat entered, by a manager; what came on paper by a manager
    alone. What waited for no objection waits for it again, and there is time left to object.
    """
    match = lock_match(match)
    row = MatchSide.objects.filter(match=match, side=side).first()
    _check_may_take_back(match, side, row, by)
    if match.status != MatchStatus.PROPOSED or row is None or match.on_hold_at is not None:
        raise ReviewRefused(_("This objection cannot be taken back any more. Look at it again."))
    if not row.is_objected:
        raise ReviewRefused(_("Your country has not objected, or has taken its objection back already."))
    # Its last day stays with it while it is held: only what waits for no objection has one.
    due_on = row.clearance_due_on
    if due_on is not None:
        due_on = max(due_on, term_for(posting_of(match, side), today(), LEAST_NOTICE_DAYS))
    _set(
        row,
        clearance=Clearance.EXPLICIT if due_on is None else Clearance.NO_OBJECTION,
        clearance_due_on=due_on,
        cleared_by=None,
        cleared_at=None,
        clearance_note="",
        take_back_until=None,
    )
    take_step(match, EventKind.OBJECTION_TAKEN_BACK, by=by, side=side, audience=Audience.SIDE)
    return row


def is_objection_from_paper(match: Match, side: Side) -> bool:
    """Whether the newest objection of the side's country was recorded from a note verbale or a letter; one query."""
    newest = match.events.filter(kind=EventKind.OBJECTED, side=side).order_by("pk").last()
    return newest is not None and newest.is_from_paper


def is_objection_entered_for(row: MatchSide) -> bool:
    """Whether the secretariat entered the objection for the country, from paper or not; one query."""
    return row.is_objected and bool(people_of_the_secretariat({row.cleared_by_id}))


def _check_may_take_back(match: Match, side: Side, row: MatchSide | None, by: User) -> None:
    scope = scope_of(by, Action.APPROVE_POSTINGS)
    if not posting_of(match, side).is_within(scope):
        raise ReviewRefused(_("Only the country's coordinator clears its proposals, or the secretariat for it."))
    if is_objection_from_paper(match, side):
        if not scope.everything:
            raise ReviewRefused(_("This objection came by letter: write to the secretariat to change it."))
    elif scope.everything and row is not None and row.is_objected and not is_objection_entered_for(row):
        raise ReviewRefused(_("The country objected itself: its coordinator takes that back."))


def pass_on_due(on: dt.date) -> int:
    """Pass on the proposals whose no-objection term has ended before the day `on`; return how many.

    Only what waits for no objection: explicit approval is given by a person. Run it daily; again changes nothing.
    """
    due = MatchSide.objects.filter(
        clearance=Clearance.NO_OBJECTION, clearance_due_on__lt=on, match__status=MatchStatus.PROPOSED
    )
    passed = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            match = lock_match(MatchSide.objects.select_related("match").get(pk=pk).match)
            row = due.filter(pk=pk, match__on_hold_at__isnull=True).first()
            if row is None:
                continue
            _set(row, clearance=Clearance.CLEARED, cleared_at=timezone.now())
            take_step(match, EventKind.CLEARED, by=None, side=Side(row.side), audience=Audience.SIDE)
            _ask(match, row, by=None)
            passed += 1
    return passed


def end_without_agreement(
    match: Match, *, side: Side, by: User | None, refused_until: dt.date | None, note: str = ""
) -> None:
    """End a proposal that a side or its country does not want, or does not answer (`by` is None).

    What a side says is not relevant to it has no term, whatever else ends the proposal meanwhile. Call it in the
    step's transaction, match held.
    """
    if match.sides.filter(answer=SideAnswer.NOT_RELEVANT).exists():
        refused_until = None
    take_step(match, EventKind.NOT_TAKEN_FORWARD, by=by, note=note, side=side, refused_until=refused_until)
    other = match.sides.filter(side=OTHER_SIDE[side], asked_at__isnull=False).exclude(answer__in=REFUSALS).first()
    if other is not None:
        write_to_side(match, OTHER_SIDE[side], "not_taken_forward", occasion=_occasion(match, OTHER_SIDE[side]))


def is_not_public(posting: Posting) -> bool:
    """Whether a posting is not published, or its country is paused; reads the window of its country."""
    if posting.status != PostingStatus.PUBLISHED:
        return True
    countries = {posting.country_id, posting.agency.country_id if posting.agency else None} - {None}
    return CountryWindow.objects.filter(country__in=countries, paused_at__isnull=False).exists()


def _waiting(match: Match, side: Side, by: User, note: str) -> tuple[Match, MatchSide]:
    check_note(note)
    match = lock_match(match)
    if not posting_of(match, side).is_within(scope_of(by, Action.APPROVE_POSTINGS)):
        raise ReviewRefused(_("Only the country's coordinator clears its proposals, or the secretariat for it."))
    check_not_on_hold(match)
    row = MatchSide.objects.filter(match=match, side=side, clearance__in=WAITING).first()
    if row is None or match.status != MatchStatus.PROPOSED:
        raise ReviewRefused(_("This proposal does not wait for the country any more. Look at it again."))
    return match, row


def _ask(match: Match, row: MatchSide, *, by: User | None) -> None:
    side = Side(row.side)
    due_on = term_for(posting_of(match, side), today(), ANSWER_DAYS)
    _set(row, asked_at=timezone.now(), answer_due_on=due_on, reminded_on=None)
    take_step(match, EventKind.ASKED, by=by, side=side, audience=Audience.SIDE)
    write_to_side(match, side, "proposed", occasion=_occasion(match, side), to_offices=True)


def _occasion(match: Match, side: Side) -> str:
    """Return what tells this round from an earlier proposal of the match: a mail of that one keeps none of this out."""
    return f"{match.pk}:{side}:{match.events.filter(kind=EventKind.PROPOSED).count()}"


def _set(row: MatchSide, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _fresh_round() -> dict[str, object]:
    return {
        "clearance_note": "",
        "cleared_by": None,
        "cleared_at": None,
        "asked_at": None,
        "answer_due_on": None,
        "reminded_on": None,
        "answer": "",
        "refusal_reason": "",
        "answer_reason": "",
        "answered_by": None,
        "answered_at": None,
        "take_back_until": None,
        "consent_by": None,
        "consent_at": None,
        "outcome_confirmed_by": None,
        "outcome_confirmed_at": None,
    }
