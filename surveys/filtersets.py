"""Filters of offers, needs and surveys, shared by pages and API."""

import datetime as dt
from typing import Any, ClassVar, TypeVar

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from directory.filters import area_filter, country_filter, group_filter, modality_filter, target_filter
from directory.filtersets import countries_in
from directory.models import Agency, Country, CountryGroup, Modality, PriorityArea
from surveys.choices import Side
from surveys.models import Need, Offer, Survey, Target
from surveys.models.posting import Posting, PostingQuerySet
from surveys.postings.shown.reach import offers_reaching
from web.days import first_day_not_ended, last_day_begun, today
from web.filters import ListFilterSet, MomentFilter, SearchFilter, YesNoFilter
from web.ordering import ID, Ordering, SortKey

Row = TypeVar("Row", bound=Posting)


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


class SurveyFilter(ListFilterSet[Survey]):
    """Filters of survey editions."""

    orderings = {
        "-stated_on": Ordering(_("Newest first"), (SortKey("stated_on", "day", descending=True), SortKey("code"))),
        "stated_on": Ordering(_("Oldest first"), (SortKey("stated_on", "day"), SortKey("code"))),
        "code": Ordering(_("Code"), (SortKey("code"),)),
    }


class PostingFilter(ListFilterSet[Row]):
    """What filters of offers and of needs have in common."""

    side: ClassVar[str]

    q = SearchFilter(label=_("Search"), method="search")
    country = country_filter(method="by_country")
    group = group_filter(method="by_group")
    area = area_filter(method="by_area")
    modality = modality_filter(method="by_modality")
    agency = django_filters.ModelChoiceFilter(
        label=_("Agency"),
        queryset=Agency.objects.public(),
        to_field_name="code",
        error_messages={"invalid_choice": _("Give the code of an agency: /api/v1/agencies/ lists them.")},
    )
    survey = django_filters.ModelChoiceFilter(
        label=_("Survey"),
        queryset=Survey.objects.public(),
        to_field_name="code",
        error_messages={"invalid_choice": _("Give the code of a survey: /api/v1/surveys/ lists them.")},
    )
    is_open = YesNoFilter(label=_("Open today"), method="by_openness")
    updated_since = MomentFilter(label=_("Updated since"), field_name="updated_at", lookup_expr="gte")

    orderings = {
        "newest": Ordering(
            _("Newest first"),
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

    def search(self, queryset: QuerySet[Row], name: str, words: list[str]) -> QuerySet[Row]:
        """Return postings of whose title and text all words are part."""
        for word in words:
            queryset = queryset.filter(search_text__contains=word)
        return queryset

    def by_country(self, queryset: QuerySet[Row], name: str, country: Country) -> QuerySet[Row]:
        """Return postings of the country."""
        return queryset.filter(of_country([country.pk]))

    def by_group(self, queryset: QuerySet[Row], name: str, group: CountryGroup) -> QuerySet[Row]:
        """Return postings of today's members of the group."""
        return queryset.filter(of_country(countries_in(group)))

    def by_area(self, queryset: QuerySet[Row], name: str, areas: list[PriorityArea]) -> QuerySet[Row]:
        """Return postings that state one of the areas."""
        through = queryset.model.areas.through
        return queryset.filter(states_any_of(through, "priorityarea", areas, posting=self.side))

    def by_modality(self, queryset: QuerySet[Row], name: str, modalities: list[Modality]) -> QuerySet[Row]:
        """Return postings that state one of the modalities."""
        through = queryset.model.modalities.through
        return queryset.filter(states_any_of(through, "modality", modalities, posting=self.side))

    def by_openness(self, queryset: QuerySet[Row], name: str, value: str) -> QuerySet[Row]:
        """Return postings whose dates are open somewhere on earth now, or those whose dates are not."""
        if value == "true":
            return queryset.open_now()  # type: ignore[attr-defined]
        return queryset.filter(Q(opens_on__gt=last_day_begun()) | Q(closes_on__lt=first_day_not_ended()))


class OfferFilter(PostingFilter[Offer]):
    """Filters of offers."""

    side = Side.OFFER

    reaches = country_filter(label=_("Open to"), method="by_reach")
    target = target_filter(method="by_target")

    def by_reach(self, queryset: PostingQuerySet[Offer], name: str, country: Country) -> QuerySet[Offer]:
        """Return offers that reach the country today: by name, through a group, or open to all that take part."""
        day: dt.date = today()
        return offers_reaching(queryset, iso3=country.pk, on=day)

    def by_target(self, queryset: QuerySet[Offer], name: str, group: CountryGroup) -> QuerySet[Offer]:
        """Return offers that name the group."""
        return queryset.filter(Exists(Target.objects.filter(offer=OuterRef("pk"), group=group)))


class NeedFilter(PostingFilter[Need]):
    """Filters of needs."""

    side = Side.NEED
