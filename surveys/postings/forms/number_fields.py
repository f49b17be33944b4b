"""Amounts and counts in forms: read as the language of the page writes numbers, and shown again as they were read."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from surveys.reading.amounts import AmountError, parse_number
from surveys.reading.typed import as_read, mark_of_reader
from surveys.reading.values import ValueUnreadable, parse_whole


class AmountField(forms.CharField):
    """An amount to the cent."""

    def clean(self, value: Any) -> Decimal | None:
        """Return the amount, or None where none is stated."""
        text = super().clean(value).strip()
        try:
            return parse_number(text, decimal=mark_of_reader()) if text else None
        except AmountError as error:
            raise ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        """Show what is stored with its thousands apart, and what was typed as it was typed."""
        return as_read(value) if isinstance(value, Decimal) else value


class CountField(forms.IntegerField):
    """A whole number, thousands apart or not: the field of a browser for numbers takes no such mark, so it is text."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        """Return the number, or None where none is stated; a number with decimals is refused."""
        text = "" if value is None else str(value).strip()
        try:
            return parse_whole(text, decimal=mark_of_reader()) if text else None
        except ValueUnreadable as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """Show what is stored with its thousands apart, and what was typed as it was typed."""
        return as_read(value) if isinstance(value, int) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let telephones show digits."""
        return {**super().widget_attrs(widget), "inputmode": "numeric"}
