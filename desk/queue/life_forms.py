"""The forms of the review page beside the decision: checks, clearance, introduction, outcome, notes, and who cares."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.notes import NoteField
from directory.choices import SECRETARIAT_ROLES
from directory.models import Affiliation, User
from directory.papers.scans import ScanField
from matching.choices import (
    CheckKind,
    CheckResult,
    MatchStatus,
    NeedMet,
    RefusalReason,
    SideAnswer,
)
from matching.life import outcomes
from matching.life.answers import answering
from matching.life.answers.clearing import WAITING, is_objection_entered_for
from matching.models import Match, MatchSide, Outcome
from surveys.choices import Side
from surveys.postings.forms.day_field import PostingDayField, day_input
from surveys.postings.forms.paper_fields import (
    PAPER_FIELDS,
    PaperForm,
    check_whole_paper,
    dated_field,
    reference_field,
)
from web.calendar.days import today


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


class PaperConsentForm(SidePaperForm):
    """That a side consented to publication by note verbale or letter, or withdrew its consent."""

    consents = forms.ChoiceField(label=_("It"), choices=(("yes", _("consents")), ("no", _("withdraws its consent"))))
    field_order = ("side", "consents", *PAPER_FIELDS)

    def is_of(self, row: MatchSide) -> bool:
        return True


class PaperTakenBackForm(forms.Form):
    """Which answer from a letter, or objection that the secretariat entered, does not hold."""

    side = forms.ChoiceField(label=_("Side"), choices=Side)

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = [  # type: ignore[attr-defined]
            (side.value, side.label) for side in entered_for_a_side(match)
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


class PaperOutcomeForm(StaffOutcomeForm):
    """What a side states by note verbale or letter of what was agreed, or came of it."""

    side = forms.ChoiceField(label=_("Letter of"), choices=Side)
    reference = reference_field()
    dated_on = dated_field()
    scan = ScanField()
    field_order = ("side", *PAPER_FIELDS)


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


def entered_for_a_side(match: Match) -> list[Side]:
    """Return the sides whose answer came by letter, or whose country's objection the secretariat entered, and holds."""
    if match.status != MatchStatus.PROPOSED:
        return []
    answered = [Side(row.side) for row in match.sides.all() if row.answer]
    objected = objections_entered(match)
    return [side for side in answered if answering.is_answer_from_paper(match, side)] + objected


def objections_entered(match: Match) -> list[Side]:
    """Return the sides for whose country the secretariat entered an objection."""
    return [Side(row.side) for row in match.sides.all() if is_objection_entered_for(row)]


def _of(sides: Collection[str]) -> list[tuple[str, str]]:
    return [(side.value, str(side.label)) for side in Side if side.value in sides]
