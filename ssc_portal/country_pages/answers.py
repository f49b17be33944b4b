"""All that the page of a country answers, for one reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory.choices import AreaUse
from directory.models import Country, PriorityArea
from practices.shown.beside import PracticesBeside, practices_for_country, practices_of_country
from ssc_portal.country_pages.matrix import MatrixRow, OwnPostings, matrix, own_postings
from ssc_portal.country_pages.open_to import OpenTo, Reader, open_to
from surveys.filtersets import of_country
from surveys.models import Need, Offer
from surveys.results.of_country import SaidInAnEdition, said_by


@dataclass(frozen=True)
class AlsoSought:
    """An area that the country seeks, and the others who seek it too, in their order."""

    area: PriorityArea
    others: Sequence[Country]


@dataclass(frozen=True)
class CountryAnswers:
    """What is open to a country, what it seeks and offers, who seeks the same, practices, what it said in surveys."""

    open_to: OpenTo
    needs: OwnPostings
    offers: OwnPostings
    matrix: Sequence[MatrixRow]
    also_sought: Sequence[AlsoSought]
    own_practices: PracticesBeside
    practices_for_it: PracticesBeside
    editions: Sequence[SaidInAnEdition]

    @property
    def with_challenges(self) -> list[SaidInAnEdition]:
        """The editions in which it named challenges."""
        return [edition for edition in self.editions if edition.challenges]

    @property
    def with_support_received(self) -> list[SaidInAnEdition]:
        """The editions in which it said from whom it received support, or that it names none."""
        return [edition for edition in self.editions if edition.support_received]


def answers_of(country: Country, *, reader: Reader) -> CountryAnswers:
    """Return what the page answers: as many queries whatever the number of postings."""
    areas = list(PriorityArea.objects.shown())
    open_to_it = open_to(country, reader=reader, areas=areas)
    needs = own_postings(Need, country, reader=reader)
    offers = own_postings(Offer, country, reader=reader)
    return CountryAnswers(
        open_to=open_to_it,
        needs=needs,
        offers=offers,
        matrix=matrix(country, reader=reader, areas=areas, needs=needs, offers=offers, open_to_it=open_to_it),
        also_sought=_also_sought(country, needs, areas, reader),
        own_practices=practices_of_country(country),
        practices_for_it=practices_for_country(country, [area for area in areas if area.pk in needs.by_area]),
        editions=said_by(country),
    )


def _also_sought(
    country: Country, needs: OwnPostings, areas: Sequence[PriorityArea], reader: Reader
) -> list[AlsoSought]:
    """Return who else seeks what the country seeks; tags, which nearly all name, tell nothing apart."""
    sought = [area for area in areas if area.pk in needs.by_area and area.use == AreaUse.AREA]
    others = Need.objects.visible_to(reader).open_now().exclude(of_country([country.pk])).order_by()
    pairs = set(
        Need.areas.through.objects.filter(need__in=others.values("pk"), priorityarea__in=[one.pk for one in sought])
        .order_by()
        .values_list("priorityarea_id", "need__country_id")
    )
    countries = list(Country.objects.listed().filter(pk__in={iso3 for _area, iso3 in pairs}))
    found = [AlsoSought(area, [one for one in countries if (area.pk, one.pk) in pairs]) for area in sought]
    return [one for one in found if one.others]
