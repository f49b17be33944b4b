"""What came of a match: agreed, completed, the outcome that both sides confirm."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import Paper, User
from directory.papers.recording import GivenPaper
from matching.choices import Audience, EventKind, MatchStatus, NeedMet
from matching.life import lapsing, marks
from matching.life.answers.from_paper import SidePaper, paper_of
from matching.life.marks import Ids
from matching.life.seen.sides import sides_of
from matching.life.steps import ReviewRefused, check_note, check_open, lock_match, take_step
from matching.life.telling.to_sides import write_to_side
from matching.models import Match, MatchSide, Outcome
from surveys.choices import Side
from web.links import check_links

FIELDS = (
    "agreed_on", "starts_on", "ends_on", "women_trained", "men_trained", "expert_days", "places", "value",
    "value_currency", "what_changed", "links",
)  # fmt: skip
"""What may be recorded of an outcome; `need_met` comes by the follow-up."""


@transaction.atomic
def agree(*, match: Match, by: User, values: Mapping[str, Any], on_paper: SidePaper | None = None) -> Outcome:
    """Record that the two sides have agreed; `values` are fields of the outcome, `agreed_on` among them.

    on_paper: the letter of a side that states it, as a manager records it. It does what the side's own record does.

    Raises ReviewRefused where the match is not introduced or `by` is no party to it, ValidationError by field.
    """
    match = _party(match, by)
    check_open(match, EventKind.AGREED)
    outcome = _filled(Outcome(match=match, recorded_by=by), values)
    outcome.save()
    take_step(match, EventKind.AGREED, by=by, audience=Audience.SHARED, **_whose_word(match, by, on_paper))
    _tell(match, "agreed")
    lapsing.lapse_used_up(match.offer)
    return outcome


@transaction.atomic
def complete(*, match: Match, by: User, values: Mapping[str, Any], on_paper: SidePaper | None = None) -> Outcome:
    """Record that the cooperation is completed, with its outcome; it counts once both sides confirm it.

    A letter that says so (`on_paper`) confirms nothing by itself, as a side that records it here does not.
    """
    match = _party(match, by)
    check_open(match, EventKind.COMPLETED)
    outcome = _filled(Outcome.objects.get(match=match), values)
    outcome.save()
    take_step(match, EventKind.COMPLETED, by=by, audience=Audience.SHARED, **_whose_word(match, by, on_paper))
    _ask_to_confirm(match)
    return outcome


@transaction.atomic
def record(*, match: Match, by: User, values: Mapping[str, Any], on_paper: SidePaper | None = None) -> Outcome:
    """Correct what is recorded of an agreement or outcome; a change resets both confirmations.

    Raises ReviewRefused for a letter (`on_paper`) that changes nothing: it would stand there as the source of nothing.
    """
    match = _party(match, by)
    check_open(match, EventKind.OUTCOME_RECORDED)
    outcome = Outcome.objects.get(match=match)
    before = {name: getattr(outcome, name) for name in FIELDS}
    _filled(outcome, values)
    changed = {
        name: [str(before[name] or ""), str(getattr(outcome, name) or "")]
        for name in FIELDS
        if before[name] != getattr(outcome, name)
    }
    if not changed and on_paper is not None:
        raise ReviewRefused(_("The letter changes nothing of what is recorded: record it as a confirmation."))
    if changed:
        outcome.save()
        match.sides.update(outcome_confirmed_at=None, outcome_confirmed_by=None)
        take_step(
            match,
            EventKind.OUTCOME_RECORDED,
            by=by,
            audience=Audience.SHARED,
            details=changed,
            **_whose_word(match, by, on_paper),
        )
        if match.status == MatchStatus.COMPLETED:
            _ask_to_confirm(match)
        lapsing.lapse_used_up(match.offer)
        if "places" in changed:
            # Fewer than before may open it to others again.
            marks.have_changed(Ids(offers=frozenset({match.offer_id})), by=by)
    return outcome


@transaction.atomic
def confirm_outcome(*, match: Match, side: Side, by: User) -> MatchSide:
    """Confirm the outcome for one's side as it is recorded now."""
    match = lock_match(match)
    if side not in sides_of(by, match, Action.ANSWER_PROPOSALS):
        raise ReviewRefused(_("Only those who speak for this side confirm for it."))
    return _confirm(match, side, by=by)


