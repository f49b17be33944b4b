"""Fields that read what an address says: a value that is not exactly right is refused, never read as "all"."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from web.search.words import words_in

LONGEST_SEARCH = 200
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_SCORE = re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?")


class SearchField(forms.CharField):
    """Words to search for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_SEARCH, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the text; refuse one of which nothing is left to search for."""
        text: str = super().clean(value)
        if value and not words_in(text):
            raise forms.ValidationError(_("Give at least one letter or digit to search for."), code="invalid")
        return text


class ExactField(forms.CharField):
    """A value read as it stands, spaces included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"strip": False, **kwargs})


class ScoreField(ExactField):
    """A score from 0 to 1, with a decimal point and at most six decimals; cleaned to whole millionths."""

    def clean(self, value: Any) -> int | None:
        """Return millionths, or None where nothing was given."""
        text = super().clean(value)
        if not text:
            return None
        if not _SCORE.fullmatch(text):
            raise forms.ValidationError(
                _("Give a number from 0 to 1 with a decimal point and at most six decimals, such as 0.5."),
                code="invalid",
            )
        return int(Decimal(text) * 1_000_000)


class MomentField(ExactField):
    """A moment in ISO 8601 with its offset from UTC, or a day, which begins at 00:00 UTC."""

    def clean(self, value: Any) -> dt.datetime | None:
        """Return an aware moment in UTC, or None where nothing was given."""
        text = super().clean(value)
        if not text:
            return None
        try:
            if _DAY.fullmatch(text):
                return dt.datetime.combine(dt.date.fromisoformat(text), dt.time.min, dt.UTC)
            if _MOMENT.fullmatch(text):
                return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
        raise forms.ValidationError(
            _("Give a day, such as 2026-11-25, or a moment with its offset from UTC, such as 2026-11-25T09:30:00Z."),
            code="invalid",
        )


class DayField(ExactField):
    """A day in ISO 8601."""

    def clean(self, value: Any) -> dt.date | None:
        """Return the day, or None where nothing was given."""
        text = super().clean(value)
        if not text:
            return None
        try:
            if _DAY.fullmatch(text):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        raise forms.ValidationError(_("Give a day, such as 2018-06-27."), code="invalid")
