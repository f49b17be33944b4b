"""Filters of lists, shared by pages and API: a value that is not exactly right is refused, never read as "all"."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

import django_filters
from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelMultipleChoiceField

from web.ordering import Ordering
from web.text import fold

Row = TypeVar("Row", bound=Model)

LONGEST_SEARCH = 200
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_SCORE = re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?")


class SearchField(forms.CharField):
    """Words to search for, folded: NFC typed finds NFD stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_SEARCH, **kwargs})

    def clean(self, value: Any) -> list[str]:
        """Return the folded words; refuse a text of which nothing is left to search for."""
        text = super().clean(value)
        words = fold(text).split()
        if value and not words:
            raise forms.ValidationError(_("Give at least one letter or digit to search for."), code="invalid")
        return words


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


class SeveralField(ModelMultipleChoiceField):
    """Rows named by their codes; none given is an empty list, which filters nothing."""

    def clean(self, value: Any) -> list[Any]:
        """Return the rows."""
        return list(super().clean(value))


class SeveralFilter(django_filters.ModelMultipleChoiceFilter):
    """Several codes, of which any may fit."""

    field_class = SeveralField


class SearchFilter(django_filters.Filter):
    """`q`: words to search for."""

    field_class = SearchField


class MomentFilter(django_filters.Filter):
    """`updated_since`: a moment or a day."""

    field_class = MomentField


class YesNoFilter(django_filters.ChoiceFilter):
    """Exactly `true` or `false`."""

    def __init__(self, **kwargs: Any) -> None:
        refusal = {"invalid_choice": _("Give true or false.")}
        choices = [("true", _("Yes")), ("false", _("No"))]
        super().__init__(**{"choices": choices, "error_messages": refusal, **kwargs})


class ListFilterSet(django_filters.FilterSet, Generic[Row]):
    """Filters and orders of one list; the first of its `orderings` is the one of a list that names none.

    Pages and API give it the query of an address. A query in error gives an empty list: a wrong value never
    means "all".
    """

    orderings: ClassVar[dict[str, Ordering]] = {}

    def __init__(
        self,
        data: QueryDict | None = None,
        queryset: QuerySet[Row] | None = None,
        *,
        request: Any = None,
        prefix: str | None = None,
    ) -> None:
        # Bound even by an empty query, so that one path validates and orders.
        super().__init__(QueryDict() if data is None else data, queryset, request=request, prefix=prefix)

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """Add `ordering`, with a closed list of values."""
        filters = super().get_filters()
        if cls.orderings:
            refusal = format_lazy(_("Give one of: {names}."), names=", ".join(cls.orderings))
            filters["ordering"] = django_filters.ChoiceFilter(
                label=_("Order"),
                choices=[(name, ordering.label) for name, ordering in cls.orderings.items()],
                method="keep_all",
                empty_label=None,
                error_messages={"invalid_choice": refusal},
            )
        return filters

    def keep_all(self, queryset: QuerySet[Row], name: str, value: Any) -> QuerySet[Row]:
        """Return the rows as they are: the order is set when all filters have spoken."""
        return queryset

    @property
    def ordering_name(self) -> str:
        """Name of the order asked for, or of the first."""
        asked = self.form.cleaned_data.get("ordering") if self.is_valid() else None
        return asked or next(iter(self.orderings))

    @property
    def ordering(self) -> Ordering:
        """The order asked for, or the first."""
        return self.orderings[self.ordering_name]

    @property
    def qs(self) -> QuerySet[Row]:
        """The rows that pass, each once, in order; none where the query is in error."""
        if not self.is_valid():
            return self.queryset.none()
        return super().qs.order_by(*self.ordering.expressions())


def refusals(data: QueryDict, filterset: ListFilterSet[Any], *, also: frozenset[str]) -> dict[str, list[str]]:
    """Return what is wrong with a query, by parameter: unknown, empty, repeated, or a wrong value.

    `also` names the parameters of the list that are no filters. Several values are taken only where any of
    them may fit.
    """
    allowed = sorted({*filterset.filters, *also})
    wrong: dict[str, list[str]] = {}
    for name, values in data.lists():
        if name not in allowed:
            wrong[name] = [gettext("Unknown parameter. Allowed here: %(names)s.") % {"names": ", ".join(allowed)}]
        elif any(not value.strip() for value in values):
            wrong[name] = [gettext("Empty: give a value or leave the parameter out.")]
        elif len(values) > 1 and not isinstance(filterset.filters.get(name), SeveralFilter):
            wrong[name] = [gettext("Given more than once.")]
    for name, messages in filterset.errors.items():
        wrong.setdefault(name, [str(message) for message in messages])
    return wrong
