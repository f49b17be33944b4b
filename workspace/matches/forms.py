"""What a side types about a match: its answer, a note on a clearance, an outcome, whether the need was met."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from matching.choices import REFUSALS, NeedMet, RefusalReason, SideAnswer
from matching.life.steps import LONGEST_NOTE
from matching.models import Outcome
from surveys.postings.forms.day_field import PostingDayField, day_input
from surveys.postings.forms.number_fields import AmountField, CountField

LARGEST_COUNT = 10_000_000
"""People, days or places: far beyond any project, and what every database can hold."""
LONGEST_LINKS = 5_000


class NoteArea(forms.Textarea):
    """A few lines."""

    def __init__(self, rows: int = 3) -> None:
        super().__init__(attrs={"rows": rows, "cols": 40})


class CurrencyField(forms.CharField):
    """Three letters of ISO 4217, in capitals whatever was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs={"autocapitalize": "characters"}), **kwargs)
        self.validators.append(RegexValidator(r"\A[A-Z]{3}\Z", _("Give the three letters of a currency, e.g. USD.")))

    def to_python(self, value: Any) -> str:
        """Return the code in capitals."""
        return str(super().to_python(value) or "").upper()


class StepForm(forms.Form):
    """A step that asks for nothing but the press of its button."""


class AnswerForm(StepForm):
    """What the side says to a proposal: interest by a button of its own, or one of the two refusals with why."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=SideAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    why = forms.ChoiceField(
        label=_("Why"),
        choices=RefusalReason.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Read by the secretariat alone: the other side never sees it, nor which answer you chose."),
    )
    reason = forms.CharField(
        label=_("In your words, if you like"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=NoteArea,
        help_text=_("Needed for “another reason”. Read by the secretariat alone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Interest is a button of its own; the choices that are checked stay all three.
        self.fields["answer"].widget.choices = [one for one in SideAnswer.choices if one[0] in REFUSALS]
        self.fields["why"].widget.is_required = False

    def clean(self) -> dict[str, Any]:
        """Ask for what a refusal needs, at the field where it is missing."""
        given = super().clean() or self.cleaned_data
        if given.get("answer") in REFUSALS:
            if not given.get("why") and "why" not in self.errors:
                self.add_error("why", _("Choose one of the reasons. Only the secretariat reads it."))
            if given.get("why") == RefusalReason.OTHER and not given.get("reason") and "reason" not in self.errors:
                self.add_error("reason", _("Say the other reason in words."))
        return given


class ClearForm(StepForm):
    """A note with a clearance, if any."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=NoteArea,
        help_text=_("Needed for an objection. Read by the secretariat and your own side alone."),
    )


class ObjectForm(ClearForm):
    """Why the country objects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True
        self.fields["note"].error_messages["required"] = _("Say in a note why your country objects.")
        self.fields["note"].widget.is_required = False


class FollowUpForm(StepForm):
    """Whether the need was met."""

    need_met = forms.ChoiceField(
        label=_("Was the need met?"),
        choices=NeedMet.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers.")},
    )
    note = forms.CharField(
        label=_("What is still missing, or what helped"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=NoteArea,
        help_text=_("Read by the secretariat and your own side alone."),
    )


class AgreementForm(forms.ModelForm[Outcome]):
    """What the two sides agreed."""

    wanted: ClassVar[tuple[str, ...]] = (
        "agreed_on", "starts_on", "ends_on", "places", "value", "value_currency", "links",
    )  # fmt: skip

    class Meta:
        model = Outcome
        fields = (
            "agreed_on", "starts_on", "ends_on", "women_trained", "men_trained", "expert_days", "places", "value",
            "value_currency", "what_changed", "links",
        )  # fmt: skip
        field_classes = dict.fromkeys(("agreed_on", "starts_on", "ends_on"), PostingDayField)
        widgets = {
            "agreed_on": day_input(),
            "starts_on": day_input(),
            "ends_on": day_input(),
            "what_changed": NoteArea(5),
            "links": NoteArea(2),
        }
        labels = {
            "agreed_on": _("Date of the agreement"),
            "starts_on": _("Begins on"),
            "ends_on": _("Ends on"),
            "women_trained": _("Women trained"),
            "men_trained": _("Men trained"),
            "expert_days": _("Days of experts"),
            "places": _("Places agreed"),
            "value": _("Value"),
            "value_currency": _("Currency"),
            "what_changed": _("What changed"),
            "links": _("Links"),
        }
        help_texts = {
            "agreed_on": _("The day of the letter, memorandum or decision."),
            "starts_on": _("First day of the work; leave it empty where it is not fixed."),
            "ends_on": _("Last day of the work; leave it empty where it is not fixed."),
            "women_trained": _("People, not days; leave it empty if you do not know."),
            "men_trained": _("People, not days; leave it empty if you do not know."),
            "expert_days": _("How many days experts of the offering side worked for it."),
            "places": _("How many of the places of the offer you agreed on."),
            "value": _("Only if both sides want to give it, e.g. 12,500.00."),
            "value_currency": _("Three letters, e.g. USD; needed with a value."),
            "what_changed": _("In two or three sentences: what people can do now that they could not do before."),
            "links": _("One address a line, beginning with https://."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.wanted):
            del self.fields[name]
        for name in {"women_trained", "men_trained", "expert_days", "places"} & set(self.fields):
            # What bounds the column says a number of twelve digits that helps nobody.
            self.fields[name] = CountField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                required=False,
                min_value=0,
                max_value=LARGEST_COUNT,
            )
        self.fields["value"] = AmountField(
            label=self.fields["value"].label,
            help_text=self.fields["value"].help_text,
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )
        self.fields["value_currency"] = CurrencyField(
            label=self.fields["value_currency"].label, help_text=self.fields["value_currency"].help_text
        )
        self.fields["links"].validators.append(MaxLengthValidator(LONGEST_LINKS))

    @property
    def values(self) -> dict[str, Any]:
        """Return what was given, by field of the outcome."""
        return {name: self.cleaned_data[name] for name in self.fields}


class OutcomeForm(AgreementForm):
    """What came of it."""

    wanted = AgreementForm.Meta.fields
