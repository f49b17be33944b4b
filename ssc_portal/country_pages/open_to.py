"""What is open to a country, by area, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.choices import LEVELS_CALLED_BY_CODE, GroupLevel
from directory.models import Agency, Country, CountryGroup, PriorityArea, User
from directory.models.reference_data.group import short_name
from surveys.models import Offer
from surveys.postings.shown.page_rows import TARGETS
from surveys.postings.shown.reach import (
    NAMED,
    OPEN,
    PlaceKey,
    ReachTable,
    Route,
    offers_reaching,
    places_or_open,
)
from web.calendar.days import today

Reader = User | AnonymousUser

_CLOSEST_FIRST = (NAMED, *GroupLevel.values, OPEN)


@dataclass
class Helper:
    """A country, or an agency that is of none, with its offers in one area that are open to the country of the page."""

    who: Country | Agency
    offers: list[Offer] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    address: str = ""
    """Of the offer, or of the list of its offers where there are several."""

    @property
    def is_confirmed(self) -> bool:
        """Whether its own agency vouched for one of the offers at least."""
        return any(offer.is_confirmed for offer in self.offers)

    @property
    def years(self) -> list[int]:
        """The years in which what nobody confirmed was stated."""
        return sorted({offer.stated_on.year for offer in self.offers if offer.stated_on and not offer.is_confirmed})


@dataclass(frozen=True)
class OpenArea:
    """One area with what is open to the country in it."""

    area: PriorityArea
    offers: int
    confirmed: Sequence[Helper]
    """In alphabetical order, as those below."""
    stated: Sequence[Helper]
    """Those of whose offers none has been put to the Government yet."""

    @property
    def helpers(self) -> int:
        """How many countries, and agencies of none, have these offers."""
        return len(self.confirmed) + len(self.stated)


@dataclass(frozen=True)
class OpenTo:
    """All that is open to a country for one reader."""

    areas: Sequence[OpenArea]
    offers: int
    confirmed: int
    helpers: int

    def in_area(self, code: str) -> int:
        """Return how many offers are open to the country in an area."""
        return next((one.offers for one in self.areas if one.area.pk == code), 0)


def open_to(country: Country, *, reader: Reader, areas: Sequence[PriorityArea]) -> OpenTo:
    """Return the open offers of others that reach the country, by those of the areas that they state.

    Runs as many queries whatever there is: a table of reach, offers with areas and targets, labels of groups.
    """
    day = today()
    table = ReachTable.on_day(day)
    visible = offers_reaching(Offer.objects.visible_to(reader).open_now(), iso3=country.pk, on=day, table=table)
    offers = list(
        visible.select_related("country", "agency", "agency__country", "survey", "response")
        .prefetch_related("areas", TARGETS)
        .order_by("pk")
    )
    labels = CountryGroup.objects.labels()
    words = {offer.pk: _how(offer, country.pk, table, labels) for offer in offers}
    by_area: dict[str, list[Offer]] = {}
    for offer in offers:
        for area in offer.areas.all():
            by_area.setdefault(area.pk, []).append(offer)
    return OpenTo(
        areas=[_open_area(country, area, by_area[area.pk], words) for area in areas if area.pk in by_area],
        offers=len(offers),
        confirmed=sum(offer.is_confirmed for offer in offers),
        helpers=len({_who(offer) for offer in offers}),
    )


def _who(offer: Offer) -> Country | Agency:
    # A constraint of the database: an offer has a country or an agency.
    return cast("Country | Agency", offer.posting_country or offer.agency)


def _place(who: Country | Agency) -> tuple[bool, int, str]:
    """Return where a helper stands: countries in their alphabetical order, then agencies of none."""
    return isinstance(who, Agency), who.position if isinstance(who, Country) else 0, str(who)


def _open_area(country: Country, area: PriorityArea, offers: Sequence[Offer], words: dict[int, list[str]]) -> OpenArea:
    helpers: dict[Country | Agency, Helper] = {}
    for offer in offers:
        helper = helpers.setdefault(_who(offer), Helper(_who(offer)))
        helper.offers.append(offer)
        helper.routes = list(dict.fromkeys([*helper.routes, *words[offer.pk]]))
    for helper in helpers.values():
        helper.address = _address(country, area, helper)
    ordered = sorted(helpers.values(), key=lambda helper: _place(helper.who))
    return OpenArea(
        area=area,
        offers=len(offers),
        confirmed=[helper for helper in ordered if helper.is_confirmed],
        stated=[helper for helper in ordered if not helper.is_confirmed],
    )


def _address(country: Country, area: PriorityArea, helper: Helper) -> str:
    if len(helper.offers) == 1:
        return helper.offers[0].get_absolute_url()
    owner = ("country", helper.who.pk) if isinstance(helper.who, Country) else ("agency", helper.who.code)
    return f"{reverse('surveys:offers')}?{urlencode([('reaches', country.pk), ('area', area.pk), owner])}"


def _how(offer: Offer, iso3: str, table: ReachTable, labels: dict[str, str]) -> list[str]:
    """Return in words how an offer reaches the country: the closest way."""
    places = [
        PlaceKey(place.kind, place.country_id or place.group_id or "", offer.stated_on) for place in offer.targets.all()
    ]
    routes = table.routes(places_or_open(places), iso3)
    closest = sorted(routes, key=lambda route: _CLOSEST_FIRST.index(route.level))[:1]
    return [_route_words(route, labels) for route in closest]


def _route_words(route: Route, labels: dict[str, str]) -> str:
    if route.level == NAMED:
        return _("names it")
    if route.level == OPEN:
        return _("open to all countries and territories taking part")
    if route.group is None:
        return _("through a wider grouping that the offer names")
    name = short_name(route.group) if route.level in LEVELS_CALLED_BY_CODE else labels.get(route.group, route.group)
    if route.left_on:
        return _("as %(group)s, in its transition since %(day)s") % {
            "group": name, "day": date_format(route.left_on),
        }  # fmt: skip
    if route.level == GroupLevel.SPECIAL_SITUATION:
        return _("as %(group)s") % {"group": name}
    return _("through %(group)s") % {"group": name}
