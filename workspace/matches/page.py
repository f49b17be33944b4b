"""What the page of a match shows to those who answer for one of its sides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from directory.access import Action
from directory.models import Paper, User
from matching.choices import COOPERATION, Audience, EventKind, SideAnswer
from matching.life.answers.answering import is_answer_from_paper
from matching.life.answers.clearing import is_objection_from_paper
from matching.life.seen.sides import (
    OTHER_SIDE,
    SideState,
    events_for,
    paper_of_event,
    posting_of,
    shown_state,
    side_row,
    sides_of,
)
from matching.life.telling.contacts import Contact, contacts_for
from matching.life.telling.cooperation import Cooperation, as_it_would_be_published
from matching.life.telling.letters import is_introduced
from matching.models import Introduction, Match, MatchEvent, MatchSide, Outcome
from matching.scoring.pairs import explanation_of
from matching.scoring.reasons import Labels, gate_reasons, reasons
from practices.offering.from_match import may_be_told
from surveys.choices import Side
from surveys.models.postings.posting import Posting
from workspace.matches.shown import ShownSides
from workspace.matches.steps import form_for, outcome_of

Given = tuple[str, Side, forms.BaseForm]
"""A step that was not taken: its name, the side, and the form with what was typed."""

PLACES = {
    "answer": "answer",
    "clear": "clearance",
    "object": "clearance",
    "agree": "agreement",
    "record": "outcome",
    "complete": "outcome",
    "follow_up": "follow_up",
}
"""Where on the page the form of a step stands; a step without a form is a button."""

OFFERED = {
    "to_clear": ("clear",),
    "asked": ("answer",),
    "introduced": ("agree",),
    "agreed": ("complete", "follow_up"),
    "to_confirm": ("complete", "follow_up"),
    "completed": ("complete", "follow_up"),
}
"""The forms by the code of what a side is told."""


ANSWERED = frozenset({"interested", "refused"})
"""What a side is told while its answer can still be taken back."""
OBJECTED = "objected"
"""What who clears for its country is told while an objection can still be taken back."""

STEPS_OF_A_SIDE = frozenset(
    {
        EventKind.ANSWERED,
        EventKind.ANSWER_TAKEN_BACK,
        EventKind.AGREED,
        EventKind.COMPLETED,
        EventKind.OUTCOME_RECORDED,
        EventKind.OUTCOME_CONFIRMED,
        EventKind.CONSENTED,
        EventKind.CONSENT_WITHDRAWN,
    }
)
"""What a side does itself, unless the event names none: then a reviewer did it for them."""
SAYS_WHOSE = frozenset(
    {
        EventKind.CLEARED,
        EventKind.OBJECTED,
        EventKind.OBJECTION_TAKEN_BACK,
        EventKind.FOLLOWED_UP,
        EventKind.ASKED,
    }
)
"""Whose step it was stands in its words, though a reviewer may have taken it for them."""


@dataclass(frozen=True)
class OwnSide:
    """One side that the person answers for."""

    side: Side
    own: Posting
    other: Posting
    state: SideState
    row: MatchSide | None
    may_act: bool
    """Whether the person's designation lets it answer; reading needs none."""
    is_from_paper: bool
    """Whether the answer or objection that stands came by letter: then it is taken back by one."""
    forms: Mapping[str, forms.BaseForm]

    @property
    def may_take_back(self) -> bool:
        """Whether the person may take back what its side answered."""
        return self.may_act and self.state.code in ANSWERED and not self.is_from_paper

    @property
    def may_take_back_objection(self) -> bool:
        """Whether the person may take back that its country objected; only who clears for it is told of that."""
        return self.state.code == OBJECTED and not self.is_from_paper

    @property
    def is_told(self) -> bool:
        """Whether the side has heard of a proposal at all."""
        return self.state.code != "computed"


@dataclass(frozen=True)
class ReadEvent:
    """A step as a side reads it: who is named by side, not by name."""

    event: MatchEvent
    who: str
    """A code: you, yours, other, secretariat or portal; empty where the step itself says it."""
    answer: str = ""
    paper: Paper | None = None
    """The own side's note verbale or letter from which it was recorded."""

    @property
    def is_shared(self) -> bool:
        """Whether both sides read it."""
        return self.event.audience == Audience.SHARED


