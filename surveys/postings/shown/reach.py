"""Whom an offer reaches: countries by name, members of groups on a day, or all of the South."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from directory.choices import GroupLevel, MembershipStatus
from directory.models import Country, CountryGroup, GroupMembership
from directory.models.group import SOUTH
from surveys.choices import PlaceKind
from surveys.models import Offer, Target
from surveys.models.posting import PostingQuerySet

NAMED = "named"
OPEN = "open"

ESCAP_SUB_REGIONS = ("ESCAP_ENEA", "ESCAP_SEA", "ESCAP_SSWA", "ESCAP_NCA", "ESCAP_PACIFIC")

DEFAULT_TRANSITION_YEARS = 3


class PlaceKey(NamedTuple):
    """A target or preferred partner as the reach rules see it: its kind and the code of its country or group."""

    kind: str
    code: str


OPEN_TO_THE_SOUTH = PlaceKey(kind=PlaceKind.GROUP, code=SOUTH)


@dataclass(frozen=True, slots=True)
class Route:
    """One way in which a place reaches a country.

    `level` is "named", "open" or a GroupLevel; `left_on` is set where the country left the group and is still
    reached in its transition.
    """

    level: str
    group: str | None = None
    left_on: dt.date | None = None


@dataclass(frozen=True)
class ReachTable:
    """Memberships of every group on one day, as the reach rules need them; made once for a run or a request."""

    on: dt.date
    level_of: dict[str, str]
    members: dict[str, dict[str, dt.date | None]]
    south: frozenset[str]
    sub_region_of: dict[str, str] = field(default_factory=dict)

    @classmethod
    def on_day(cls, on: dt.date, *, transition_years: int = DEFAULT_TRANSITION_YEARS) -> "ReachTable":
        """Read the groups and memberships that hold on the day `on`, in three queries.

        A country that left a group in special situation by a confirmed graduation is still reached through it for
        `transition_years` years; an end that is not confirmed does not end a membership (DESIGN section 4).
        """
        level_of = dict(CountryGroup.objects.active().values_list("code", "level"))
        parts_of: dict[str, list[str]] = {}
        for group, part in CountryGroup.parts.through.objects.values_list("from_countrygroup", "to_countrygroup"):
            parts_of.setdefault(part, []).append(group)
        memberships = GroupMembership.objects.filter(country__is_listed=True)
        graduated = memberships.ended_within(transition_years, on).filter(group__level=GroupLevel.SPECIAL_SITUATION)
        members: dict[str, dict[str, dt.date | None]] = {}
        # Entries that are not listed only resolve on input, and count in no group.
        rows = (memberships.in_force(on) | graduated).order_by("pk")
        for group, country, valid_to, status in rows.values_list("group", "country", "valid_to", "status"):
            left_on = valid_to if status == MembershipStatus.CONFIRMED and valid_to and valid_to <= on else None
            for code in (group, *parts_of.get(group, ())):
                of_group = members.setdefault(code, {})
                if left_on is None or country not in of_group:
                    of_group[country] = left_on
        return cls(
            on=on,
            level_of=level_of,
            members=members,
            south=frozenset(country for country, left_on in members.get(SOUTH, {}).items() if left_on is None),
            sub_region_of={iso3: code for code in ESCAP_SUB_REGIONS for iso3 in members.get(code, ())},
        )

    def route(self, place: PlaceKey, iso3: str) -> Route | None:
        """Return how a place reaches the country, or None.

        A country is reached by its name wherever it lies; through a group, and by an offer open to all, only if it
        is of the South.
        """
        if place.kind == PlaceKind.COUNTRY:
            return Route(level=NAMED) if place.code == iso3 else None
        if place.kind != PlaceKind.GROUP or iso3 not in self.south:
            return None
        if place.code == SOUTH:
            return Route(level=OPEN)
        level, of_group = self.level_of.get(place.code), self.members.get(place.code, {})
        if not level or iso3 not in of_group:
            return None
        return Route(level=level, group=place.code, left_on=of_group[iso3])

    def routes(self, places: Iterable[PlaceKey], iso3: str) -> list[Route]:
        """Return every way in which the places reach the country, in their order."""
        return [route for place in places if (route := self.route(place, iso3)) is not None]

    def groups_reaching(self, iso3: str) -> list[str]:
        """Return the codes of the groups through which an offer reaches the country."""
        return [
            code
            for code in (*self.members, SOUTH)
            if self.route(PlaceKey(kind=PlaceKind.GROUP, code=code), iso3) is not None
        ]


def places_or_open(places: Iterable[PlaceKey]) -> tuple[PlaceKey, ...]:
    """Return the places that an offer states; one that states none at all is open to all of the South."""
    return tuple(places) or (OPEN_TO_THE_SOUTH,)


def offers_reaching(
    queryset: PostingQuerySet[Offer],
    *,
    iso3: str,
    on: dt.date,
    transition_years: int = DEFAULT_TRANSITION_YEARS,
) -> PostingQuerySet[Offer]:
    """Return those of the offers that reach the country on the day `on`, each once."""
    table = ReachTable.on_day(on, transition_years=transition_years)
    targets = Target.objects.filter(offer=OuterRef("pk"))
    reached = Q(Exists(targets.filter(country=iso3)))
    reached |= Q(Exists(targets.filter(group__in=table.groups_reaching(iso3))))
    if iso3 in table.south:
        reached |= ~Q(Exists(targets))
    return queryset.filter(reached)


def countries_reached(places: Iterable[PlaceKey], *, on: dt.date) -> list[Country]:
    """Return the listed countries that an offer with these targets reaches on the day `on`, in their order.

    No place at all is open to all of the South. Four queries.
    """
    table, stated = ReachTable.on_day(on), places_or_open(places)
    return [country for country in Country.objects.listed() if table.routes(stated, country.iso3)]
