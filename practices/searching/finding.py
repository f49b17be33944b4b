"""Finds practices by what was typed, as offers and needs are found: by the same words, codes and ranks."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from directory.searching.lexicon import AGENCY, AREA, COUNTRY, MODALITY, Meaning
from directory.searching.reading import SearchTerm, read_query
from practices.models import Practice
from practices.searching.documents import PRACTICE
from surveys.searching.finding import DocumentSearch
from surveys.searching.reasons import Findable, why_found_in


class PracticeSearch(DocumentSearch):
    """Finds practices by a query."""

    def best_first(self, practices: QuerySet[Practice], *, any_term: bool = False) -> QuerySet[Practice]:
        """Return the practices that are found, the best found first, then the newest.

        any_term: also those that not all terms find, behind those that more of them do.
        """
        points, found = self.ranked(side=PRACTICE, any_term=any_term)
        newest = F("published_at").desc(nulls_last=True)
        return practices.filter(found).annotate(points=points).order_by("-points", newest, "pk")

    def _reached(self, term: SearchTerm, *, side: str, path: str) -> Iterator[Q]:
        """Yield that a practice is of, or was put to use in, a country of a group named."""
        through: Any = Practice.countries.through
        for code in self.groups_named(term):
            members = list(self.reach.members.get(code, ()))
            used_there = Exists(through.objects.filter(practice=OuterRef("pk"), country__in=members))
            yield Q(agency__country__in=members) | Q(used_there)


def practices_found(practices: QuerySet[Practice], text: str) -> QuerySet[Practice]:
    """Return those of the practices that a text typed into a search finds, all of its terms in each."""
    return practices.filter(PracticeSearch(read_query(text)).condition(side=PRACTICE))


def why_practice_found(practice: Practice, search: PracticeSearch) -> list[str]:
    """Return in words how each term finds the practice, fetched `for_lists`."""
    stated = {Meaning(AREA, area.code): _("area: %(name)s") % {"name": area} for area in practice.areas.all()}
    for modality in practice.modalities.all():
        stated[Meaning(MODALITY, modality.code)] = _("modality: %(name)s") % {"name": modality}
    for agency in (practice.agency, *practice.partners.all()):
        stated[Meaning(AGENCY, agency.code)] = _("agency: %(name)s") % {"name": agency}
    countries = [*practice.countries.all(), *([practice.country] if practice.country else [])]
    for country in countries:
        stated[Meaning(COUNTRY, country.pk)] = _("country: %(name)s") % {"name": country}
    texts = (practice.title, practice.text, practice.results, practice.conditions, practice.english_text)
    row = Findable(
        title=practice.title,
        text="\n".join(texts),
        stated=stated,
        countries=frozenset(country.pk for country in countries),
    )
    return why_found_in(row, search)
