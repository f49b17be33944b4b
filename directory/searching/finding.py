"""Finds countries and agencies: they are few, so their names are compared in memory."""

from collections.abc import Callable

from directory.searching.lexicon import AGENCY, COUNTRY, Meaning
from directory.searching.reading import SHORTEST_BEGINNING, Query, SearchTerm
from web.search.words import stems_in

EXACTLY, NAMED, WHOLE, BEGUN = 4, 3, 2, 1
"""How a term finds a row: as its name; by naming it; a word of it stands in a name; a word of a name begins with it."""


def countries_found(query: Query) -> list[str]:
    """Return the ISO3 codes of the countries that a query finds: those it names, then by whole words, then by parts.

    What else is asked for beside the name of a country ("training Cambodia") does not hide the country.
    """
    if query.countries and len(query.terms) > 1:
        return list(query.countries)
    return _found(query, COUNTRY, lambda term: how_found(term, query, COUNTRY))


def agencies_found(query: Query) -> list[str]:
    """Return the codes of the public agencies that a query finds by name, acronym, description and country."""
    lexicon = query.lexicon

    def found(term: SearchTerm) -> dict[str, int]:
        of_country = [code for iso3 in term.codes(COUNTRY) for code in lexicon.agencies_of.get(iso3, ())]
        described = frozenset.intersection(*(lexicon.described.get(stem, frozenset()) for stem in term.stems))
        by_name = how_found(term, query, AGENCY)
        return dict.fromkeys(described, BEGUN) | dict.fromkeys(of_country, WHOLE) | by_name

    return _found(query, AGENCY, found)


def how_found(term: SearchTerm, query: Query, kind: str) -> dict[str, int]:
    """Return the codes of the rows of a kind that one term finds by their names, each with how."""
    lexicon = query.lexicon
    found: dict[str, int] = {}
    if all(len(word) >= SHORTEST_BEGINNING for word in term.words):
        begun = frozenset.intersection(*(lexicon.begun(word) for word in term.words))
        found |= dict.fromkeys(_codes(begun, kind), BEGUN)
    whole = frozenset.intersection(*(lexicon.stems.get(stem, frozenset()) for stem in term.stems))
    found |= dict.fromkeys(_codes(whole, kind), WHOLE)
    named = {code: _how_named(term, lexicon.labels.get(Meaning(kind, code), "")) for code in term.codes(kind)}
    return found | named


def _how_named(term: SearchTerm, label: str) -> int:
    """Return how a term names a row: "Guinea" is the name of Guinea, and one that people give to others."""
    return EXACTLY if tuple(stems_in(label)) == term.stems else NAMED


def _codes(meanings: frozenset[Meaning], kind: str) -> list[str]:
    return sorted(meaning.code for meaning in meanings if meaning.kind == kind)


def _found(query: Query, kind: str, found_by: Callable[[SearchTerm], dict[str, int]]) -> list[str]:
    """Return the codes that every term finds, those found best first, then by their labels."""
    if not query.terms:
        return []
    by_term = [found_by(term) for term in query.terms]
    codes = set(by_term[0]).intersection(*by_term[1:])
    labels = query.lexicon.labels
    return sorted(
        codes, key=lambda code: (-sum(found[code] for found in by_term), labels.get(Meaning(kind, code), ""), code)
    )
