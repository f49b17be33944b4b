"""The forms of the steps on a posting that ask for something."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from surveys.choices import REASONS_TO_CHOOSE
from surveys.postings.deciding.publishable import of_closing
from surveys.postings.forms.day_field import PostingDayField, day_input

LONGEST_NOTE = 5_000


class WithdrawForm(forms.Form):
    """Why a posting no longer stands."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=REASONS_TO_CHOOSE)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Read by your own side and the secretariat."),
    )


class RenewForm(forms.Form):
    """Until when a posting stays open."""

    closes_on = PostingDayField(
        label=gettext_lazy("Open until"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("Empty: no end stated."),
    )

    def clean_closes_on(self) -> dt.date | None:
        """Refuse a day that has ended."""
        closes_on: dt.date | None = self.cleaned_data["closes_on"]
        if lack := of_closing(closes_on):
            raise ValidationError(lack.words)
        return closes_on


class SendBackForm(forms.Form):
    """What to change."""

    note = forms.CharField(
        label=gettext_lazy("What to change"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )
