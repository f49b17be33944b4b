"""Filters of offers, needs and surveys, shared by pages and API."""

from collections.abc import Container
from typing import Any, ClassVar, TypeVar

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from directory.filters import agency_filter, area_filter, country_filter, group_filter, modality_filter, target_filter
from directory.listing.filtersets import by_group_of, code_filter, in_any_group
from directory.models import Country, CountryGroup, Modality, PriorityArea
from surveys.choices import Side
from surveys.models import Need, Offer, Survey, Target
from surveys.models.postings.posting import Posting
from surveys.postings.shown.reach import reaching_any
from surveys.searching.finding import postings_found
from web.calendar.days import first_day_not_ended, last_day_begun, today
from web.facets import Facet, GroupedFacet, by_condition, by_stated, by_value, of_those_that
from web.filters import (
    ListFilterSet,
    MomentFilter,
    OneOrSeveral,
    SearchFilter,
    SeveralFilter,
    YesNoFilter,
    names_filter,
)
from web.lists.pages import CLOSED
from web.ordering import ID, Ordering, SortKey

Row = TypeVar("Row", bound=Posting)

MOST_REACHED = 20
"""Countries of one question whom offers reach: each is asked for itself."""


def of_country(countries: Any, *, side: str = "") -> Q:
    """Return the condition that a posting is of one of the countries: its own country, else its agency's.

    `countries` are ISO3 codes or a subquery of them; `side` is the path to the posting, such as "need__".
    """
    return Q((f"{side}country__in", countries)) | Q(
        (f"{side}country__isnull", True), (f"{side}agency__country__in", countries)
    )


def states_any_of(through: Any, field: str, rows: list[Any], *, posting: str, outer: str = "pk") -> Exists:
    """Return the condition that a posting states one of the rows, by their table; it never doubles a posting."""
    return Exists(through.objects.filter(**{posting: OuterRef(outer), f"{field}__in": [row.pk for row in rows]}))


def open_unless_asked(rows: QuerySet[Any], asked: Container[str]) -> QuerySet[Any]:
    """Return what a list shows of the rows that its filters find: open ones, unless the query asks otherwise."""
    return rows if CLOSED in asked or "is_open" in asked else rows.open_now()  # type: ignore[attr-defined]


BY_COUNTRY = by_value(Case(When(country=None, then=F("agency__country")), default=F("country")))
"""Counts postings by the country whose they are, as `of_country` finds them."""


CONFIRMED = "confirmed"
_IS_CONFIRMED = Q(confirmed_on__isnull=False)
_OFFERS_BY_AREA = by_stated(Offer.areas.through, row="offer", value="priorityarea")
_OFFERS_BY_MODALITY = by_stated(Offer.modalities.through, row="offer", value="modality")
_NEEDS_BY_AREA = by_stated(Need.areas.through, row="need", value="priorityarea")
_NEEDS_BY_MODALITY = by_stated(Need.modalities.through, row="need", value="modality")


def _confirmed(**facets: GroupedFacet) -> dict[str, dict[str, Facet]]:
    """Return the facets of confirmed postings alone: the parts of the bars of a picture."""
    return {CONFIRMED: dict(zip(facets, of_those_that(_IS_CONFIRMED, *facets.values()), strict=True))}


class SurveyFilter(ListFilterSet[Survey]):
    """Filters of survey editions."""

    id = code_filter("code", example="escap-unossc-2018")

    days = {"stated_on": _("Stated on"), "opens_on": _("Opens on"), "closes_on": _("Closes on")}

    orderings = {
        "-stated_on": Ordering(_("Newest first"), (SortKey("stated_on", "day", descending=True), SortKey("code"))),
        "stated_on": Ordering(_("Oldest first"), (SortKey("stated_on", "day"), SortKey("code"))),
        "code": Ordering(_("Code"), (SortKey("code"),)),
    }