@transaction.atomic
def record_confirmation(*, match: Match, side: Side, by: User, given: GivenPaper) -> MatchSide:
    """Record for a side that it confirmed the outcome on paper, as it is recorded now; by a manager.

    Raises ReviewRefused where the side has confirmed already: a second letter would stand beside it and count nothing.
    """
    match = lock_match(match)
    check_open(match, EventKind.OUTCOME_CONFIRMED)
    if match.on_hold_at is not None:
        raise ReviewRefused(_("This match is on hold."))
    if MatchSide.objects.filter(match=match, side=side, outcome_confirmed_at__isnull=False).exists():
        raise ReviewRefused(_("This side has confirmed the outcome already."))
    return _confirm(match, side, by=by, paper=paper_of(match, side, given=given, by=by))


def _confirm(match: Match, side: Side, *, by: User, paper: Paper | None = None) -> MatchSide:
    check_open(match, EventKind.OUTCOME_CONFIRMED)
    row = MatchSide.objects.get(match=match, side=side)
    if row.outcome_confirmed_at is None:
        row.outcome_confirmed_at, row.outcome_confirmed_by = timezone.now(), by
        row.save(update_fields=["outcome_confirmed_at", "outcome_confirmed_by"])
        take_step(match, EventKind.OUTCOME_CONFIRMED, by=by, side=side, audience=Audience.SHARED, paper=paper)
    return row


@transaction.atomic
def follow_up(*, match: Match, by: User, need_met: NeedMet, note: str = "") -> Outcome:
    """Record whether the need was met: by the side of the need, or by a reviewer who asked."""
    check_note(note)
    match = lock_match(match)
    if not (can(by, Action.REVIEW_MATCHES) or Side.NEED in sides_of(by, match, Action.ANSWER_PROPOSALS)):
        raise ReviewRefused(_("Whether the need was met is for its own side to say."))
    outcome = Outcome.objects.filter(match=match).first()
    if outcome is None:
        raise ReviewRefused(_("Nothing was agreed yet."))
    before, outcome.need_met = outcome.need_met, NeedMet(need_met)
    outcome.save(update_fields=["need_met", "updated_at"])
    take_step(
        match,
        EventKind.FOLLOWED_UP,
        by=by,
        note=note,
        side=Side.NEED,
        audience=Audience.SIDE,
        details={"need_met": [before, outcome.need_met]},
    )
    return outcome


def _party(match: Match, by: User) -> Match:
    match = lock_match(match)
    if not (can(by, Action.REVIEW_MATCHES) or sides_of(by, match, Action.ANSWER_PROPOSALS)):
        raise ReviewRefused(_("Only the two sides and the secretariat record what was agreed."))
    if match.on_hold_at is not None:
        raise ReviewRefused(_("This match is on hold."))
    return match


def _whose_word(match: Match, by: User, on_paper: SidePaper | None) -> dict[str, Any]:
    """Return whose step it is, and the letter from which it was recorded where there is one."""
    if on_paper is None:
        return {"side": _side_of(by, match)}
    return {"side": on_paper.side, "paper": paper_of(match, on_paper.side, given=on_paper.given, by=by)}


def _side_of(by: User, match: Match) -> Side | None:
    return next(iter(sides_of(by, match, Action.ANSWER_PROPOSALS)), None)


def _filled(outcome: Outcome, values: Mapping[str, Any]) -> Outcome:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValidationError({name: _("This is not part of an outcome.") for name in sorted(unknown)})
    for name, value in values.items():
        setattr(outcome, name, value)
    outcome.full_clean(exclude=["match"])
    try:
        check_links(outcome.links)
    except ValidationError as error:
        raise ValidationError({"links": error.messages}) from error
    return outcome


def _ask_to_confirm(match: Match) -> None:
    _tell(match, "outcome_to_confirm", again=match.events.filter(kind=EventKind.OUTCOME_RECORDED).count())


def _tell(match: Match, kind: str, *, again: int = 0) -> None:
    for side in (Side.NEED, Side.OFFER):
        write_to_side(match, side, kind, occasion=f"{match.pk}:{side}:{again}")
