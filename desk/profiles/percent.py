"""Figures that are kept in millionths and that people give and read in percent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format

IN_PERCENT = frozenset({"min_score", "strong_from", "good_from"})
"""Of the figures of a profile; the others are whole numbers as they stand."""

PLACES = 4
"""Decimals of a percentage that is kept in millionths."""


class PercentField(forms.DecimalField):
    """A percentage with at most four decimals; cleaned to whole millionths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 100, "decimal_places": PLACES, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Return millionths as people give them; what was typed stays as it is."""
        return _plain(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        """Return millionths, or None where nothing was given."""
        percent = super().clean(value)
        return None if percent is None else int(percent.scaleb(PLACES))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is kept, not how it is written: 35 and 35.0 are the same."""
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


def as_given(figures: Mapping[str, int]) -> dict[str, str]:
    """Return the figures of a profile as a form or an address takes them."""
    return {name: _plain(value) if name in IN_PERCENT else str(value) for name, value in figures.items()}


def in_words(name: str, value: int) -> str:
    """Return a figure as the reader's language writes it."""
    return number_format(Decimal(_plain(value)) if name in IN_PERCENT else value, force_grouping=True)


def _plain(millionths: int) -> str:
    return f"{Decimal(millionths).scaleb(-PLACES).normalize():f}"
