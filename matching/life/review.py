"""What reviewers do with a match; the steps themselves stand in `matching.life.steps`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching import engine
from matching.choices import Audience, CheckKind, CheckResult, EventKind, MatchStatus, Word
from matching.life import proposable
from matching.life.answers import clearing
from matching.life.introducing import introduce, record_reference
from matching.life.proposable import check_not_on_hold
from matching.life.steps import LONGEST_NOTE, ReviewRefused, check_open, check_reviewer, lock_match, take_step
from matching.models import Match, MatchEvent, ReviewCheck
from matching.models.fits.match import RELEASE
from matching.scoring.explanation import Explanation, explain, explain_pairs
from matching.scoring.reasons import gate_reasons
from surveys.choices import Side, Visibility
from surveys.models import Need, Offer

__all__ = ["LONGEST_NOTE", "ReviewRefused", "introduce", "record_reference"]

CRITERIA = tuple(criterion.name for criterion in engine.CRITERIA)


@transaction.atomic
def release(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Show the fit to everyone as it stands today; independent of all other steps and unchanged by them.

    Only where both postings are confirmed: of what a survey read of a country, that country has said nothing yet.
    """
    check_reviewer(by, note)
    match = lock_match(match)
    _check_release(match)
    explanation = today or explain(need=match.need, offer=match.offer)
    _check_fit(explanation)
    return take_step(
        match,
        EventKind.RELEASED,
        by=by,
        note=note,
        released_at=timezone.now(),
        released_score=explanation["score"],
        released_word=Word.of(explanation["fit"]),
        released_as=explanation,
    )


@transaction.atomic
def withhold(*, match: Match, by: User, note: str = "") -> MatchEvent:
    """Take a released fit off the public pages."""
    check_reviewer(by, note)
    match = lock_match(match)
    _check_withhold(match)
    no_release: dict[str, Any] = dict.fromkeys(RELEASE)
    return take_step(match, EventKind.WITHHELD, by=by, note=note, **no_release)


@transaction.atomic
def set_aside(
    *,
    match: Match,
    by: User,
    note: str = "",
    today: Explanation | None = None,
    withholds_too: bool | None = None,
) -> MatchEvent:
    """Decide that a suggestion is not pursued; it keeps what it was decided on, and no run suggests it again.

    withholds_too: whether a released fit goes off the public pages with it; of one that is released, to be said.
    """
    check_reviewer(by, note)
    match = lock_match(match)
    _check_suggested(match)
    if match.released_at is not None:
        if withholds_too is None:
            raise ReviewRefused(_("Everyone can see this fit: say whether it is to be withheld too."))
        if withholds_too:
            withhold(match=match, by=by)
            match = lock_match(match)
    return _decide(match, EventKind.SET_ASIDE, by=by, note=note, today=today)


