"""How closely places reach countries, as rows of levels in percent: what the engine reads of targets and wishes."""

import datetime as dt
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import engine
from matching.models import ScoringProfile
from surveys.choices import PlaceKind
from surveys.postings.shown.reach import PlaceKey, ReachTable, Route, day_of_the_source, places_or_open

NO_ROW = -1
Combination = tuple[frozenset[PlaceKey], str]
"""Places that a posting states, and the ESCAP sub-region of its own country."""


def places_stated(queryset: Any, side: str, only: Collection[int] | None) -> dict[int, tuple[PlaceKey, ...]]:
    """Return the places of each posting; one whose places are all unresolved is in it, and reaches nobody."""
    if only is not None:
        queryset = queryset.filter(**{f"{side}__in": list(only)})
    # A few hundred places are stated many thousand times: one object each is far quicker than one a row.
    known: dict[tuple[str, str | None, str | None, dt.date | None], PlaceKey] = {}

    def place(row: tuple[int, str, str | None, str | None, dt.date | None]) -> PlaceKey:
        stated = row[1:]
        if stated not in known:
            kind, country, group, day = stated
            known[stated] = PlaceKey(kind, country or group or "", day)
        return known[stated]

    rows = queryset.order_by(side, "position", "pk").values_list(
        side, "kind", "country", "group", day_of_the_source(side)
    )
    by_posting = groupby(rows.iterator(chunk_size=20_000), key=itemgetter(0))
    return {posting_id: tuple(map(place, of_it)) for posting_id, of_it in by_posting}


def level_percent(route: Route, profile: ScoringProfile, *, shares_sub_region: bool) -> int:
    """Return how close a route is, in percent; a region counts more where both sides share an ESCAP sub-region."""
    if route.level == "region" and shares_sub_region:
        return max(profile.level_region_shared, profile.level_region)
    return int(getattr(profile, f"level_{route.level}"))


class LevelRows:
    """Rows of levels by country, one for each distinct combination of places and offering sub-region."""

    def __init__(self, *, reach_table: ReachTable, profile: ScoringProfile, countries: tuple[str, ...]) -> None:
        self._table = reach_table
        self._profile = profile
        self._countries = countries
        self._column_of = {iso3: column for column, iso3 in enumerate(countries)}
        # The last one is that of a posting without a country, whose column is -1.
        self._sub_regions = [*(reach_table.sub_region_of.get(iso3, "") for iso3 in countries), ""]
        self._number_of: dict[tuple[PlaceKey, str], int] = {}
        self._rows: list[NDArray[np.uint8]] = []

    def reach(self, offers: engine.Postings, places: dict[int, tuple[PlaceKey, ...]]) -> engine.Reach:
        """Return how closely each offer reaches each country; one without targets is open to all that take part."""
        stated = (frozenset(places_or_open(places.get(offer_id, ()))) for offer_id in offers.ids.tolist())
        return engine.Reach(*self._by_combination(stated, offers))

    def preference(self, needs: engine.Postings, places: dict[int, tuple[PlaceKey, ...]]) -> engine.Preference:
        """Return how well each country fits the preferred partners of each need; -1 where it states none."""
        stated = (frozenset(places[need_id]) if need_id in places else None for need_id in needs.ids.tolist())
        return engine.Preference(*self._by_combination(stated, needs))

    def _by_combination(
        self, stated: Iterable[frozenset[PlaceKey] | None], postings: engine.Postings
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Return the rows, and which one each posting has."""
        number_of: dict[Combination, int] = {}
        row_of = np.array(
            [
                NO_ROW if places is None else number_of.setdefault((places, self._sub_regions[column]), len(number_of))
                for places, column in zip(stated, postings.country.tolist(), strict=True)
            ],
            dtype=np.int32,
        )
        return self._closest(number_of), row_of

    def _closest(self, combinations: Collection[Combination]) -> NDArray[np.uint8]:
        """Return a row for each combination: the closest of its places, country by country."""
        if not combinations:
            return np.zeros((0, len(self._countries)), dtype=np.uint8)
        numbers = [self._number(place, sub_region) for places, sub_region in combinations for place in places]
        first = np.cumsum([0, *(len(places) for places, _sub_region in combinations)])[:-1]
        return np.maximum.reduceat(np.stack(self._rows)[numbers], first, axis=0)

    def _number(self, place: PlaceKey, sub_region: str) -> int:
        # Nothing but a region is closer to those of the own sub-region.
        key = (place, sub_region if self._table.level_of.get(place.code) == "region" else "")
        if key not in self._number_of:
            self._number_of[key] = len(self._rows)
            self._rows.append(self._row(*key))
        return self._number_of[key]

    def _row(self, place: PlaceKey, sub_region: str) -> NDArray[np.uint8]:
        row = np.zeros(len(self._countries), dtype=np.uint8)
        for iso3 in self._candidates(place):
            route = self._table.route(place, iso3)
            if route is not None:
                shares = bool(sub_region) and self._table.sub_region_of.get(iso3) == sub_region
                row[self._column_of[iso3]] = level_percent(route, self._profile, shares_sub_region=shares)
        return row

    def _candidates(self, place: PlaceKey) -> Iterable[str]:
        return (place.code,) if place.kind == PlaceKind.COUNTRY else self._table.members_of(place)
