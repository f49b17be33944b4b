"""The one module that changes a match's state by a person's decision; DESIGN section 6.

Each step is conditional on the state that it expects, so that doing it twice does it once, and the second of two
reviewers is told. A step and its event are written in one transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.choices import EventKind, MatchStatus
from matching.explanation import Explanation, explain
from matching.models import Match, MatchEvent
from matching.reasons import gate_reasons
from surveys.choices import PostingStatus, Visibility

CRITERIA = ("areas", "modalities", "region")


class ReviewRefused(ValueError):
    """The step cannot be taken; the message says why and what would be right, for people."""


@transaction.atomic
def release(*, match: Match, by: User, note: str = "") -> MatchEvent:
    """Show the fit to everyone as it stands today; independent of all other steps and unchanged by them."""
    _may_review(by)
    match = _fresh(match)
    if match.released_at is not None:
        raise ReviewRefused(_("This fit is already released."))
    for posting in (match.need, match.offer):
        if posting.status != PostingStatus.PUBLISHED or posting.visibility != Visibility.PUBLIC:
            raise ReviewRefused(
                _("Only a fit between two public postings can be released; “%(posting)s” is not public.")
                % {"posting": posting}
            )
    explanation = _fitting_explanation(match)
    _change(
        Match.objects.filter(pk=match.pk, released_at__isnull=True),
        released_at=timezone.now(),
        released_score=explanation["score"],
        released_as=explanation,
    )
    return _event(match, EventKind.RELEASED, to_status=match.status, by=by, note=note)


@transaction.atomic
def withhold(*, match: Match, by: User, note: str = "") -> MatchEvent:
    """Take a released fit off the public pages."""
    _may_review(by)
    match = _fresh(match)
    _change(
        Match.objects.filter(pk=match.pk, released_at__isnull=False),
        refusal=_("This fit is not released."),
        released_at=None,
        released_score=None,
        released_as=None,
    )
    return _event(match, EventKind.WITHHELD, to_status=match.status, by=by, note=note)


@transaction.atomic
def set_aside(*, match: Match, by: User, note: str = "") -> MatchEvent:
    """Decide that a suggestion is not pursued; it keeps what it was decided on, and no run suggests it again."""
    _may_review(by)
    match = _fresh(match)
    return _decide(match, EventKind.SET_ASIDE, MatchStatus.SET_ASIDE, by=by, note=note)


@transaction.atomic
def propose(*, match: Match, by: User, note: str = "") -> MatchEvent:
    """Put a suggestion to both sides; only where both postings are confirmed and the pair still fits."""
    _may_review(by)
    match = _fresh(match)
    for posting in (match.need, match.offer):
        if not posting.is_confirmed:
            raise ReviewRefused(
                _("Only confirmed postings can be proposed; “%(posting)s” is not confirmed by the Government.")
                % {"posting": posting}
            )
    _fitting_explanation(match)
    return _decide(match, EventKind.PROPOSED, MatchStatus.PROPOSED, by=by, note=note)


@transaction.atomic
def take_back(*, match: Match, by: User, note: str = "") -> MatchEvent:
    """Return a match that was set aside to the suggestions, scored as of today; the note says why."""
    _may_review(by)
    if not note.strip():
        raise ReviewRefused(_("Say in a note why the match is taken back."))
    match = _fresh(match)
    if match.status != MatchStatus.SET_ASIDE:
        raise _not_in_state(match)
    explanation = _fitting_explanation(match)
    contributions = {part["code"]: part["contribution"] for part in explanation["criteria"]}
    _change(
        Match.objects.filter(pk=match.pk, status=MatchStatus.SET_ASIDE),
        status=MatchStatus.SUGGESTED,
        decided_on=None,
        score=explanation["score"],
        **{f"part_{code}": contributions[code] for code in CRITERIA},
    )
    return _event(match, EventKind.TAKEN_BACK, to_status=MatchStatus.SUGGESTED, by=by, note=note)


@transaction.atomic
def add_note(*, match: Match, by: User, note: str) -> MatchEvent:
    """Add an internal note; nothing else changes."""
    _may_review(by)
    if not note.strip():
        raise ReviewRefused(_("The note is empty."))
    match = _fresh(match)
    return _event(match, EventKind.NOTED, to_status=match.status, by=by, note=note)


Step = Callable[..., MatchEvent]

STEPS: dict[str, Step] = {
    "release": release,
    "withhold": withhold,
    "set_aside": set_aside,
    "take_back": take_back,
    "propose": propose,
    "add_note": add_note,
}


@dataclass
class BulkOutcome:
    """What became of a step taken on many matches."""

    done: list[MatchEvent] = field(default_factory=list)
    refused: list[tuple[Match, str]] = field(default_factory=list)


def each(*, step: Step, matches: Iterable[Match], by: User, note: str = "") -> BulkOutcome:
    """Take the step on each match by itself: one that is refused does not hold back the others."""
    outcome = BulkOutcome()
    for match in matches:
        try:
            outcome.done.append(step(match=match, by=by, note=note))
        except ReviewRefused as refusal:
            outcome.refused.append((match, str(refusal)))
    return outcome


def steps_open_to(match: Match) -> list[str]:
    """Return the names of the steps that the state of the match allows, in the order to offer them."""
    steps = ["withhold" if match.released_at else "release"]
    if match.status == MatchStatus.SUGGESTED:
        steps += ["propose", "set_aside"]
    if match.status == MatchStatus.SET_ASIDE:
        steps.append("take_back")
    return [*steps, "add_note"]


def _may_review(by: User) -> None:
    if not can(by, Action.REVIEW_MATCHES):
        raise ReviewRefused(_("Only reviewers and managers of the secretariat decide on matches."))


def _fresh(match: Match) -> Match:
    """Return the match as it stands in the database now: what the caller holds may be older than a decision."""
    return Match.objects.for_lists().get(pk=match.pk)


def _fitting_explanation(match: Match) -> Explanation:
    explanation = explain(need=match.need, offer=match.offer)
    if explanation["gates"]:
        raise ReviewRefused(
            _("The two do not fit today: %(reasons)s") % {"reasons": " ".join(gate_reasons(explanation))}
        )
    return explanation


def _decide(match: Match, kind: EventKind, to_status: MatchStatus, *, by: User, note: str) -> MatchEvent:
    """Freeze what the match is decided on, and move it out of the suggestions."""
    if match.status != MatchStatus.SUGGESTED:
        raise _not_in_state(match)
    decided_on = explain(need=match.need, offer=match.offer, profile=match.profile)
    # The contributions that the reviewer saw in the queue, even where a run is overdue.
    decided_on["stored"] = {"score": match.score, **{code: getattr(match, f"part_{code}") for code in CRITERIA}}
    _change(Match.objects.filter(pk=match.pk, status=MatchStatus.SUGGESTED), status=to_status, decided_on=decided_on)
    return _event(match, kind, to_status=to_status, by=by, note=note)


def _change(expected: Any, *, refusal: str | None = None, **values: Any) -> None:
    if not expected.update(updated_at=timezone.now(), **values):
        raise ReviewRefused(refusal or _("Someone else decided this match in the meantime; look at it again."))


def _not_in_state(match: Match) -> ReviewRefused:
    return ReviewRefused(
        _("This match is “%(status)s”; the step is not open to it. Look at it again.")
        % {"status": match.get_status_display()}
    )


def _event(match: Match, kind: EventKind, *, to_status: str, by: User, note: str) -> MatchEvent:
    return MatchEvent.objects.create(
        match=match, kind=kind, from_status=match.status, to_status=to_status, by=by, note=note.strip()
    )
