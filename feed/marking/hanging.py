"""What hangs on what: whose list shows something of a row that was written, or is ruled by it.

A match shows the titles of its postings, their countries and agencies; it is seen while both are. A posting shows its
agency, and is paused with its country; beside a code stands the name of what it names. Whatever is not said here, the
nightly pass finds.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from directory.models import Agency, CountryGroup, PriorityArea
from matching.models import Match
from practices.models import Practice
from surveys.models import Need, Offer

Keys = Collection[str]
Hanging = Callable[[Keys], QuerySet[Any]]


def _postings_of_countries(model: Any) -> Hanging:
    return lambda keys: model.objects.filter(Q(country__in=keys) | Q(agency__country__in=keys))


def _by(model: Any, *paths: str) -> Hanging:
    """Return the rows that one of these relations leads from to the keys."""

    def found(keys: Keys) -> QuerySet[Any]:
        condition = Q()
        for path in paths:
            condition |= Q(**{f"{path}__in": keys})
        return model.objects.filter(condition)

    return found


def _stating(relation: str) -> tuple[tuple[str, Hanging], ...]:
    return tuple((of, _by(model, relation)) for of, model in (("offer", Offer), ("need", Need), ("practice", Practice)))


HANGING: dict[str, tuple[tuple[str, Hanging], ...]] = {
    "country": (
        ("agency", _by(Agency, "country")),
        ("offer", _postings_of_countries(Offer)),
        ("need", _postings_of_countries(Need)),
        ("offer", _by(Offer, "targets__country")),
        ("need", _by(Need, "preferred_partners__country")),
        ("practice", _by(Practice, "agency__country", "countries")),
    ),
    "window": (
        ("offer", _postings_of_countries(Offer)),
        ("need", _postings_of_countries(Need)),
        ("practice", _by(Practice, "agency__country")),
    ),
    "group": (
        ("group", _by(CountryGroup, "parts")),
        ("offer", _by(Offer, "targets__group")),
        ("need", _by(Need, "preferred_partners__group")),
    ),
    "agency": (
        ("offer", _by(Offer, "agency")),
        ("need", _by(Need, "agency")),
        ("practice", _by(Practice, "agency", "partners")),
    ),
    "area": (("area", _by(PriorityArea, "parent")), *_stating("areas")),
    "modality": _stating("modalities"),
    **{what: (("offer", _by(Offer, what)), ("need", _by(Need, what))) for what in ("survey", "response")},
    "offer": (("match", _by(Match, "offer")),),
    "need": (("match", _by(Match, "need")),),
    "profile": (("match", _by(Match, "profile", "shown_by")),),
    "match": (("practice", _by(Practice, "match")),),
}
"""By what was written: what is to be looked at too. It goes downwards, so that it comes to an end."""


def hanging_on(what: str, keys: Keys) -> Iterator[tuple[str, str]]:
    """Return what is to be looked at, with its primary key, where these rows were written; some come twice."""
    for of, found in HANGING.get(what, ()):
        for key in found(keys).order_by().values_list("pk", flat=True).iterator():
            yield of, str(key)
