"""Whom an offer reaches: countries by name, members of groups on a day, or all that take part.

Through a group, and by an offer open to all, only countries and territories of `OPEN_REACH` are reached: a working rule
of this portal for finding offers, not a definition of anything. Members are those of the day of the run, except of a
list that others make anew each year (fragile situations, income): "fragile States" in a paper of June 2018 are those of
the list in force then, whatever the lists of later years say.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Q, When

from directory.choices import GroupLevel, MembershipStatus
from directory.models import Country, CountryGroup, GroupMembership
from directory.models.reference_data.group import OPEN_REACH
from surveys.choices import PlaceKind
from surveys.models import Offer, Target
from surveys.models.postings.posting import PostingQuerySet

NAMED = "named"
OPEN = "open"

ESCAP_SUB_REGIONS = ("ESCAP_ENEA", "ESCAP_SEA", "ESCAP_SSWA", "ESCAP_NCA", "ESCAP_PACIFIC")

DEFAULT_TRANSITION_YEARS = 3


class PlaceKey(NamedTuple):
    """A target or preferred partner as the reach rules see it: its kind and the code of its country or group.

    `stated_on` is the day of the source, for a list made anew each year alone; None is the day of the run.
    """

    kind: str
    code: str
    stated_on: dt.date | None = None


OPEN_TO_ALL = PlaceKey(kind=PlaceKind.GROUP, code=OPEN_REACH)


def day_of_the_source(posting: str) -> Case:
    """Return the day by which a row of places is read, as a column: that of its posting, for a list made anew alone.

    `posting` is the name of the row's relation to the offer or the need.
    """
    return Case(When(group__is_made_anew=True, then=F(f"{posting}__stated_on")), default=None)


@dataclass(frozen=True, slots=True)
class Route:
    """One way in which a place reaches a country.

    `level` is "named", "open" or a GroupLevel; `left_on` is set where the country left the group and is still
    reached in its transition. `group` is None too where it is a list made anew each year: it explains a reach without
    saying of any country that it is on the list.
    """

    level: str
    group: str | None = None
    left_on: dt.date | None = None


class Term(NamedTuple):
    """A country's time on a list: from its first day to the first day of not being on it; None is without an end."""

    country: str
    first: dt.date | None
    end: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        """Whether the country is on the list on that day."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True)
class ReachTable:
    """Memberships of every group on one day, as the reach rules need them; made once for a run or a request.

    `lists` holds the terms of the lists made anew each year, of all years; `members` those of the day, of all groups.
    """

    on: dt.date
    level_of: dict[str, str]
    members: dict[str, dict[str, dt.date | None]]
    taking_part: frozenset[str]
    """The countries and territories of `OPEN_REACH`."""
    sub_region_of: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    transition_years: int = DEFAULT_TRANSITION_YEARS

    @classmethod
    def on_day(cls, on: dt.date, *, transition_years: int = DEFAULT_TRANSITION_YEARS) -> "ReachTable":
        """Read the groups and memberships that hold on the day `on`, in three queries.

        A country that left a group in special situation by a confirmed graduation is still reached through it for
        `transition_years` years; an end that is not confirmed does not end a membership.
        """
        groups = list(CountryGroup.objects.active().values_list("code", "level", "is_made_anew"))
        level_of = {code: level for code, level, _anew in groups}
        made_anew = {code for code, _level, anew in groups if anew}
        derived_from: dict[str, list[str]] = {}
        for group, part in CountryGroup.parts.through.objects.values_list("from_countrygroup", "to_countrygroup"):
            derived_from.setdefault(part, []).append(group)
        memberships = GroupMembership.objects.filter(country__is_listed=True)
        graduated = memberships.ended_within(transition_years, on).filter(group__level=GroupLevel.SPECIAL_SITUATION)
        of_lists = made_anew | {part for part, derived in derived_from.items() if made_anew.intersection(derived)}
        every_year = memberships.active().filter(group__in=of_lists)
        members: dict[str, dict[str, dt.date | None]] = {}
        lists: dict[str, list[Term]] = defaultdict(list)
        # Entries that are not listed only resolve on input, and count in no group.
        rows = (memberships.in_force(on) | graduated | every_year).order_by("pk")
        for group, country, first, valid_to, status in rows.values_list(
            "group", "country", "valid_from", "valid_to", "status"
        ):
            end = valid_to if status == MembershipStatus.CONFIRMED else None
            term, left_on = Term(country, first, end), end if end and end <= on else None
            for code in (group, *derived_from.get(group, ())):
                if code in made_anew:
                    lists[code].append(term)
                of_group = members.setdefault(code, {})
                is_member = group not in of_lists or term.holds_on(on)
                if is_member and (left_on is None or country not in of_group):
                    of_group[country] = left_on
        of_the_rule = members.get(OPEN_REACH, {})
        return cls(
            on=on,
            level_of=level_of,
            members=members,
            taking_part=frozenset(country for country, left_on in of_the_rule.items() if left_on is None),
            sub_region_of={iso3: code for code in ESCAP_SUB_REGIONS for iso3 in members.get(code, ())},
            lists={code: tuple(terms) for code, terms in lists.items()},
            transition_years=transition_years,
        )

    def route(self, place: PlaceKey, iso3: str) -> Route | None:
        """Return how a place reaches the country, or None.

        A country is reached by its name wherever it lies; through a group, and by an offer open to all, only if it
        is of `OPEN_REACH`.
        """
        if place.kind == PlaceKind.COUNTRY:
            return Route(level=NAMED) if place.code == iso3 else None
        if place.kind != PlaceKind.GROUP or iso3 not in self.taking_part:
            return None
        if place.code == OPEN_REACH:
            return Route(level=OPEN)
        level, of_group = self.level_of.get(place.code), self.members_of(place)
        if not level or iso3 not in of_group:
            return None
        if place.code in self.lists:
            return Route(level=level)
        return Route(level=level, group=place.code, left_on=of_group[iso3])

    def members_of(self, place: PlaceKey) -> Mapping[str, dt.date | None]:
        """Return the members of a group as the place names it, each with the day on which it left, if it did.

        Of a list made anew each year, those of the list in force on the day of the source.
        """
        if place.stated_on is None or place.code not in self.lists:
            return self.members.get(place.code, {})
        day = place.stated_on
        return {term.country: None for term in self.lists[place.code] if term.holds_on(day)}

    def routes(self, places: Iterable[PlaceKey], iso3: str) -> list[Route]:
        """Return every way in which the places reach the country, in their order."""
        return [route for place in places if (route := self.route(place, iso3)) is not None]

    def groups_reaching(self, iso3: str) -> list[str]:
        """Return the codes of the groups through which an offer reaches the country on the day of the table."""
        return [
            code
            for code in (*self.members, OPEN_REACH)
            if self.route(PlaceKey(kind=PlaceKind.GROUP, code=code), iso3) is not None
        ]

    def targets_reaching(self, iso3: str) -> Q:
        """Return the condition that a target reaches the country: the same rule as `route`, asked of the database."""
        reached = Q(country=iso3)
        reached |= Q(group__in=[code for code in self.groups_reaching(iso3) if code not in self.lists])
        if iso3 not in self.taking_part:
            return reached
        for code, terms in self.lists.items():
            if not self.level_of.get(code):
                continue
            for term in (one for one in terms if one.country == iso3):
                stated = Q(offer__stated_on__isnull=False)
                stated &= Q(offer__stated_on__gte=term.first) if term.first else Q()
                stated &= Q(offer__stated_on__lt=term.end) if term.end else Q()
                reached |= Q(group=code) & stated
                if term.holds_on(self.on):
                    reached |= Q(group=code, offer__stated_on__isnull=True)
        return reached

    def offers_reaching(self, iso3: str) -> Q:
        """Return the condition that an offer reaches the country: by a target, or because it is open to all."""
        targets = Target.objects.filter(offer=OuterRef("pk"))
        reached = Q(Exists(targets.filter(self.targets_reaching(iso3))))
        return reached | ~Q(Exists(targets)) if iso3 in self.taking_part else reached


def places_or_open(places: Iterable[PlaceKey]) -> tuple[PlaceKey, ...]:
    """Return the places that an offer states; one that states none at all is open to all that take part."""
    return tuple(places) or (OPEN_TO_ALL,)


def offers_reaching(
    queryset: PostingQuerySet[Offer],
    *,
    iso3: str,
    on: dt.date,
    table: ReachTable | None = None,
) -> PostingQuerySet[Offer]:
    """Return those of the offers that reach the country on the day `on`, each once; not its own: who could help it.

    `table` is that of the day where the caller has it already.
    """
    return queryset.filter(_reaching(iso3, table or ReachTable.on_day(on)))


def reaching_any(countries: Iterable[str], *, on: dt.date) -> Q:
    """Return the condition that an offer reaches one of the countries, given as ISO3, and is not that country's own."""
    table = ReachTable.on_day(on)
    return reduce(or_, (_reaching(iso3, table) for iso3 in countries))


def _reaching(iso3: str, table: ReachTable) -> Q:
    is_own = Q(country=iso3) | Q(country__isnull=True, agency__country=iso3)
    return table.offers_reaching(iso3) & ~is_own


def countries_reached(places: Iterable[PlaceKey], *, on: dt.date, stated_on: dt.date | None = None) -> list[Country]:
    """Return the listed countries that an offer with these targets reaches on the day `on`, in their order.

    No place at all is open to all that take part. `stated_on` is the day of its source. Four queries.
    """
    table = ReachTable.on_day(on)
    stated = [
        place._replace(stated_on=stated_on) if place.code in table.lists else place for place in places_or_open(places)
    ]
    return [country for country in Country.objects.listed() if table.routes(stated, country.iso3)]
