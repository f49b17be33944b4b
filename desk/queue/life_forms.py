"""The forms of the review page beside the decision: checks, clearance, introduction, outcome, notes, and who cares."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.notes import NoteField
from directory.access import Action, can
from directory.choices import SECRETARIAT_ROLES
from directory.models import Affiliation, User
from directory.papers.recording import GivenPaper
from directory.papers.scans import ScanField
from matching.choices import (
    COOPERATION,
    Audience,
    CheckKind,
    CheckResult,
    MatchStatus,
    NeedMet,
    RefusalReason,
    SideAnswer,
)
from matching.life import answering, introducing, outcomes, refusing, review
from matching.life.clearing import WAITING
from matching.life.seen.shown import ShownEvents
from matching.life.steps import ReviewRefused
from matching.models import Match, MatchSide, Outcome
from surveys.choices import Side
from surveys.postings.forms.day_field import PostingDayField, day_input
from surveys.postings.forms.paper_fields import (
    PAPER_FIELDS,
    PaperForm,
    check_whole_paper,
    dated_field,
    given_paper,
    reference_field,
)
from web.days import today
from web.since_shown import AS_OF, as_shown


class AssignForm(forms.Form):
    """Who looks after the match."""

    to = forms.ModelChoiceField(
        label=_("Looked after by"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"to": match.assigned_to_id}, **kwargs})
        serving = Affiliation.objects.in_force(today()).filter(role__in=SECRETARIAT_ROLES)
        people = User.objects.filter(pk__in=serving.values("user"), is_active=True)
        self.fields["to"].queryset = people.order_by("full_name", "email")  # type: ignore[attr-defined]


class CheckForm(forms.Form):
    """What a check came to."""

    kind = forms.ChoiceField(label=_("Check"), choices=CheckKind)
    result = forms.ChoiceField(label=_("Result"), choices=CheckResult)
    note = NoteField(label=_("Note on the check"), help_text=_("Internal. On hold hides the match from all others."))

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ClearanceForm(forms.Form):
    """What a country, or its mission for it, said; with a reference, what it said on paper."""

    side = forms.ChoiceField(label=_("Country of"), choices=Side)
    answer = forms.ChoiceField(label=_("It"), choices=(("clear", _("clears")), ("object", _("objects"))))
    reference = reference_field(
        label=_("Reference of the note verbale or letter, if it came as one"),
        required=False,
        help_text=_("Read by that side. An objection on paper is read by who approves for its country alone."),
    )
    dated_on = dated_field(required=False)
    scan = ScanField()
    note = NoteField(label=_("What was said, by whom"), help_text=_("Read by the secretariat and that side."))

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = {row.side for row in match.sides.all() if row.clearance in WAITING}
        self.fields["side"].choices = _of(waiting)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the whole of a letter, where there is one."""
        cleaned = super().clean() or self.cleaned_data
        check_whole_paper(self)
        return cleaned


class SidePaperForm(PaperForm):
    """What a side said by note verbale or letter."""

    side = forms.ChoiceField(label=_("Side"), choices=Side)
    field_order: tuple[str, ...] = ("side", *PAPER_FIELDS)

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = {row.side for row in match.sides.all() if self.is_of(row)}
        self.fields["side"].choices = _of(waiting)  # type: ignore[attr-defined]

    def is_of(self, row: MatchSide) -> bool:
        """Whether it can come from this side now."""
        raise NotImplementedError


class PaperAnswerForm(SidePaperForm):
    """What a side answered by note verbale or letter."""

    answer = forms.ChoiceField(label=_("It answers"), choices=SideAnswer)
    why = forms.ChoiceField(
        label=_("Why, where it refuses and says so"),
        choices=[("", "–"), *RefusalReason.choices],
        required=False,
        help_text=_("Internal: read by the secretariat only."),
    )
    reason = NoteField(label=_("Reason, if one is given"), help_text=_("Internal: read by the secretariat only."))
    field_order = ("side", "answer", *PAPER_FIELDS, "why", "reason")

    def is_of(self, row: MatchSide) -> bool:
        return row.waits_for_an_answer


class PaperConfirmationForm(SidePaperForm):
    """That a side confirmed the outcome by note verbale or letter."""

    def is_of(self, row: MatchSide) -> bool:
        return row.outcome_confirmed_at is None


