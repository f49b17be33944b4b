"""The one module that changes a match's state by a person's decision; DESIGN section 6.

Each step is conditional on the state that it expects, so that doing it twice does it once, and the second of two
reviewers is told. A step and its event are written in one transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.access import Action, can
from directory.models import User
from matching.choices import EventKind, MatchStatus
from matching.explanation import Explanation, explain, explain_pairs
from matching.models import Match, MatchEvent
from matching.reasons import gate_reasons
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer

CRITERIA = ("areas", "modalities", "region")

LONGEST_NOTE = 5_000
"""In characters."""


class ReviewRefused(ValueError):
    """The step cannot be taken; the message says why and what would be right, for people."""


@transaction.atomic
def release(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Show the fit to everyone as it stands today; independent of all other steps and unchanged by them."""
    _may_review(by, note)
    match = _fresh(match)
    _check_release(match)
    explanation = today or explain(need=match.need, offer=match.offer)
    _check_fit(explanation)
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
    _may_review(by, note)
    match = _fresh(match)
    _check_withhold(match)
    _change(
        Match.objects.filter(pk=match.pk, released_at__isnull=False),
        released_at=None,
        released_score=None,
        released_as=None,
    )
    return _event(match, EventKind.WITHHELD, to_status=match.status, by=by, note=note)


