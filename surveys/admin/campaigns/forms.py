"""What a manager fills in about a confirmation campaign."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.choices import AskedBy
from surveys.confirming.replies import Reply
from surveys.models import ConfirmationRow
from surveys.models.confirming import DEFAULT_REMINDER_DAYS
from surveys.postings.forms.day_field import PostingDayField, day_input

LONGEST_NOTE = 5_000


class BeginForm(forms.Form):
    """Until when countries are asked."""

    closes_on = PostingDayField(label=_("To be answered by, that day included"), widget=day_input())
    reminder_days = forms.IntegerField(
        label=_("Reminder after, in working days of the country"),
        min_value=1,
        max_value=120,
        initial=DEFAULT_REMINDER_DAYS,
    )


class MoveForm(forms.Form):
    """A later day."""

    closes_on = PostingDayField(label=_("To be answered by, that day included"), widget=day_input())


class SentForm(forms.Form):
    """How a country was asked."""

    way = forms.ChoiceField(label=_("Asked by"), choices=AskedBy)
    addressee = forms.CharField(
        label=_("Addressed to"),
        required=False,
        max_length=200,
        help_text=_("A mission or a ministry: an office, no person. Of a note verbale or letter."),
    )
    reference = forms.CharField(label=_("Reference"), required=False, max_length=120)
    sent_on = PostingDayField(label=_("Sent on"), widget=day_input())


class ReminderForm(forms.Form):
    """That a country was reminded by letter."""

    reminder_reference = forms.CharField(label=_("Reference of the reminder"), required=False, max_length=120)
    reminded_on = PostingDayField(label=_("Sent on"), widget=day_input())


class ReplyForm(forms.Form):
    """A reply on paper: its reference and date, and what it says of each row."""

    reference = forms.CharField(label=_("Reference of the answer"), max_length=120)
    dated = PostingDayField(label=_("Date of the letter"), widget=day_input())
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, rows: list[ConfirmationRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {f"row_{row.pk}": row for row in rows}
        for name, row in self.rows.items():
            self.fields[name] = forms.ChoiceField(
                label=str(row.posting), required=False, choices=_compiled() if row.posting.is_compiled else _own()
            )

    def replies(self) -> dict[int, Reply]:
        """Return what was said of each row, by its id."""
        return {row.pk: Reply(self.cleaned_data[name]) for name, row in self.rows.items()}


def _own() -> list[tuple[str, Any]]:
    return [
        (Reply.NOTHING.value, _("says nothing of it")),
        (Reply.CONFIRMS.value, _("confirms it")),
        (Reply.CORRECTS.value, _("corrects it: to be put in")),
        (Reply.WITHDRAWS.value, _("withdraws it")),
    ]


def _compiled() -> list[tuple[str, Any]]:
    return [
        (Reply.NOTHING.value, _("says nothing of it")),
        (Reply.CORRECTS.value, _("posts in its place: to be put in")),
        (Reply.WITHDRAWS.value, _("withdraws it")),
    ]
