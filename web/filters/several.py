"""Fields of several values, of which any may fit: a parameter is repeated, or its values are parted by commas."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from html import escape
from typing import Any, Protocol, runtime_checkable

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_filters.fields import ModelMultipleChoiceField

from web.filters.composed import ComposedOnce
from web.filters.suggesting import readable, unknown_values

MOST_VALUES = 300
"""Of one parameter; all countries and territories are fewer."""
SEPARATOR = ","


def values_of(given: Sequence[str] | str | None, *, most: int = MOST_VALUES) -> list[str]:
    """Return the values of a parameter one by one, each once, in their order.

    Raises ValidationError for an empty one between commas, and for more than `most`.
    """
    parts = [given] if isinstance(given, str) else given or []
    values = list(dict.fromkeys(value for part in parts for value in str(part).split(SEPARATOR)))
    if len(values) > most:
        raise forms.ValidationError(_("Give at most %(most)d values.") % {"most": most}, code="invalid")
    if values and not all(value.strip() for value in values):
        raise forms.ValidationError(_("Empty: give a value or leave the parameter out."), code="invalid")
    return values


class Menu(forms.Select):
    """A menu, written without a template, which Django asks for each of its choices: all countries."""

    # As they are given: Django's own looks at each, whether it is a group of others.
    choices: Any = ()

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the menu as Django's template writes it."""
        choices, chosen = self.shown(
            [(str(code), str(label)) for code, label in self.choices], self.format_value(value)
        )
        options = (
            f'<option value="{escape(code)}"{" selected" if code in chosen else ""}>{escape(label)}</option>'
            for code, label in choices
        )
        written = mark_safe("\n  ".join(options))  # noqa: S308 - all values are escaped
        own = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>\n  {}\n</select>', name, own, written)

    def shown(self, choices: list[tuple[str, str]], chosen: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the choices that are written, and which of them are chosen."""
        return choices, chosen


class OneOrSeveral(Menu):
    """A menu of which people choose one; several that an address names are kept together as one more choice."""

    def shown(self, choices: list[tuple[str, str]], chosen: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the choices, and of several that are chosen one more."""
        if len(chosen) < 2:
            return choices, chosen
        labels = dict(choices)
        together = SEPARATOR.join(chosen)
        return [*choices, (together, ", ".join(labels.get(one, one) for one in chosen))], [together]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Return all values given."""
        return list(data.getlist(name))


class CheckBoxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, each within its label; written without a template, as `Menu` is."""

    choices: Any = ()

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the boxes one after the other."""
        chosen, own = self.format_value(value), self.build_attrs(self.attrs, attrs)
        stem = escape(own.pop("id", f"id_{name}"))
        is_named, others = f'<input type="checkbox" name="{escape(name)}"', flatatt(own)
        boxes = (
            f'<label class="check" for="{stem}_{place}">{is_named} value="{escape(str(code))}" id="{stem}_{place}"'
            f"{others}{' checked' if str(code) in chosen else ''}> {escape(str(label))}</label>"
            for place, (code, label) in enumerate(self.choices)
        )
        return mark_safe("\n".join(boxes))  # noqa: S308 - all values are escaped


@runtime_checkable
class Worded(Protocol):
    """A model whose rows a few of their columns name, in the reader's language."""

    @classmethod
    def word_columns(cls) -> tuple[str, ...]:
        """Return the names of the columns."""

    @classmethod
    def in_words(cls, rows: Iterable[tuple[str, ...]]) -> dict[str, str]:
        """Return what each is called, by its key, in their order."""


class SeveralField(ModelMultipleChoiceField):
    """Rows named by their codes; none given is an empty list, which filters nothing."""

    def __init__(
        self, *args: Any, most: int = MOST_VALUES, composed: ComposedOnce | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.most, self.composed = most, composed

    @cached_property
    def labels(self) -> dict[str, str]:
        """What may be chosen: by the value that an address gives, in words and in order; one query a form."""
        if self.to_field_name is None and self.composed:
            model = self.composed.model
            words: dict[str, str] = model.in_words(self.composed.values(*model.word_columns()))
            return words
        return {str(self.prepare_value(row)): str(row) for row in self.queryset}

    def clean(self, value: Any) -> list[Any]:
        """Return the rows, in one query; one that is not known is refused with what may have been meant."""
        codes = values_of(value, most=self.most)
        if not codes:
            return []
        key = self.to_field_name or "pk"
        rows = {str(getattr(row, key)): row for row in self.queryset.filter(**{f"{key}__in": codes})}
        unknown = [code for code in codes if code not in rows]
        if unknown:
            known = [(str(getattr(row, key)), str(row)) for row in self.queryset.order_by(key)]
            refusal = str(self.error_messages["invalid_choice"])
            raise forms.ValidationError(unknown_values(unknown, known, refusal=refusal), code="invalid_choice")
        return [rows[code] for code in codes]


class SeveralChoicesField(forms.MultipleChoiceField):
    """Codes out of a closed list."""

    widget = OneOrSeveral

    def clean(self, value: Any) -> list[str]:
        """Return the codes; one that is not known is refused with what may have been meant."""
        codes = values_of(value)
        known = [(str(code), str(label)) for code, label in self._pairs() if str(code)]
        named = {code for code, _label in known}
        if unknown := [code for code in codes if code not in named]:
            refusal = _("Give one of: %(names)s.") % {"names": ", ".join(code for code, _label in known)}
            raise forms.ValidationError(unknown_values(unknown, known, refusal=refusal), code="invalid_choice")
        return codes

    def _pairs(self) -> list[Any]:
        choices: Any = self.choices
        return list(choices)


class NamesField(forms.Field):
    """Names of rows of one shape, such as numbers; that a row is not there is no error, it is just not found."""

    widget = OneOrSeveral

    def __init__(self, *, pattern: str, example: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern, self.example = re.compile(pattern), example

    def clean(self, value: Any) -> list[str]:
        """Return the names as they are given."""
        names = values_of(value)
        if wrong := [name for name in names if not self.pattern.fullmatch(name)]:
            refusal = _("%(typed)s: give it as in %(example)s.")
            raise forms.ValidationError(
                refusal % {"typed": readable(wrong[0]), "example": self.example}, code="invalid"
            )
        return names
