"""The steps that a side takes on the page of a match: each checks what the page showed, and happens once."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from directory.access import Action
from directory.models import User
from matching.choices import Clearance, MatchStatus, SideAnswer
from matching.life import outcomes
from matching.life.answers import answering
from matching.life.seen.sides import side_row
from matching.models import Match, Outcome
from surveys.choices import Side
from web.since_shown import ChangedSinceShown
from workspace.matches.forms import (
    AgreementForm,
    AnswerForm,
    ClearForm,
    FollowUpForm,
    ObjectForm,
    OutcomeForm,
    StepForm,
)
from workspace.matches.shown import ShownSides

Values = Mapping[str, Any]


@dataclass(frozen=True)
class SideStep:
    """One step: the form that it reads, what takes it, whether it is taken already, and what is said then."""

    form: type[StepForm | AgreementForm]
    take: Callable[[Match, Side, User, Values], Any]
    is_taken: Callable[[Match, Side, Values], bool]
    said: Promise
    action: Action = Action.ANSWER_PROPOSALS


def _answer(match: Match, side: Side, by: User, values: Values) -> None:
    given = {name: values.get(name, "") for name in ("why", "reason")}
    answering.answer(match=match, side=side, by=by, answer=SideAnswer(values["answer"]), **given)


def _row_says(**expected: Any) -> Callable[[Match, Side, Values], bool]:
    def says(match: Match, side: Side, values: Values) -> bool:
        row = side_row(match, side)
        return row is not None and all(getattr(row, name) == value for name, value in expected.items())

    return says


def _has(name: str, *, wanted: bool) -> Callable[[Match, Side, Values], bool]:
    def has(match: Match, side: Side, values: Values) -> bool:
        row = side_row(match, side)
        return row is not None and (getattr(row, name) is not None) == wanted

    return has


def _is_recorded(*statuses: MatchStatus) -> Callable[[Match, Side, Values], bool]:
    def is_recorded(match: Match, side: Side, values: Values) -> bool:
        outcome = outcome_of(match)
        return (
            match.status in statuses
            and outcome is not None
            and all(getattr(outcome, name) == value for name, value in values.items())
        )

    return is_recorded


def _is_answered(match: Match, side: Side, values: Values) -> bool:
    row = side_row(match, side)
    return row is not None and row.answer == values["answer"]


def _is_followed_up(match: Match, side: Side, values: Values) -> bool:
    outcome = outcome_of(match)
    return outcome is not None and outcome.need_met == values["need_met"] and not values.get("note")


SIDE_STEPS: Mapping[str, SideStep] = {
    "answer": SideStep(
        AnswerForm, _answer, _is_answered, gettext_lazy("Your answer is recorded; you can take it back.")
    ),
    "take_back": SideStep(
        StepForm,
        lambda match, side, by, values: answering.take_back_answer(match=match, side=side, by=by),
        _row_says(answer=""),
        gettext_lazy("Your answer is taken back. You can answer anew."),
    ),
    "clear": SideStep(
        ClearForm,
        lambda match, side, by, values: answering.clear(match=match, side=side, by=by, note=values["note"]),
        _row_says(clearance=Clearance.CLEARED),
        gettext_lazy("Cleared: the proposal has been passed on."),
        Action.APPROVE_POSTINGS,
    ),
    "object": SideStep(
        ObjectForm,
        lambda match, side, by, values: answering.object_to(match=match, side=side, by=by, note=values["note"]),
        _row_says(clearance=Clearance.OBJECTED),
        gettext_lazy("Your objection is recorded; you can take it back."),
        Action.APPROVE_POSTINGS,
    ),
    "take_back_objection": SideStep(
        StepForm,
        lambda match, side, by, values: answering.take_back_objection(match=match, side=side, by=by),
        _row_says(cleared_at=None),
        gettext_lazy("The objection is taken back: the proposal waits for your country again."),
        Action.APPROVE_POSTINGS,
    ),
    "agree": SideStep(
        AgreementForm,
        lambda match, side, by, values: outcomes.agree(match=match, by=by, values=values),
        _is_recorded(MatchStatus.AGREED),
        gettext_lazy("The agreement is recorded; both sides read it here."),
    ),
    "record": SideStep(
        OutcomeForm,
        lambda match, side, by, values: outcomes.record(match=match, by=by, values=values),
        _is_recorded(MatchStatus.AGREED, MatchStatus.COMPLETED),
        gettext_lazy("Recorded; both sides read it here."),
    ),
    "complete": SideStep(
        OutcomeForm,
        lambda match, side, by, values: outcomes.complete(match=match, by=by, values=values),
        _is_recorded(MatchStatus.COMPLETED),
        gettext_lazy("Completed: both sides are asked to confirm the outcome."),
    ),
    "confirm": SideStep(
        StepForm,
        lambda match, side, by, values: outcomes.confirm_outcome(match=match, side=side, by=by),
        _has("outcome_confirmed_at", wanted=True),
        gettext_lazy("You have confirmed the outcome for your side."),
    ),
    "consent": SideStep(
        StepForm,
        lambda match, side, by, values: answering.consent(match=match, side=side, by=by),
        _has("consent_at", wanted=True),
        gettext_lazy("Your consent is recorded: it is published while both sides consent."),
    ),
    "withdraw_consent": SideStep(
        StepForm,
        lambda match, side, by, values: answering.withdraw_consent(match=match, side=side, by=by),
        _has("consent_at", wanted=False),
        gettext_lazy("Your consent is taken back: this cooperation is not published."),
    ),
    "follow_up": SideStep(
        FollowUpForm,
        lambda match, side, by, values: outcomes.follow_up(match=match, by=by, **values),
        _is_followed_up,
        gettext_lazy("Thank you: what you say of the need is recorded."),
    ),
}


def form_for(name: str, *, match: Match, side: Side, data: Any = None) -> forms.BaseForm:
    """Return the form of a step; an outcome's begins with what is recorded."""
    form = SIDE_STEPS[name].form
    auto_id = f"id_{side}_%s"
    if issubclass(form, AgreementForm):
        # A copy: a form in error must not change what the page shows as recorded.
        recorded = outcome_of(match)
        return form(data, auto_id=auto_id, instance=copy(recorded) if recorded else Outcome())
    return form(data, auto_id=auto_id)


def values_of(form: forms.BaseForm) -> Values:
    """Return what a valid form says."""
    return form.values if isinstance(form, AgreementForm) else form.cleaned_data


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Add what the rules found wrong to the fields of the form; what is of no field of it, to the form as a whole."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


def outcome_of(match: Match) -> Outcome | None:
    """Return what is recorded of the cooperation, if anything."""
    return getattr(match, "outcome", None)


@transaction.atomic
def take_as_shown(*, name: str, match: Match, side: Side, by: User, values: Values, mark: str) -> bool:
    """Take the step from the page that carried the mark; return False where it is taken already.

    Raises ChangedSinceShown where something else has happened, ReviewRefused or ValidationError where the rules say so.
    """
    shown = ShownSides(match, by)
    try:
        shown.check(mark)
    except ChangedSinceShown:
        if SIDE_STEPS[name].is_taken(shown.match, side, values):
            return False
        raise
    SIDE_STEPS[name].take(shown.match, side, by, values)
    return True