@transaction.atomic
def set_aside(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Decide that a suggestion is not pursued; it keeps what it was decided on, and no run suggests it again."""
    _may_review(by, note)
    match = _fresh(match)
    _check_suggested(match)
    return _decide(match, EventKind.SET_ASIDE, MatchStatus.SET_ASIDE, by=by, note=note, today=today)


@transaction.atomic
def propose(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Put a suggestion to both sides; only where both postings are confirmed and the pair still fits."""
    _may_review(by, note)
    match = _fresh(match)
    _check_propose(match)
    today = today or explain(need=match.need, offer=match.offer)
    _check_fit(today)
    return _decide(match, EventKind.PROPOSED, MatchStatus.PROPOSED, by=by, note=note, today=today)


@transaction.atomic
def take_back(*, match: Match, by: User, note: str = "", today: Explanation | None = None) -> MatchEvent:
    """Return a match that was set aside to the suggestions, scored as of today; the note says why."""
    _may_review(by, note)
    if not note.strip():
        raise ReviewRefused(_("Say in a note why the match is taken back."))
    match = _fresh(match)
    _check_take_back(match)
    explanation = _by_its_profile(match, today)
    _check_fit(explanation)
    contributions = {part["code"]: part["contribution"] for part in explanation["criteria"]}
    _change(
        Match.objects.filter(pk=match.pk, status=MatchStatus.SET_ASIDE),
        status=MatchStatus.SUGGESTED,
        decided_on=None,
        scored_at=timezone.now(),
        score=explanation["score"],
        **{f"part_{code}": contributions[code] for code in CRITERIA},
    )
    return _event(match, EventKind.TAKEN_BACK, to_status=MatchStatus.SUGGESTED, by=by, note=note)


@transaction.atomic
def add_note(*, match: Match, by: User, note: str) -> MatchEvent:
    """Add an internal note; nothing else changes."""
    _may_review(by, note)
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


EXPLAINED = frozenset({release, set_aside, propose, take_back})
"""Steps that take `today`: the explanation by the profile in use, from a caller who has just read it."""

BATCH = 100


@dataclass
class BulkOutcome:
    """What became of a step taken on many matches."""

    done: list[MatchEvent] = field(default_factory=list)
    refused: list[tuple[Match, str]] = field(default_factory=list)


def each(*, step: Step, matches: Iterable[Match], by: User, note: str = "") -> BulkOutcome:
    """Take the step on each match by itself: one that is refused does not hold back the others.

    The explanations are read for many at once, with the postings held so that they stay true until the steps are
    written; the matches must come with their postings (`for_lists`).
    """
    outcome, remaining = BulkOutcome(), iter(matches)
    while batch := list(islice(remaining, BATCH)):
        with transaction.atomic():
            for match, explained in zip(batch, _explained(step, batch), strict=True):
                try:
                    outcome.done.append(step(match=match, by=by, note=note, **explained))
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
        list(postings.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    explanations = explain_pairs(pairs=[(match.need, match.offer) for match in matches])
    return [{"today": explanation} for explanation in explanations]


@transaction.atomic
def take_as_shown(*, step: Step, match: Match, by: User, note: str = "", last_event: int) -> MatchEvent:
    """Take a step from a page that showed the match's events up to the id `last_event` (0: none).

    Refused where more has happened since: the second of two reviewers, or of two clicks, is told.
    """
    Match.objects.select_for_update().get(pk=match.pk)
    newest = MatchEvent.objects.filter(match=match).order_by("-pk").select_related("by").first()
    if newest is not None and newest.pk != last_event:
        raise ReviewRefused(
            _("Since this page was shown, this happened: “%(event)s”, by %(who)s. Look at the match again.")
            % {"event": newest.get_kind_display(), "who": newest.by or _("a matching run")}
        )
    return step(match=match, by=by, note=note)


def steps_open_to(match: Match) -> list[str]:
    """Return the names of the steps that the state of the match allows, in the order to offer them."""
    steps = ["withhold" if match.released_at else "release"]
    if match.status == MatchStatus.SUGGESTED:
        steps += ["propose", "set_aside"]
    if match.status == MatchStatus.SET_ASIDE:
        steps.append("take_back")
    return [*steps, "add_note"]


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
    for posting in (match.need, match.offer):
        if posting.status != PostingStatus.PUBLISHED or posting.visibility != Visibility.PUBLIC:
            raise ReviewRefused(
                _("Only a fit between two public postings can be released; “%(posting)s” is not public.")
                % {"posting": posting}
            )


def _check_withhold(match: Match) -> None:
    if match.released_at is None:
        raise ReviewRefused(_("This fit is not released."))


def _check_suggested(match: Match) -> None:
    if match.status != MatchStatus.SUGGESTED:
        raise _not_in_state(match)


def _check_propose(match: Match) -> None:
    _check_suggested(match)
    for posting in (match.need, match.offer):
        if not posting.is_confirmed:
            raise ReviewRefused(
                _("Only confirmed postings can be proposed; “%(posting)s” is not confirmed by the Government.")
                % {"posting": posting}
            )


def _check_take_back(match: Match) -> None:
    if match.status != MatchStatus.SET_ASIDE:
        raise _not_in_state(match)


def _check_nothing(match: Match) -> None:
    """A note can always be added."""


CHECKS: dict[str, Callable[[Match], None]] = {
    "release": _check_release,
    "withhold": _check_withhold,
    "set_aside": _check_suggested,
    "take_back": _check_take_back,
    "propose": _check_propose,
    "add_note": _check_nothing,
}

MUST_FIT = frozenset({"release", "propose", "take_back"})


def _may_review(by: User, note: str) -> None:
    if not can(by, Action.REVIEW_MATCHES):
        raise ReviewRefused(_("Only reviewers and managers of the secretariat decide on matches."))
    if len(note) > LONGEST_NOTE:
        raise ReviewRefused(
            _("The note has %(length)d characters; at most %(limit)d fit.")
            % {"length": len(note), "limit": LONGEST_NOTE}
        )


def _fresh(match: Match) -> Match:
    """Return the match as it stands in the database now: what the caller holds may be older than a decision."""
    return Match.objects.for_lists().get(pk=match.pk)


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
    match: Match, kind: EventKind, to_status: MatchStatus, *, by: User, note: str, today: Explanation | None
) -> MatchEvent:
    """Freeze what the match is decided on, and move it out of the suggestions."""
    # The contributions that the reviewer saw in the queue, even where a run is overdue.
    stored = {"score": match.score, **{code: getattr(match, f"part_{code}") for code in CRITERIA}}
    decided_on = {**_by_its_profile(match, today), "stored": stored}
    _change(Match.objects.filter(pk=match.pk, status=MatchStatus.SUGGESTED), status=to_status, decided_on=decided_on)
    return _event(match, kind, to_status=to_status, by=by, note=note)


def _change(expected: Any, **values: Any) -> None:
    if not expected.update(updated_at=timezone.now(), **values):
        raise ReviewRefused(_("Someone else decided this match in the meantime; look at it again."))


def _not_in_state(match: Match) -> ReviewRefused:
    return ReviewRefused(
        _("This match is “%(status)s”; the step is not open to it. Look at it again.")
        % {"status": match.get_status_display()}
    )


def _event(match: Match, kind: EventKind, *, to_status: str, by: User, note: str) -> MatchEvent:
    return MatchEvent.objects.create(
        match=match, kind=kind, from_status=match.status, to_status=to_status, by=by, note=note.strip()
    )
