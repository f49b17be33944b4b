"""Filters and orders of one list, shared by its pages, its files and the API."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import django_filters
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from web.facets import Counts, Facet, counted, summed
from web.filters.kinds import NEGATION, DayFilter, NamesFilter, OfSeveral
from web.filters.several import SEPARATOR
from web.ordering import Ordering

Row = TypeVar("Row", bound=Model)


class ListFilterSet(django_filters.FilterSet, Generic[Row]):
    """Filters and orders of one list; the first of its `orderings` is the one of a list that names none.

    Pages and API give it the query of an address. A query in error gives an empty list: a wrong value never
    means "all".
    """

    orderings: ClassVar[dict[str, Ordering]] = {}
    facets: ClassVar[dict[str, Facet]] = {}
    parts_of_facets: ClassVar[Mapping[str, Mapping[str, Facet]]] = {}
    """Further counts beside those of facets, of a part of the same rows: by what they are of, and by filter."""
    days: ClassVar[Mapping[str, Any]] = {}
    """Columns of days, with their names for people: each has the filters `_from` and `_to`, both days included."""

    def __init__(
        self,
        data: QueryDict | None = None,
        queryset: QuerySet[Row] | None = None,
        *,
        request: Any = None,
        prefix: str | None = None,
    ) -> None:
        # Bound even by an empty query, so that one path validates and orders.
        known = self.known_filters()
        asked = _one_by_one(QueryDict() if data is None else data, known)
        # Each is copied and has a field made: those that are on no form are, only where they are asked for.
        self.base_filters: dict[str, django_filters.Filter] = {}
        super().__init__(asked, queryset, request=request, prefix=prefix)
        for name, one in known.items():
            if name in asked or not _is_on_no_form(one):
                self.filters[name] = _own_copy(one, self)

    @classmethod
    def known_filters(cls) -> dict[str, django_filters.Filter]:
        """Return all filters of the list by name, those too that nobody asks for just now."""
        found: dict[str, django_filters.Filter] = vars(cls)["base_filters"]
        return found

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        """Add the twins of filters of several values, the ranges of days, and `ordering` with its closed list."""
        filters = super().get_filters()
        for name, one in list(filters.items()):
            if isinstance(one, OfSeveral):
                filters[f"{NEGATION}{name}"] = one.twin()
        for name, label in cls.days.items():
            words = {"field_name": name, "label": format_lazy(_("{day}: from"), day=label)}
            filters[f"{name}_from"] = DayFilter(lookup_expr="gte", **words)
            words["label"] = format_lazy(_("{day}: to"), day=label)
            filters[f"{name}_to"] = DayFilter(lookup_expr="lte", **words)
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

    def of_each(self, parts: Iterable[QuerySet[Row]]) -> list[QuerySet[Row]]:
        """Return of each part of a list the rows that pass, in no order; none where the query is in error."""
        return [self.filter_queryset(part) if self.is_valid() else part.none() for part in parts]

    def counts(
        self,
        names: Iterable[str],
        *,
        in_view: Callable[[QuerySet[Row]], QuerySet[Row]],
        parts: Sequence[QuerySet[Row]] = (),
    ) -> dict[str, Counts]:
        """Return, by filter, how many rows each of its choices has under the other filters that are on.

        names: of the filters shown; those without a facet are left out. in_view: what narrows the list besides its
        filters. parts: of the list, where it comes in such: each is counted by itself. Raises ValueError where the
        query is in error: nothing is counted then.
        """
        return self.counts_in_parts(names, in_view=in_view, parts=parts)[""]

    def counts_in_parts(
        self,
        names: Iterable[str],
        *,
        in_view: Callable[[QuerySet[Row]], QuerySet[Row]],
        parts: Sequence[QuerySet[Row]] = (),
        beside: Iterable[str] = (),
    ) -> dict[str, dict[str, Counts]]:
        """Return the counts, under an empty name, and `beside` them some of `parts_of_facets`, by the same statements.

        Raises ValueError as `counts`.
        """
        of_all = {name: self.facets[name] for name in names if name in self.facets}
        kinds: dict[str, Mapping[str, Facet]] = {"": of_all, **{one: self.parts_of_facets[one] for one in beside}}
        facets = {(kind, name): facet for kind, some in kinds.items() for name, facet in some.items()}
        if not self.is_valid():
            raise ValueError("A query in error finds nothing to count.")
        # Those whose own filter is off are all counted over the rows that the list shows.
        groups: dict[str, dict[Any, Facet]] = {"": {}}
        for key, facet in facets.items():
            groups.setdefault(key[1] if key[1] in self._passing else "", {})[key] = facet
        found: dict[Any, Counts] = {}
        for left_out, some in groups.items():
            if parts:
                found |= summed(counted(some, in_view(self._without(left_out, part))) for part in parts)
            else:
                found |= counted(some, self._beside(left_out, in_view=in_view))
        return {kind: {name: found.get((kind, name), {}) for name in some} for kind, some in kinds.items()}

    def _beside(self, name: str, *, in_view: Callable[[QuerySet[Row]], QuerySet[Row]]) -> QuerySet[Row]:
        """Return the rows that the other filters leave, in no order: which a choice of this one narrows further."""
        left = in_view(self.queryset.order_by())
        for other, passing in self._passing.items():
            if other != name:
                left = left.filter(pk__in=passing)
        return left

    def _without(self, name: str, part: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows of a part that the filters leave, but for one of them."""
        for other, value in self.form.cleaned_data.items():
            if other not in (name, "ordering") and other in self.data:
                part = self.filters[other].filter(part, value)
        return part.order_by()

    @cached_property
    def _passing(self) -> dict[str, QuerySet[Row]]:
        """By filter that is on, the rows that pass it."""
        return {
            name: self.filters[name].filter(self.queryset, value).order_by().values("pk")
            for name, value in self.form.cleaned_data.items()
            if name in self.data and getattr(self.filters[name], "method", None) != "keep_all"
        }


def _one_by_one(data: QueryDict, filters: Mapping[str, django_filters.Filter]) -> QueryDict:
    """Return the query with values that commas part as values of their own."""
    parted = data.copy()
    for name, values in data.lists():
        if isinstance(filters.get(name), OfSeveral) and any(SEPARATOR in value for value in values):
            parted.setlist(name, [one for value in values for one in value.split(SEPARATOR)])
    return parted


def _own_copy(one: django_filters.Filter, filterset: ListFilterSet[Any]) -> django_filters.Filter:
    """Return the filter for one query: the library's deep copy holds the same in a hundred times the time."""
    own = copy.copy(one)
    # What one reader is offered to choose from stands in it, and rows that were read for one request.
    own.extra = dict(one.extra)
    if isinstance(rows := getattr(one, "queryset", None), QuerySet):
        own.queryset = own.extra["queryset"] = rows.all()
    vars(own).pop("_field", None)
    own.model, own.parent = filterset.queryset.model, filterset
    if own.method is not None:
        # What calls it knows the filter that it was set on.
        own.method = one.method
    return own


def _is_on_no_form(one: django_filters.Filter) -> bool:
    return isinstance(one, DayFilter | NamesFilter) or getattr(one, "negates", False)


def query_of(pairs: Iterable[tuple[str, str]]) -> QueryDict:
    """Return the query of an address with these parameters, in their order."""
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query
