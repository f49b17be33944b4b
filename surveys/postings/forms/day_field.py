"""The field for a day, by the one rule for days: `surveys/reading/days.py`."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from surveys.reading.days import check_year, parse_day
from surveys.reading.values import ValueUnreadable

_NUMBER_OF_A_DAY = re.compile(r"\s*\d{5}(?:\.\d+)?\s*")


def day_input() -> forms.DateInput:
    """Return a field for a day, which browsers show as a calendar."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def checked_day(day: dt.date | None) -> dt.date | None:
    """Return a day as it is. Raises ValidationError where no posting has such a year."""
    if day is not None:
        try:
            check_year(day.year)
        except ValueUnreadable as error:
            raise ValidationError(str(error)) from None
    return day


class PostingDayField(forms.DateField):
    """A day as browsers send it, or as a person writes it in a sheet; what could be two days is neither."""

    def to_python(self, value: Any) -> dt.date | None:
        """Return the day, or None where none is stated."""
        if value in self.empty_values or isinstance(value, dt.date):
            return checked_day(super().to_python(value))
        # From which year a number counts is known of workbooks alone.
        if _NUMBER_OF_A_DAY.fullmatch(str(value)):
            raise ValidationError(_("Not a date: write it as 2027-01-15."))
        try:
            return dt.date.fromisoformat(parse_day(str(value)))
        except ValueUnreadable as error:
            raise ValidationError(str(error)) from None
