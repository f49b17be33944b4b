"""Kinds of filters. One of several values has a twin, `not_` and its name, that keeps what it would leave out."""

import copy
from typing import Any, Self

import django_filters
from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from web.filters.composed import ComposedOnce
from web.filters.fields import DayField, MomentField, ScoreField, SearchField
from web.filters.several import NamesField, SeveralChoicesField, SeveralField, Worded

NEGATION = "not_"
NUMBER, CODE, PAIR = "[0-9]{1,18}", "[-A-Za-z0-9_]{1,60}", "[0-9]{1,18}-[0-9]{1,18}"


class SearchFilter(django_filters.Filter):
    """`q`: words to search for."""

    field_class = SearchField


class MomentFilter(django_filters.Filter):
    """`updated_since`: a moment or a day."""

    field_class = MomentField


class DayFilter(django_filters.Filter):
    """A day, which belongs to what is asked for."""

    field_class = DayField


class ScoreFilter(django_filters.Filter):
    """A bound of a score, from 0 to 1."""

    field_class = ScoreField


class YesNoFilter(django_filters.ChoiceFilter):
    """Exactly `true` or `false`."""

    def __init__(self, **kwargs: Any) -> None:
        refusal = {"invalid_choice": _("Give true or false.")}
        choices = [("true", _("Yes")), ("false", _("No"))]
        super().__init__(**{"choices": choices, "error_messages": refusal, **kwargs})


class OfSeveral(django_filters.Filter):
    """A filter of several values, of which any may fit.

    condition: the method of the filterset that returns, for the values, the condition on a row; without one the
    column `field_name` holds one of them. A condition and not a list of rows, so that the twin can turn it round.
    """

    negates = False

    def __init__(self, *args: Any, condition: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.condition = condition

    def filter(self, qs: QuerySet[Any], value: list[Any]) -> QuerySet[Any]:
        """Return the rows that any of the values fits; of the twin, those that none does."""
        if not value:
            return qs
        found = self._condition(value)
        return qs.exclude(found) if self.negates else qs.filter(found)

    def twin(self) -> Self:
        """Return the filter that keeps what this one leaves out."""
        other = copy.copy(self)
        other.extra, other.negates = dict(self.extra), True
        other.label = format_lazy(_("Not: {filter}"), filter=self.label)
        return other

    def _condition(self, value: list[Any]) -> Q:
        if self.condition:
            found: Q = getattr(self.parent, self.condition)(value)
            return found
        return Q((f"{self.field_name}__in", value))


class SeveralFilter(OfSeveral, django_filters.ModelMultipleChoiceFilter):
    """Rows named by their codes."""

    field_class = SeveralField

    def __init__(self, *args: Any, queryset: QuerySet[Any], **kwargs: Any) -> None:
        composed = ComposedOnce(queryset) if issubclass(queryset.model, Worded) else None
        super().__init__(*args, queryset=queryset, composed=composed, **kwargs)


class SeveralChoicesFilter(OfSeveral):
    """Codes out of a closed list."""

    field_class = SeveralChoicesField


class NamesFilter(OfSeveral):
    """Rows by what their addresses name them by."""

    field_class = NamesField


def names_filter(field_name: str = "pk", *, pattern: str = NUMBER, example: str = "12", **kwargs: Any) -> NamesFilter:
    """Return a filter by the names of rows, such as `id`: numbers, unless the pattern says otherwise."""
    options = {"label": _("Number"), "pattern": pattern, "example": example, "field_name": field_name}
    return NamesFilter(**{**options, **kwargs})
