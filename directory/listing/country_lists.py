"""Lists that can be narrowed to one country."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet

from directory.models import Country
from web.lists.pages import FilteredList

Row = TypeVar("Row", bound=Model)


class CountryFilteredList(FilteredList[Row]):
    """A list whose form offers the countries that find something, with groups, areas and modalities."""

    form_fields: ClassVar[tuple[str, ...]] = ("q", "country", "group", "area", "modality", "ordering")

    def countries_to_choose(self) -> QuerySet[Country]:
        """Return the countries that the form offers: those that find something."""
        raise NotImplementedError

    def rows_to_choose(self) -> dict[str, QuerySet[Any]]:
        return {"country": self.countries_to_choose()}
