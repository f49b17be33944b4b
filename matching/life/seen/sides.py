"""Which side of a match a person answers for, and the only words about steps that a side ever reads."""

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.access import Action, can, scope_of
from directory.models import Paper, User
from matching.choices import CLEARANCE_SHOWN, TOLD_NOBODY, Audience, MatchStatus
from matching.models import Match, MatchEvent, MatchSide
from surveys.choices import Side
from surveys.models.postings.posting import Posting
from web.calendar.days import today

OTHER_SIDE = {Side.NEED: Side.OFFER, Side.OFFER: Side.NEED}


@dataclass(frozen=True)
class SideState:
    """What a side is told of its match: a code for templates, what it means, and what comes next."""

    code: str
    words: str
    next: str = ""


def posting_of(match: Match, side: Side) -> Posting:
    """Return the posting on that side."""
    return match.need if side == Side.NEED else match.offer


def sides_of(user: User | AnonymousUser | None, match: Match, action: Action = Action.READ_OWN) -> list[Side]:
    """Return the sides of the match that are within the person's scope for the action."""
    scope = scope_of(user, action)
    return [side for side in (Side.NEED, Side.OFFER) if scope and posting_of(match, side).is_within(scope)]


def side_row(match: Match, side: Side) -> MatchSide | None:
    """Return what that side was asked and said; None where the match was never proposed."""
    return next((row for row in match.sides.all() if row.side == side), None)


def is_told_of(match: Match, user: User | AnonymousUser | None, side: Side) -> bool:
    """Return whether the person was told, on that side, that the secretariat has put the match to it.

    As `matching.models.fits.seeing.is_told` says it for queries. Reads `match.sides`: prefetch it for lists.
    """
    row = side_row(match, side)
    if row is None or match.on_hold_at is not None or match.status in TOLD_NOBODY:
        return False
    if match.status == MatchStatus.LAPSED and match.decided_on is None:
        return False
    if row.asked_at is not None and side in sides_of(user, match):
        return True
    return row.clearance in CLEARANCE_SHOWN and side in sides_of(user, match, Action.APPROVE_POSTINGS)


def shown_state(match: Match, user: User | AnonymousUser | None, side: Side) -> SideState:
    """Return what the person is told of how far the match has come, on that side of it.

    Nothing in it tells of the other side before the introduction, but that the match is not taken forward. Who may
    clear for the country hears of a proposal before the side itself does. Reads `match.sides`: prefetch it for lists.
    """
    row = side_row(match, side)
    if row is None or not is_told_of(match, user, side):
        return SideState("computed", _("Computed fit"))
    if match.status == MatchStatus.PROPOSED:
        return _while_proposed(row)
    if match.status == MatchStatus.NOT_TAKEN_FORWARD:
        return _not_taken_forward(row)
    if match.status == MatchStatus.INTRODUCED:
        return SideState("introduced", _("Introduced"), _("Talk to each other; record here what you agree."))
    if match.status == MatchStatus.AGREED:
        return SideState("agreed", _("Agreed"), _("Record the outcome once it is completed."))
    if match.status == MatchStatus.COMPLETED:
        if row.outcome_confirmed_at is None:
            return SideState("to_confirm", _("Completed"), _("Confirm the outcome: it counts once both sides have."))
        return SideState("completed", _("Completed"))
    if match.status == MatchStatus.LAPSED:
        return SideState("lapsed", _("Lapsed"), _("One of the two postings is no longer open."))
    return SideState("computed", _("Computed fit"))


def _while_proposed(row: MatchSide) -> SideState:
    if row.is_objected:
        return SideState("objected", _("Your country objected"))
    if row.asked_at is None:
        return SideState("to_clear", _("Put before your country"), _("Clear it, or object with a note."))
    if not row.answer:
        return SideState("asked", _("The secretariat asks whether you are interested"), _("Answer it."))
    if row.is_refused:
        return SideState(
            "refused", _("You declined"), _("You answered: %(answer)s.") % {"answer": row.get_answer_display()}
        )
    return SideState("interested", _("You are interested"), _("The secretariat will write to you."))


def _not_taken_forward(row: MatchSide) -> SideState:
    words = _("Not taken forward at this time")
    if row.is_refused:
        return SideState(
            "not_taken_forward", words, _("You answered: %(answer)s.") % {"answer": row.get_answer_display()}
        )
    if row.answer_due_on is not None and not row.answer and row.answer_due_on < today():
        said = _("No reply of yours had come by %(day)s. Your posting stays.")
        return SideState("not_taken_forward", words, said % {"day": date_format(row.answer_due_on)})
    return SideState("not_taken_forward", words)


def events_for(match: Match, user: User | AnonymousUser | None) -> QuerySet[MatchEvent]:
    """Return the events of the match that the person may read: all of them for the secretariat.

    A side reads its own steps, the notes meant for it or for both, and the common steps from the introduction on.
    """
    events = MatchEvent.objects.filter(match=match).select_related("by", "paper")
    if can(user, Action.READ_EVERYTHING):
        return events
    own = sides_of(user, match)
    return (
        events.filter(Q(audience=Audience.SHARED) | Q(audience=Audience.SIDE, side__in=own)) if own else events.none()
    )


def paper_of_event(event: MatchEvent, own: Collection[Side]) -> Paper | None:
    """Return the letter from which a step was recorded, for who answers for the sides `own`.

    None for the other side, also of a step that both read: it learns that the step was taken, and not how.
    """
    return event.paper if event.side in own else None