class PostingFilter(ListFilterSet[Row]):
    """What filters of offers and of needs have in common."""

    side: ClassVar[str]

    q = SearchFilter(label=_("Search"), method="search")
    country = country_filter(condition="of_countries")
    group = group_filter(condition="of_groups")
    area = area_filter(condition="in_areas")
    modality = modality_filter(condition="in_modalities")
    agency = agency_filter()
    survey = SeveralFilter(
        label=_("Survey"),
        widget=OneOrSeveral,
        queryset=Survey.objects.public(),
        to_field_name="code",
        error_messages={"invalid_choice": _("Give the code of a survey: /api/v1/surveys/ lists them.")},
    )
    id = names_filter()
    is_open = YesNoFilter(label=_("Open today"), method="by_openness")
    is_confirmed = YesNoFilter(label=_("Confirmed"), method="by_confirmation", empty_label=_("Any"))
    updated_since = MomentFilter(label=_("Updated since"), field_name="updated_at", lookup_expr="gte")
    updated_before = MomentFilter(label=_("Updated before"), field_name="updated_at", lookup_expr="lt")
    created_since = MomentFilter(label=_("Created since"), field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(label=_("Created before"), field_name="created_at", lookup_expr="lt")

    days = {
        "opens_on": _("Opens on"),
        "closes_on": _("Closes on"),
        "stated_on": _("Stated on"),
        "confirmed_on": _("Confirmed on"),
    }
    orderings = {
        "newest": Ordering(
            _("Confirmed first, then newest"),
            (
                SortKey("confirmed_on", "day", descending=True),
                SortKey("stated_on", "day", descending=True),
                ID,
            ),
        ),
        "title": Ordering(_("Title"), (SortKey("title"), ID)),
        "-title": Ordering(_("Title, Z to A"), (SortKey("title", descending=True), ID)),
        "closes_on": Ordering(_("Closing soonest"), (SortKey("closes_on", "day"), ID)),
        "-closes_on": Ordering(_("Closing latest"), (SortKey("closes_on", "day", descending=True), ID)),
        "updated_at": Ordering(_("Updated longest ago"), (SortKey("updated_at", "moment"), ID)),
        "-updated_at": Ordering(_("Updated last"), (SortKey("updated_at", "moment", descending=True), ID)),
        "id": Ordering(_("Number"), (ID,)),
    }
    facets: ClassVar[dict[str, Facet]] = {
        "country": BY_COUNTRY,
        "group": by_group_of(BY_COUNTRY),
        "agency": by_value("agency__code"),
        "survey": by_value("survey__code"),
        "is_confirmed": by_condition(_IS_CONFIRMED),
    }

    def search(self, queryset: QuerySet[Row], name: str, text: str) -> QuerySet[Row]:
        """Return postings that a text finds by what they state and by their words."""
        return postings_found(queryset, text, side=self.side)

    def of_countries(self, countries: list[Country]) -> Q:
        """Return the condition of postings of the countries."""
        return of_country([country.pk for country in countries])

    def of_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of postings of today's members of the groups."""
        return in_any_group(groups, of_country)

    def in_areas(self, areas: list[PriorityArea]) -> Q:
        """Return the condition of postings that state one of the areas."""
        through = self.queryset.model.areas.through
        return Q(states_any_of(through, "priorityarea", areas, posting=self.side))

    def in_modalities(self, modalities: list[Modality]) -> Q:
        """Return the condition of postings that state one of the modalities."""
        through = self.queryset.model.modalities.through
        return Q(states_any_of(through, "modality", modalities, posting=self.side))

    def by_openness(self, queryset: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Return postings whose dates are open somewhere on earth now, or those whose dates are not."""
        if value == "true":
            return queryset.open_now()  # type: ignore[attr-defined]
        return queryset.filter(Q(opens_on__gt=last_day_begun()) | Q(closes_on__lt=first_day_not_ended()))

    def by_confirmation(self, queryset: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Return postings that their own agency vouched for, or those that nobody has yet."""
        return queryset.filter(confirmed_on__isnull=value != "true")


class OfferFilter(PostingFilter[Offer]):
    """Filters of offers."""

    side = Side.OFFER

    facets = PostingFilter.facets | {
        "area": _OFFERS_BY_AREA,
        "modality": _OFFERS_BY_MODALITY,
        "target": by_stated(Target, row="offer", value="group"),
    }
    parts_of_facets = _confirmed(area=_OFFERS_BY_AREA, modality=_OFFERS_BY_MODALITY)

    reaches = country_filter(label=_("Who can help"), condition="reaching", most=MOST_REACHED)
    target = target_filter(condition="for_groups")

    def reaching(self, countries: list[Country]) -> Q:
        """Return the condition of offers that reach a country today: by name, through a group, or open to all."""
        return reaching_any([country.pk for country in countries], on=today())

    def for_groups(self, groups: list[CountryGroup]) -> Q:
        """Return the condition of offers that name one of the groups."""
        return Q(Exists(Target.objects.filter(offer=OuterRef("pk"), group__in=groups)))


class NeedFilter(PostingFilter[Need]):
    """Filters of needs."""

    side = Side.NEED
    facets = PostingFilter.facets | {"area": _NEEDS_BY_AREA, "modality": _NEEDS_BY_MODALITY}
    parts_of_facets = _confirmed(area=_NEEDS_BY_AREA, modality=_NEEDS_BY_MODALITY)