class PaperTakenBackForm(forms.Form):
    """Which answer, recorded from a letter, does not hold."""

    side = forms.ChoiceField(label=_("Side"), choices=Side)

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = [  # type: ignore[attr-defined]
            (side.value, side.label) for side in _answered_on_paper(match)
        ]


class PassOnForm(forms.Form):
    """Let the other side know that the match is not taken forward."""

    note = NoteField(label=_("Note"), help_text=_("Internal: read by the secretariat only."))

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class IntroductionForm(forms.Form):
    """Introduce the two sides."""

    message = NoteField(label=_("Message"), help_text=_("Read by both sides."))
    note = NoteField(label=_("Note"), help_text=_("Internal: read by the secretariat only."))

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ReferenceForm(forms.Form):
    """The reference of the signed letter."""

    reference = forms.CharField(label=_("Reference of the signed letter"), max_length=120)

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        introduction = getattr(match, "introduction", None)
        initial = {"reference": introduction.reference if introduction else ""}
        super().__init__(*args, **{"initial": initial, **kwargs})


class StaffOutcomeForm(forms.ModelForm[Outcome]):
    """What was agreed, or came of it."""

    class Meta:
        model = Outcome
        fields = outcomes.FIELDS
        field_classes = dict.fromkeys(("agreed_on", "starts_on", "ends_on"), PostingDayField)
        widgets = {
            "agreed_on": day_input(),
            "starts_on": day_input(),
            "ends_on": day_input(),
            "what_changed": forms.Textarea(attrs={"rows": 3}),
            "links": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **{"instance": Outcome.objects.filter(match=match).first(), **kwargs})


class StaffFollowUpForm(forms.Form):
    """Whether the need was met."""

    need_met = forms.ChoiceField(label=_("Was the need met?"), choices=NeedMet)
    note = NoteField(label=_("What the side said"))

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class AudienceNoteForm(forms.Form):
    """A note for one side or for both."""

    audience = forms.ChoiceField(
        label=_("Read by"),
        choices=(
            ("shared", _("Both sides")),
            ("need", _("The side of the need, and the secretariat")),
            ("offer", _("The side of the offer, and the secretariat")),
        ),
    )
    note = NoteField(label=_("Note to the sides"), required=True)

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


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


def _of(sides: Collection[str]) -> list[tuple[str, str]]:
    return [(side.value, str(side.label)) for side in Side if side.value in sides]


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


def _record_answer(match: Match, by: User, data: dict[str, Any]) -> object:
    return answering.record_answer(
        match=match,
        side=Side(data["side"]),
        by=by,
        answer=SideAnswer(data["answer"]),
        given=GivenPaper(**{name: data[name] for name in PAPER_FIELDS}),
        why=data["why"],
        reason=data["reason"],
    )


def _record_confirmation(match: Match, by: User, data: dict[str, Any]) -> object:
    return outcomes.record_confirmation(
        match=match, side=Side(data["side"]), by=by, given=GivenPaper(**{name: data[name] for name in PAPER_FIELDS})
    )


def _answered_on_paper(match: Match) -> list[Side]:
    """Return the sides whose answer was recorded from a letter and can still be taken back."""
    if match.status != MatchStatus.PROPOSED:
        return []
    answered = [Side(row.side) for row in match.sides.all() if row.answer]
    return [side for side in answered if answering.is_answer_from_paper(match, side)]


def _record_outcome(match: Match, by: User, data: dict[str, Any]) -> object:
    if match.status == MatchStatus.INTRODUCED:
        return outcomes.agree(match=match, by=by, values=data)
    return outcomes.record(match=match, by=by, values=data)


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
            _("An answer from a letter was recorded by mistake, or holds no more"),
            _("Take it back"),
            PaperTakenBackForm,
            lambda match: bool(_answered_on_paper(match)),
            lambda match, by, data: answering.take_back_answer(match=match, by=by, side=Side(data["side"])),
            needs=Action.APPROVE_POSTINGS,
        ),
        LifeStep(
            "pass_on",
            _("One side does not want to"),
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
            "complete",
            _("Completed"),
            _("Record it as completed"),
            StaffOutcomeForm,
            lambda match: match.status == MatchStatus.AGREED,
            lambda match, by, data: outcomes.complete(match=match, by=by, values=data),
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
