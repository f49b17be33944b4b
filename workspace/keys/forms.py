"""Forms of keys to the API: a new one, and one that follows another."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.choices import KeyScope
from directory.keys.entitled import agencies_for, scopes_for
from directory.keys.making import LONGEST, LONGEST_OVERLAP_DAYS, OVERLAP_DAYS
from directory.models import Agency, User
from surveys.postings.forms.day_field import PostingDayField, day_input
from web.calendar.days import today


class KeyForm(forms.Form):
    """What the key is for, whose it is, what it may do, and until when."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What will use it, e.g. “Nightly copy of our ministry”.")
    )
    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.none())
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    expires_on = PostingDayField(
        label=_("Last day"), widget=day_input(), help_text=_("It works through this day; one year from now at most.")
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, by: User, agency: Agency | None = None, **kwargs: Any) -> None:
        first = {
            "agency": agency,
            "scopes": [KeyScope.READ_PUBLIC],
            "expires_on": today() + LONGEST,
            "form_key": uuid.uuid4(),
        }
        super().__init__(*args, **{"initial": first, **kwargs})
        fields: dict[str, Any] = self.fields
        fields["agency"].queryset = agencies_for(by).order_by("name", "pk")
        fields["scopes"].choices = [(scope.value, scope.label) for scope in scopes_for(by)]
        fields["expires_on"].widget.attrs |= {"min": _day(today()), "max": _day(today() + LONGEST)}


class ReplacementForm(forms.Form):
    """How long the key that is replaced works on beside its successor."""

    overlap_days = forms.IntegerField(
        label=_("Days in which both work"), min_value=0, max_value=LONGEST_OVERLAP_DAYS, initial=OVERLAP_DAYS
    )


def _day(day: dt.date) -> str:
    return day.isoformat()
