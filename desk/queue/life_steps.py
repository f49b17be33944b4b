"""Steps of the review page beside the decision, each with a form of its own: when it is offered, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.queue.life_forms import (
    AssignForm,
    AudienceNoteForm,
    CheckForm,
    ClearanceForm,
    IntroductionForm,
    PaperAnswerForm,
    PaperConfirmationForm,
    PaperConsentForm,
    PaperOutcomeForm,
    PaperTakenBackForm,
    PassOnForm,
    ReferenceForm,
    StaffFollowUpForm,
    StaffOutcomeForm,
    entered_for_a_side,
    objections_entered,
)
from directory.access import Action, can
from directory.models import User
from directory.papers.recording import GivenPaper
from matching.choices import (
    COOPERATION,
    Audience,
    MatchStatus,
    SideAnswer,
)
from matching.life import introducing, outcomes, review
from matching.life.answers import answering, refusing
from matching.life.answers.clearing import WAITING
from matching.life.answers.from_paper import SidePaper
from matching.life.seen.shown import ShownEvents
from matching.life.steps import ReviewRefused
from matching.models import Match
from surveys.choices import Side
from surveys.postings.forms.paper_fields import (
    PAPER_FIELDS,
    given_paper,
)
from web.since_shown import AS_OF, as_shown


@dataclass(frozen=True)
class LifeStep:
    """A step with a form of its own: when it is offered, what it says, and what it does."""

    name: str
    heading: Promise
    button: Promise
    form: Callable[..., forms.BaseForm]
    is_open: Callable[[Match], bool]
    act: Callable[[Match, User, dict[str, Any]], object]
    needs: Action = Action.REVIEW_MATCHES


def _clear(match: Match, by: User, data: dict[str, Any]) -> object:
    if given := given_paper(data):
        return answering.record_clearance(
            match=match,
            side=Side(data["side"]),
            by=by,
            clears=data["answer"] == "clear",
            given=given,
            note=data["note"],
        )
    act = answering.clear if data["answer"] == "clear" else answering.object_to
    return act(match=match, side=Side(data["side"]), by=by, note=data["note"])


def _take_back(match: Match, by: User, data: dict[str, Any]) -> object:
    side = Side(data["side"])
    act = answering.take_back_objection if side in objections_entered(match) else answering.take_back_answer
    return act(match=match, by=by, side=side)


def _record_answer(match: Match, by: User, data: dict[str, Any]) -> object:
    return answering.record_answer(
        match=match,
        side=Side(data["side"]),
        by=by,
        answer=SideAnswer(data["answer"]),
        given=_letter(data),
        why=data["why"],
        reason=data["reason"],
    )


def _record_confirmation(match: Match, by: User, data: dict[str, Any]) -> object:
    return outcomes.record_confirmation(match=match, side=Side(data["side"]), by=by, given=_letter(data))


def _record_consent(match: Match, by: User, data: dict[str, Any]) -> object:
    return answering.record_consent(
        match=match, side=Side(data["side"]), by=by, consents=data["consents"] == "yes", given=_letter(data)
    )


def _letter(data: dict[str, Any]) -> GivenPaper:
    return GivenPaper(**{name: data[name] for name in PAPER_FIELDS})


def _record_outcome(match: Match, by: User, data: dict[str, Any]) -> object:
    act = outcomes.agree if match.status == MatchStatus.INTRODUCED else outcomes.record
    return act(match=match, by=by, values=data)


def _record_outcome_from_paper(match: Match, by: User, data: dict[str, Any]) -> object:
    act = outcomes.agree if match.status == MatchStatus.INTRODUCED else outcomes.record
    return act(match=match, by=by, **_stated(data))


def _complete_from_paper(match: Match, by: User, data: dict[str, Any]) -> object:
    return outcomes.complete(match=match, by=by, **_stated(data))


def _stated(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a letter states of an outcome, and the letter."""
    return {
        "values": {name: data[name] for name in outcomes.FIELDS},
        "on_paper": SidePaper(Side(data["side"]), _letter(data)),
    }


def _note(match: Match, by: User, data: dict[str, Any]) -> object:
    if data["audience"] == "shared":
        return review.add_note(match=match, by=by, note=data["note"], audience=Audience.SHARED)
    return review.add_note(match=match, by=by, note=data["note"], audience=Audience.SIDE, side=Side(data["audience"]))


def _was_asked(match: Match) -> bool:
    return any(row.asked_at for row in match.sides.all())


LIFE_STEPS: dict[str, LifeStep] = {
    step.name: step
    for step in (
        LifeStep(
            "clearance",
            _("Clearance by the country"),
            _("Record what the country said"),
            ClearanceForm,
            lambda match: (
                match.status == MatchStatus.PROPOSED and any(row.clearance in WAITING for row in match.sides.all())
            ),
            _clear,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "paper_answer",
            _("Answer by note verbale or letter"),
            _("Record the answer"),
            PaperAnswerForm,
            lambda match: (
                match.status == MatchStatus.PROPOSED and any(row.waits_for_an_answer for row in match.sides.all())
            ),
            _record_answer,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "paper_taken_back",
            _("An answer from a letter, or an objection, was entered here by mistake, or holds no more"),
            _("Take it back"),
            PaperTakenBackForm,
            lambda match: bool(entered_for_a_side(match)),
            _take_back,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "pass_on",
            _("One side, or its country, does not want to"),
            _("Pass it on: the match is not taken forward"),
            PassOnForm,
            refusing.is_held,
            lambda match, by, data: refusing.pass_on(match=match, by=by, **data),
        ),
        LifeStep(
            "introduce",
            _("Both sides are interested"),
            _("Introduce them"),
            IntroductionForm,
            introducing.is_ready,
            lambda match, by, data: introducing.introduce(match=match, by=by, **data),
        ),
        LifeStep(
            "reference",
            _("Letter of introduction"),
            _("Record the reference"),
            ReferenceForm,
            lambda match: match.status == MatchStatus.INTRODUCED or match.status in COOPERATION,
            lambda match, by, data: introducing.record_reference(match=match, by=by, **data),
        ),
        LifeStep(
            "outcome",
            _("Agreement and outcome"),
            _("Record it"),
            StaffOutcomeForm,
            lambda match: match.status == MatchStatus.INTRODUCED or match.status in COOPERATION,
            _record_outcome,
        ),
        LifeStep(
            "paper_outcome",
            _("Agreement and outcome by note verbale or letter"),
            _("Record what it states"),
            PaperOutcomeForm,
            lambda match: match.status == MatchStatus.INTRODUCED or match.status in COOPERATION,
            _record_outcome_from_paper,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "complete",
            _("Completed"),
            _("Record it as completed"),
            StaffOutcomeForm,
            lambda match: match.status == MatchStatus.AGREED,
            lambda match, by, data: outcomes.complete(match=match, by=by, values=data),
        ),
        LifeStep(
            "paper_complete",
            _("Completed, by note verbale or letter"),
            _("Record it as completed from the letter"),
            PaperOutcomeForm,
            lambda match: match.status == MatchStatus.AGREED,
            _complete_from_paper,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "paper_confirmation",
            _("Confirmation by note verbale or letter"),
            _("Record the confirmation"),
            PaperConfirmationForm,
            lambda match: (
                match.status == MatchStatus.COMPLETED
                and any(row.outcome_confirmed_at is None for row in match.sides.all())
            ),
            _record_confirmation,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "paper_consent",
            _("Consent to publication by note verbale or letter"),
            _("Record what it says"),
            PaperConsentForm,
            lambda match: match.status in COOPERATION,
            _record_consent,
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "follow_up",
            _("Follow-up"),
            _("Record the answer"),
            StaffFollowUpForm,
            lambda match: match.status in COOPERATION,
            lambda match, by, data: outcomes.follow_up(match=match, by=by, **data),
        ),
        LifeStep(
            "note_to_sides",
            _("Note to the sides"),
            _("Add the note"),
            AudienceNoteForm,
            _was_asked,
            _note,
        ),
        LifeStep(
            "assign",
            _("Looked after by"),
            _("Assign"),
            AssignForm,
            lambda match: True,
            lambda match, by, data: review.assign(match=match, by=by, to=data["to"]),
        ),
        LifeStep(
            "check",
            _("Checklist"),
            _("Record the check"),
            CheckForm,
            lambda match: True,
            lambda match, by, data: review.check(match=match, by=by, **data),
        ),
    )
}


def forms_for(
    match: Match, *, by: User | AnonymousUser, given: tuple[str, forms.BaseForm] | None = None
) -> list[tuple[LifeStep, forms.BaseForm]]:
    """Return the steps open to the match and the person with their forms; `given` is one that did not fit."""
    offered = []
    for step in LIFE_STEPS.values():
        if given is not None and given[0] == step.name:
            offered.append((step, given[1]))
        elif can(by, step.needs) and step.is_open(match):
            offered.append((step, step.form(match=match, prefix=step.name)))
    return offered


def take_posted_step(match: Match, *, by: User, name: str, data: Any, files: Any = None) -> forms.BaseForm | None:
    """Take the step of this name; return None, or the form with what is wrong in it, nothing lost.

    Raises ReviewRefused where the step is not open, ChangedSinceShown where more has happened than the page showed.
    """
    if not can(by, Action.REVIEW_MATCHES) or name not in LIFE_STEPS:
        raise ReviewRefused(str(_("This step is not open to you.")))
    step = LIFE_STEPS[name]
    form = step.form(data, files, match=match, prefix=name)
    if not form.is_valid():
        return form
    try:
        with as_shown(ShownEvents(match), data.get(AS_OF, "")):
            step.act(match, by, form.cleaned_data)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return form
    return None