@dataclass(frozen=True)
class MatchPageData:
    """All that the page shows."""

    match: Match
    sides: list[OwnSide]
    labels: Labels
    explanation: Mapping[str, Any]
    reasons: list[str]
    gate_reasons: list[str]
    as_of: str
    introduction: Introduction | None
    contacts: list[tuple[Posting, list[Contact]]]
    outcome: Outcome | None
    preview: Cooperation | None
    is_published: bool
    may_be_practice: bool
    """Whether the person may make a practice of it: everyone reads its outcome already."""
    both_confirmed: bool
    events: list[ReadEvent]
    typed: list[tuple[str, str]] = field(default_factory=list)
    """What was typed into a form that is no longer on the page."""

    @property
    def is_told(self) -> bool:
        """Whether one of the sides has heard of a proposal."""
        return any(side.is_told for side in self.sides)


def page_of(match: Match, user: User, *, given: Given | None = None) -> MatchPageData:
    """Return what the page of the match shows to the person; `given` is a step that was not taken."""
    own = [_own_side(match, user, side, given) for side in sides_of(user, match)]
    is_told = any(side.is_told for side in own)
    labels = Labels.read()
    # The reasons of the decision only for who was told of it: frozen ones would show that there was one.
    explanation = (match.decided_on if is_told else None) or explanation_of(match)
    contacts = contacts_for(match, user) if is_told else {}
    cooperates = is_told and match.status in COOPERATION
    return MatchPageData(
        match=match,
        sides=own,
        labels=labels,
        explanation=explanation,
        reasons=reasons(explanation, labels),
        gate_reasons=gate_reasons(explanation),
        as_of=ShownSides(match, user).mark(),
        introduction=getattr(match, "introduction", None) if is_told and is_introduced(match) else None,
        contacts=[(posting_of(match, side), contacts[side]) for side in contacts],
        outcome=outcome_of(match) if cooperates else None,
        preview=as_it_would_be_published(match) if cooperates else None,
        is_published=cooperates and Match.objects.cooperation().filter(pk=match.pk).exists(),
        may_be_practice=cooperates and may_be_told(match, by=user),
        both_confirmed=cooperates and all(row.outcome_confirmed_at is not None for row in match.sides.all()),
        events=_events(match, user) if is_told else [],
        typed=_typed(own, given),
    )


def mistakes_in(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """Return what is wrong with a form, to stand at the top of the page: where it is, what it is called, and why."""
    found = []
    for bound in form:
        first = f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id
        found += [(first, str(bound.label), str(error)) for error in bound.errors]
    return found + [("", "", str(error)) for error in form.non_field_errors()]


def _own_side(match: Match, user: User, side: Side, given: Given | None) -> OwnSide:
    state = shown_state(match, user, side)
    may_act = side in sides_of(user, match, Action.ANSWER_PROPOSALS)
    names = OFFERED.get(state.code, ())
    if state.code != "to_clear" and not may_act:
        names = ()
    if side != Side.NEED:
        names = tuple(name for name in names if name != "follow_up")
    shown = {PLACES[name]: form_for(name, match=match, side=side) for name in names}
    if given is not None and given[1] == side and PLACES.get(given[0]) in shown:
        shown[PLACES[given[0]]] = given[2]
    return OwnSide(
        side=side,
        own=posting_of(match, side),
        other=posting_of(match, OTHER_SIDE[side]),
        state=state,
        row=side_row(match, side),
        may_act=may_act,
        is_from_paper=(state.code in ANSWERED and is_answer_from_paper(match, side))
        or (state.code == OBJECTED and is_objection_from_paper(match, side)),
        forms=shown,
    )


def _events(match: Match, user: User) -> list[ReadEvent]:
    own = sides_of(user, match)
    return [_read(event, user, own) for event in events_for(match, user)]


def _read(event: MatchEvent, user: User, own: list[Side]) -> ReadEvent:
    paper = paper_of_event(event, own)
    if event.by_id == user.pk:
        who = "you"
    elif event.by_id is None:
        who = "portal"
    elif event.kind in SAYS_WHOSE:
        who = ""
    elif event.side and event.kind in STEPS_OF_A_SIDE and paper is None:
        who = "yours" if event.side in own else "other"
    else:
        who = "secretariat"
    answer = (event.details or {}).get("answer", "") if event.kind == EventKind.ANSWERED else ""
    return ReadEvent(event=event, who=who, answer=str(SideAnswer(answer).label) if answer else "", paper=paper)


def _typed(own: list[OwnSide], given: Given | None) -> list[tuple[str, str]]:
    """Return what was typed, by label, where the form has no place on the page any more."""
    if given is None or any(given[2] in side.forms.values() for side in own):
        return []
    fields = [(str(bound.label), str(bound.value() or "")) for bound in given[2]]
    return [(label, value) for label, value in fields if value]
