"""Filters of the list of triangular options."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from desk.queue.filtersets import ALL, BY_STATUS, choice_filter
from directory.filters import country_filter
from directory.models import Country
from matching.choices import OptionStatus
from matching.models import TriangularOption
from matching.models.triangular.option import POSTINGS
from surveys.filtersets import of_country
from web.filters import ListFilterSet, names_filter
from web.ordering import Ordering, SortKey

_THREE = tuple(SortKey(f"{posting}_id", "number", is_always_there=True) for posting in POSTINGS)


class OptionFilter(ListFilterSet[TriangularOption]):
    """Filters of triangular options, as `visible_to` shows them."""

    status = choice_filter(
        _("Status"), [*OptionStatus.choices, (ALL, _("All"))], method="by_status", empty_label=_("What waits")
    )
    triple_south = choice_filter(
        _("Triple-South"), [("yes", _("Yes: all three of the South")), ("no", _("No"))], method="by_third_party"
    )
    country = country_filter(label=_("Country, in any part"), condition="of_countries")
    need = names_filter("need", label=_("Need"))

    orderings = {
        "-score": Ordering(
            _("Best fit first"), (SortKey("score", "number", descending=True, is_always_there=True), *_THREE)
        ),
    }
    facets = {"status": BY_STATUS}

    def by_status(self, queryset: QuerySet[TriangularOption], name: str, status: str) -> QuerySet[TriangularOption]:
        """Return the options in this state."""
        return queryset if status == ALL else queryset.filter(status=status)

    def by_third_party(
        self, queryset: QuerySet[TriangularOption], name: str, is_of_the_south: str
    ) -> QuerySet[TriangularOption]:
        """Return the options whose facilitating partner is a country of the South too, or the others."""
        return queryset.filter(is_triple_south=is_of_the_south == "yes")

    def of_countries(self, countries: list[Country]) -> Q:
        """Return the condition of options in which one of the countries takes any of the three parts."""
        codes = [country.pk for country in countries]
        return reduce(or_, (of_country(codes, side=f"{posting}__") for posting in POSTINGS))