@transaction.atomic
def propose(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Put a suggestion to both sides; only where both postings are confirmed, someone speaks for each, and they fit.

    A side is asked at once, or once its country is heard, where its window wants that: see
    `matching.life.answers.clearing`.
    """
    check_reviewer(by, note)
    match = lock_match(match)
    proposable.check(match)
    today = today or explain(need=match.need, offer=match.offer)
    _check_fit(today)
    event = _decide(match, EventKind.PROPOSED, by=by, note=note, today=today, refused_until=None)
    clearing.begin(match=match, by=by)
    return event


@transaction.atomic
def take_back(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Return a match to the suggestions, scored as of today; the note says why.

    One set aside or not taken forward, or a proposal that neither side nor a country has answered yet: its mails
    that have not gone out are dropped, and the sides see no more than the fit.
    """
    check_reviewer(by, note)
    if not note.strip():
        raise ReviewRefused(_("Say in a note why the match is taken back."))
    match = lock_match(match)
    _check_take_back(match)
    if match.status == MatchStatus.PROPOSED:
        clearing.undo(match)
    explanation = _by_its_profile(match, today)
    _check_fit(explanation)
    contributions = {part["code"]: part["contribution"] for part in explanation["criteria"]}
    return take_step(
        match,
        EventKind.TAKEN_BACK,
        by=by,
        note=note,
        decided_on=None,
        refused_until=None,
        scored_at=timezone.now(),
        score=explanation["score"],
        **{f"part_{code}": contributions[code] for code in CRITERIA},
    )


@transaction.atomic
def add_note(
    *, match: Match, by: User, note: str, audience: Audience = Audience.INTERNAL, side: Side | None = None
) -> MatchEvent:
    """Add a note for the secretariat, for one side (name it) or for both; nothing else changes.

    A side reads notes once it was asked; until then they must be internal.
    """
    check_reviewer(by, note)
    if not note.strip():
        raise ReviewRefused(_("The note is empty."))
    if (audience == Audience.SIDE) != (side is not None):
        raise ReviewRefused(_("Say for which side the note is."))
    match = lock_match(match)
    readers = match.sides.filter(asked_at__isnull=False)
    missing = {Audience.SHARED: readers.count() < 2, Audience.SIDE: not readers.filter(side=side).exists()}
    if missing.get(audience, False):
        raise ReviewRefused(_("A side reads notes once it was asked; until then they are internal."))
    return take_step(match, EventKind.NOTED, by=by, note=note, audience=audience, side=side)


@transaction.atomic
def assign(*, match: Match, by: User, to: User | None) -> MatchEvent:
    """Make the match a reviewer's to look after, or nobody's."""
    check_reviewer(by, "")
    if to is not None and not can(to, Action.REVIEW_MATCHES):
        raise ReviewRefused(_("Matches are looked after by reviewers and managers."))
    match = lock_match(match)
    before = match.assigned_to
    return take_step(
        match,
        EventKind.ASSIGNED,
        by=by,
        note=str(to) if to else "",
        details={"assigned_to": [before.pk if before else None, to.pk if to else None]},
        assigned_to=to,
    )


@transaction.atomic
def check(*, match: Match, by: User, kind: CheckKind, result: CheckResult, note: str = "") -> ReviewCheck:
    """Record what a check came to, internally. On hold hides the match from all but the secretariat.

    The newest result of a kind counts; the match is on hold as long as one kind is.
    """
    check_reviewer(by, note)
    match = lock_match(match)
    row = ReviewCheck.objects.create(match=match, kind=kind, result=result, note=note.strip(), by=by)
    newest = {one.kind: one.result for one in match.checks.order_by("at", "pk")}
    is_on_hold = CheckResult.ON_HOLD in newest.values()
    values: dict[str, Any] = {}
    if is_on_hold != (match.on_hold_at is not None):
        values = {"on_hold_at": timezone.now() if is_on_hold else None}
    take_step(match, EventKind.CHECKED, by=by, note=note, details={"kind": kind, "result": result}, **values)
    return row


Step = Callable[..., MatchEvent]

REVIEW_STEPS: dict[str, Step] = {
    "release": release,
    "withhold": withhold,
    "set_aside": set_aside,
    "take_back": take_back,
    "propose": propose,
    "add_note": add_note,
}


EXPLAINED = frozenset({release, set_aside, propose, take_back})
"""Steps that take `today`: the explanation by the profile in use, from a caller who has just read it."""

ASKS_TO_WITHHOLD = "set_aside"
"""The step that has to be told, of a released fit, `withholds_too`."""

BATCH = 100


@dataclass
class BulkOutcome:
    """What became of a step taken on many matches."""

    done: list[MatchEvent] = field(default_factory=list)
    refused: list[tuple[Match, str]] = field(default_factory=list)


def each(*, step: Step, matches: Iterable[Match], by: User, note: str = "", **said: Any) -> BulkOutcome:
    """Take the step on each match by itself: one that is refused does not hold back the others.

    said: what the step asks for besides, the same for all.

    The explanations are read for many at once, with the postings held so that they stay true until the steps are
    written; the matches must come with their postings (`for_lists`).
    """
    outcome, remaining = BulkOutcome(), iter(matches)
    while batch := list(islice(remaining, BATCH)):
        with transaction.atomic():
            for match, explained in zip(batch, _explained(step, batch), strict=True):
                try:
                    outcome.done.append(step(match=match, by=by, note=note, **explained, **said))
                except ReviewRefused as refusal:
                    outcome.refused.append((match, str(refusal)))
    return outcome


def _explained(step: Step, matches: list[Match]) -> list[dict[str, Explanation]]:
    """Return what to hand to the step for each of the matches, with their postings held."""
    if step not in EXPLAINED:
        return [{} for _match in matches]
    # Needs before offers, by id, as a run holds them: neither waits for the other for ever.
    for postings, ids in (
        (Need.objects, {match.need_id for match in matches}),
        (Offer.objects, {match.offer_id for match in matches}),
    ):
        list(postings.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
    explanations = explain_pairs(pairs=[(match.need, match.offer) for match in matches])
    return [{"today": explanation} for explanation in explanations]


def obstacle(*, step: str, match: Match, explanation: Explanation | None = None) -> str:
    """Return why the step of this name cannot be taken on the match as given, for people; empty where it can.

    With today's explanation it also says whether the two still fit, where the step asks for that. It runs no query
    on a match that was read `for_lists()`, and it is no promise: the step itself reads everything again.
    """
    try:
        CHECKS[step](match)
        if explanation is not None and step in MUST_FIT:
            _check_fit(explanation)
    except ReviewRefused as refusal:
        return str(refusal)
    return ""


def _check_release(match: Match) -> None:
    if match.released_at is not None:
        raise ReviewRefused(_("This fit is already released."))
    check_not_on_hold(match)
    for posting in (match.need, match.offer):
        if posting.visibility != Visibility.PUBLIC or clearing.is_not_public(posting):
            raise ReviewRefused(
                _("Only a fit between two public postings can be released; “%(posting)s” is not public.")
                % {"posting": posting}
            )
        if not posting.is_confirmed:
            raise ReviewRefused(
                _("Only a fit between two confirmed postings can be released; “%(posting)s” is not confirmed yet.")
                % {"posting": posting}
            )


def _check_withhold(match: Match) -> None:
    if match.released_at is None:
        raise ReviewRefused(_("This fit is not released."))


def _check_suggested(match: Match) -> None:
    check_open(match, EventKind.SET_ASIDE)


def _check_take_back(match: Match) -> None:
    check_open(match, EventKind.TAKEN_BACK)


def _check_nothing(match: Match) -> None:
    """A note can always be added."""


CHECKS: dict[str, Callable[[Match], None]] = {
    "release": _check_release,
    "withhold": _check_withhold,
    "set_aside": _check_suggested,
    "take_back": _check_take_back,
    "propose": proposable.check,
    "add_note": _check_nothing,
}

MUST_FIT = frozenset({"release", "propose", "take_back"})


def _by_its_profile(match: Match, today: Explanation | None) -> Explanation:
    """Return the explanation by the profile that scored the match; `today`, where it is by the same one."""
    profile = {"code": match.profile.code, "version": match.profile.version}
    if today is not None and today["profile"] == profile:
        return today
    return explain(need=match.need, offer=match.offer, profile=match.profile)


def _check_fit(explanation: Explanation) -> None:
    if explanation["gates"]:
        raise ReviewRefused(
            _("The two do not fit today: %(reasons)s") % {"reasons": " ".join(gate_reasons(explanation))}
        )


def _decide(
    match: Match, kind: EventKind, *, by: User, note: str, today: Explanation | None, **values: Any
) -> MatchEvent:
    """Freeze what the match is decided on, and move it out of the suggestions."""
    # The contributions that the reviewer saw in the queue, even where a run is overdue.
    stored = {"score": match.score, **{code: getattr(match, f"part_{code}") for code in CRITERIA}}
    decided_on = {**_by_its_profile(match, today), "stored": stored}
    return take_step(match, kind, by=by, note=note, decided_on=decided_on, **values)
