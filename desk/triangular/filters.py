"""Filters of the list of triangular options."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.queue.filters import ALL, Choices, OnePostingFilter, QueueFilter
from directory.models import Country
from matching.choices import OptionStatus
from matching.models import TriangularOption
from matching.models.triangular.option import POSTINGS
from surveys.filtersets import of_country
from surveys.models import Need

Rows = QuerySet[Any]


class OptionStatusFilter(QueueFilter):
    """How far the option has come; without a choice, what waits for a decision."""

    title = _("Status")
    parameter_name = "status"

    @property
    def chosen(self) -> str:
        return super().chosen or OptionStatus.SUGGESTED.value

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return [*OptionStatus.choices, (ALL, _("All"))]

    def narrow(self, queryset: Rows, value: str) -> Rows:
        return queryset if value == ALL else queryset.filter(status=value)


class TripleSouthFilter(QueueFilter):
    """Whether the facilitating partner is a country of the South, too."""

    title = _("Triple-South")
    parameter_name = "triple_south"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        return [("yes", _("Yes: all three of the South")), ("no", _("No"))]

    def narrow(self, queryset: Rows, value: str) -> Rows:
        return queryset.filter(is_triple_south=value == "yes")


class OptionCountryFilter(QueueFilter):
    """A country that takes any of the three parts; its choices are those that take one in some option."""

    title = _("Country, in any part")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Choices:
        found = Q()
        for posting in POSTINGS:
            for path in (f"{posting}__country", f"{posting}__agency__country"):
                found |= Q(pk__in=TriangularOption.objects.order_by().values(path))
        return [(country.pk, country.display_name) for country in Country.objects.filter(found)]

    def narrow(self, queryset: Rows, value: str) -> Rows:
        found = Q()
        for posting in POSTINGS:
            found |= of_country([value], side=f"{posting}__")
        return queryset.filter(found)


class OptionNeedFilter(OnePostingFilter):
    """Options of one need."""

    title = _("Only the need")
    parameter_name = "need"
    model = Need


OPTION_FILTERS: tuple[type[QueueFilter], ...] = (
    OptionStatusFilter,
    TripleSouthFilter,
    OptionCountryFilter,
    OptionNeedFilter,
)
