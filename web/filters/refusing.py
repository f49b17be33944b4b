"""What is wrong with a query: each parameter that is unknown, empty, repeated, or has a wrong value."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from web.filters.kinds import OfSeveral
from web.filters.lists import ListFilterSet
from web.filters.suggesting import unknown_name

RANGES = (("_from", "_to"), ("_since", "_before"))
"""Ends of the names of two filters that together are a range."""


def refusals(
    data: QueryDict,
    filterset: ListFilterSet[Any],
    *,
    also: frozenset[str],
    also_several: frozenset[str] = frozenset(),
) -> dict[str, list[str]]:
    """Return what is wrong with a query, by parameter.

    `also` names the parameters of the list that are no filters, `also_several` those of them that take several
    values. Of filters those take several, of which any may fit.
    """
    known = filterset.known_filters()
    allowed = sorted({*known, *also})
    wrong: dict[str, list[str]] = {}
    for name, values in data.lists():
        is_of_several = name in also_several or isinstance(known.get(name), OfSeveral)
        if messages := refusal_of(name, values, allowed=allowed, takes_several=is_of_several):
            wrong[name] = messages
    for name, errors in filterset.errors.items():
        wrong.setdefault(name, [str(message) for message in errors])
    for name in _reversed_ranges(filterset):
        wrong.setdefault(name, [_("This is before the beginning: nothing can be found.")])
    return wrong


def refusal_of(name: str, values: Sequence[str], *, allowed: Sequence[str], takes_several: bool) -> list[str]:
    """Return what is wrong with a parameter and its values whatever they mean; nothing for one in order."""
    if name not in allowed:
        return [unknown_name(name, allowed)]
    if any(not value.strip() for value in values):
        return [_("Empty: give a value or leave the parameter out.")]
    return [_("Given more than once.")] if len(values) > 1 and not takes_several else []


def _reversed_ranges(filterset: ListFilterSet[Any]) -> Iterator[str]:
    given = filterset.form.cleaned_data if filterset.is_valid() else {}
    for first, last in RANGES:
        for name, begins in given.items():
            end = f"{name.removesuffix(first)}{last}"
            ends = given.get(end) if name.endswith(first) else None
            if begins is not None and ends is not None and ends < begins:
                yield end
