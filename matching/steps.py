"""The one table of the steps in the life of a match, and the one function that takes them; DESIGN section 6.

A step is conditional on the status that it expects, in the database: doing it twice does it once, and the second of
two people is told. The match, held until the transaction ends, and its event are written together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.choices import COOPERATION, DECIDED, Audience, EventKind, MatchStatus
from matching.models import Match, MatchEvent
from surveys.choices import Side

LONGEST_NOTE = 5_000
"""In characters."""


class ReviewRefused(ValueError):
    """The step cannot be taken; the message says why and what would be right, for people."""


@dataclass(frozen=True)
class Step:
    """From which statuses a step may be taken, and to which it leads; None: the status stays."""

    open_from: frozenset[MatchStatus]
    leads_to: MatchStatus | None = None


ANY = frozenset(MatchStatus)
ONLY_PROPOSED = frozenset({MatchStatus.PROPOSED})

STEPS: Mapping[EventKind, Step] = {
    EventKind.RELEASED: Step(ANY),
    EventKind.WITHHELD: Step(ANY),
    EventKind.NOTED: Step(ANY),
    EventKind.ASSIGNED: Step(ANY),
    EventKind.CHECKED: Step(ANY),
    EventKind.PROPOSED: Step(frozenset({MatchStatus.SUGGESTED}), MatchStatus.PROPOSED),
    EventKind.SET_ASIDE: Step(frozenset({MatchStatus.SUGGESTED}), MatchStatus.SET_ASIDE),
    EventKind.TAKEN_BACK: Step(
        frozenset({MatchStatus.SET_ASIDE, MatchStatus.PROPOSED, MatchStatus.NOT_TAKEN_FORWARD}), MatchStatus.SUGGESTED
    ),
    EventKind.CLEARANCE_BEGUN: Step(ONLY_PROPOSED),
    EventKind.CLEARED: Step(ONLY_PROPOSED),
    EventKind.OBJECTED: Step(ONLY_PROPOSED),
    EventKind.ASKED: Step(ONLY_PROPOSED),
    EventKind.ANSWERED: Step(ONLY_PROPOSED),
    EventKind.NOT_TAKEN_FORWARD: Step(ONLY_PROPOSED, MatchStatus.NOT_TAKEN_FORWARD),
    EventKind.INTRODUCED: Step(ONLY_PROPOSED, MatchStatus.INTRODUCED),
    EventKind.REFERENCED: Step(frozenset({MatchStatus.INTRODUCED}) | COOPERATION),
    EventKind.AGREED: Step(frozenset({MatchStatus.INTRODUCED}), MatchStatus.AGREED),
    EventKind.COMPLETED: Step(frozenset({MatchStatus.AGREED}), MatchStatus.COMPLETED),
    EventKind.OUTCOME_RECORDED: Step(COOPERATION),
    EventKind.OUTCOME_CONFIRMED: Step(frozenset({MatchStatus.COMPLETED})),
    EventKind.CONSENTED: Step(COOPERATION),
    EventKind.CONSENT_WITHDRAWN: Step(COOPERATION),
    EventKind.FOLLOWED_UP: Step(DECIDED),
    EventKind.LAPSED: Step(
        frozenset({MatchStatus.SUGGESTED, MatchStatus.PROPOSED, MatchStatus.INTRODUCED}), MatchStatus.LAPSED
    ),
}


def check_open(match: Match, kind: EventKind) -> None:
    """Raise ReviewRefused unless the step is open to the match in the status that it was read with."""
    if match.status not in STEPS[kind].open_from:
        raise ReviewRefused(
            _("This match is “%(status)s”; the step is not open to it. Look at it again.")
            % {"status": match.get_status_display()}
        )


def take(
    match: Match,
    kind: EventKind,
    *,
    by: User | None,
    note: str = "",
    audience: Audience = Audience.INTERNAL,
    side: Side | None = None,
    details: Mapping[str, Any] | None = None,
    **values: Any,
) -> MatchEvent:
    """Take one step: write `values` and the status that the step leads to, and the event.

    Call it in a transaction, with the match as it was just read. Raises ReviewRefused where the step is not open, the
    note too long, or someone else moved the match meanwhile.
    """
    check_note(note)
    check_open(match, kind)
    before, after = match.status, STEPS[kind].leads_to or match.status
    if after != before:
        values = {**values, "status": after}
    if values:
        changed = Match.objects.filter(pk=match.pk, status=before).update(updated_at=timezone.now(), **values)
        if not changed:
            raise ReviewRefused(_("Someone else decided this match in the meantime; look at it again."))
        for name, value in values.items():
            setattr(match, name, value)
    return MatchEvent.objects.create(
        match=match,
        kind=kind,
        from_status=before,
        to_status=after,
        by=by,
        note=note.strip(),
        audience=audience,
        side=side or "",
        details=dict(details) if details else None,
    )


def check_reviewer(by: User, note: str = "") -> None:
    """Raise ReviewRefused unless the person decides on matches, and the note is not too long."""
    if not can(by, Action.REVIEW_MATCHES):
        raise ReviewRefused(_("Only reviewers and managers of the secretariat decide on matches."))
    check_note(note)


def check_note(note: str) -> None:
    """Raise ReviewRefused for a note that is too long."""
    if len(note) > LONGEST_NOTE:
        raise ReviewRefused(
            _("The note has %(length)d characters; at most %(limit)d fit.")
            % {"length": len(note), "limit": LONGEST_NOTE}
        )


def held(match: Match) -> Match:
    """Return the match as it stands in the database now, with its postings, held until the transaction ends."""
    Match.objects.select_for_update(of=("self",)).get(pk=match.pk)
    return Match.objects.for_lists().get(pk=match.pk)
