"""Coverage counted again, in plain loops over rows: what the tests hold the portal's own count against.

Written from the definition alone (docs/coverage.md). It shares no code with the portal: neither gates nor levels.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer

LEVELS = {"special_situation": 80, "organisation": 75, "sub_region": 70, "region": 60}
OPEN_LEVEL, NAMED_LEVEL, SHARED_REGION_LEVEL, DIRECT = 40, 100, 70, 70


@dataclass(frozen=True)
class Places:
    """The groups of a test: their level and members, and who takes part."""

    level_of: dict[str, str]
    members: dict[str, frozenset[str]]
    taking_part: frozenset[str]
    sub_regions: tuple[str, ...] = ()

    def sub_region_of(self, iso3: str | None) -> str | None:
        """The sub-region of a country."""
        return next((code for code in self.sub_regions if iso3 in self.members[code]), None)


@dataclass
class Numbers:
    """What is counted of one cell."""

    partners_of: dict[str, set[str]] = field(default_factory=dict)
    general_of: dict[str, set[str]] = field(default_factory=dict)

    @property
    def as_figures(self) -> tuple[int, ...]:
        """Seeking, partners, general, without, at most one, many."""
        counts = [len(partners) for partners in self.partners_of.values()]
        return (
            len(counts),
            len(set().union(*self.partners_of.values())),
            len(set().union(*self.general_of.values())),
            sum(count == 0 for count in counts),
            sum(count in (0, 1) for count in counts),
            sum(count > 4 for count in counts),
        )

    @property
    def word(self) -> str | None:
        """The word of the cell."""
        counts = [len(partners) for partners in self.partners_of.values()]
        half = len(counts) / 2
        if len(counts) < 3:
            return None
        for word, holds in (
            ("gap", lambda count: count == 0),
            ("thin", lambda count: count <= 1),
            ("many", lambda count: count >= 5),
        ):
            if len([count for count in counts if holds(count)]) >= half:
                return word
        return "several"


def stands(posting: Any, on: dt.date) -> bool:
    """Whether everyone may see the posting, it is open on the day, and not too old to stand beside others."""
    if posting.status != PostingStatus.PUBLISHED or posting.visibility != Visibility.PUBLIC:
        return False
    if (posting.opens_on and posting.opens_on > on) or (posting.closes_on and posting.closes_on < on):
        return False
    said = posting.confirmed_on or posting.stated_on
    return bool(posting.opens_on or posting.closes_on) or said is None or said >= on.replace(year=on.year - 3)


def party(posting: Any) -> str:
    """The offering country, or the agency where there is none."""
    country = posting.country_id or (posting.agency.country_id if posting.agency else None)
    return country or f"agency {posting.agency_id}"


def level(offer: Offer, iso3: str, places: Places) -> int:
    """How closely the offer reaches the country, in percent; 0: not at all."""
    targets = list(offer.targets.all())
    if not targets:
        return OPEN_LEVEL if iso3 in places.taking_part else 0
    found = [0]
    for target in targets:
        if target.country_id == iso3:
            found.append(NAMED_LEVEL)
        group = target.group_id
        if group and iso3 in places.taking_part and iso3 in places.members[group]:
            of_group = LEVELS[places.level_of[group]]
            own = places.sub_region_of(offer.country_id)
            if places.level_of[group] == "region" and own and own == places.sub_region_of(iso3):
                of_group = SHARED_REGION_LEVEL
            found.append(of_group)
    return max(found)


def numbers(
    needs: Iterable[Need],
    offers: Iterable[Offer],
    *,
    area: str,
    members: frozenset[str] | None,
    places: Places,
    form: str | None = None,
) -> Numbers:
    """Count one cell: of an area and the members of a column, or of an area and a form of cooperation."""
    result = Numbers()
    offers = list(offers)
    for need in needs:
        iso3 = str(need.country_id)
        asked = {modality.pk for modality in need.modalities.all()}
        if area not in {one.pk for one in need.areas.all()} or (members is not None and iso3 not in members):
            continue
        if form is not None and (asked if form == "" else form not in asked):
            continue
        partners, general = result.partners_of.setdefault(iso3, set()), result.general_of.setdefault(iso3, set())
        for offer in offers:
            offered = {modality.pk for modality in offer.modalities.all()}
            if area not in {one.pk for one in offer.areas.all()} or party(offer) == iso3:
                continue
            if need.agency_id is not None and need.agency_id == offer.agency_id:
                continue
            if asked and offered and not asked & offered:
                continue
            if form and offered and form not in offered:
                continue
            if reached := level(offer, iso3, places):
                (partners if reached >= DIRECT else general).add(party(offer))
    return result
