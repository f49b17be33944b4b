"""Suggests another spelling where a word is not known: a person confirms it by following the link."""

from django.contrib.auth.models import AnonymousUser
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from directory.models import User
from directory.searching.finding import agencies_found, countries_found
from directory.searching.lexicon import COUNTRY, Lexicon, Meaning
from directory.searching.reading import SHORTEST_BEGINNING, Query, SearchTerm, read_query
from practices.models import Practice
from practices.searching.documents import PRACTICE
from practices.searching.finding import PracticeSearch
from surveys.choices import Side
from surveys.models import Need, Offer
from surveys.searching.finding import PostingSearch

CLOSE_ENOUGH, CLOSE_ENOUGH_WHERE_SHORT = 0.7, 0.8
"""Of the letters of a word, so many stand where they do in the other; in a short word one letter makes another word."""
SHORT = 5
MOST_SHOWN = 3


def corrections(query: Query, *, reader: "User | AnonymousUser") -> list[str]:
    """Return what may have been meant where words are not known, the likeliest first; only what finds something.

    As a whole the text may be the name of a country, as imports would suggest it; else word by word.
    """
    lexicon = query.lexicon
    suggested = [Meaning(COUNTRY, iso3) for iso3 in lexicon.names.resolve(query.text).suggestions]
    texts = [lexicon.label(meaning) for meaning in suggested if meaning in lexicon.labels]
    better = [None if _is_known(term, lexicon) else _closest(term, lexicon) for term in query.terms]
    if any(better):
        words = [word or term.typed for word, term in zip(better, query.terms, strict=True)]
        texts.append(" ".join(words))
    return [text for text in dict.fromkeys(texts) if _finds(read_query(text), reader)][:MOST_SHOWN]


def _is_known(term: SearchTerm, lexicon: Lexicon) -> bool:
    return bool(term.meanings) or all(stem in lexicon.stems for stem in term.stems)


def _closest(term: SearchTerm, lexicon: Lexicon) -> str | None:
    """Return the known word, or the country, that an unknown word resembles most."""
    typed = " ".join(term.words)
    if len(typed) <= SHORTEST_BEGINNING:
        return None
    cutoff = CLOSE_ENOUGH_WHERE_SHORT if len(typed) <= SHORT else CLOSE_ENOUGH
    best = process.extractOne(
        typed, lexicon.words.keys(), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=cutoff
    )
    if best is None:
        return None
    countries = [meaning for meaning in lexicon.words[best[0]] if meaning.kind == COUNTRY]
    return lexicon.label(countries[0]) if len(countries) == 1 else str(best[0])


def _finds(query: Query, reader: "User | AnonymousUser") -> bool:
    """Whether a query finds anything that the reader may see."""
    if countries_found(query) or agencies_found(query):
        return True
    offers, needs = Offer.objects.visible_to(reader).open_now(), Need.objects.visible_to(reader).open_now()
    search = PostingSearch(query)
    return (
        offers.filter(search.condition(side=Side.OFFER)).exists()
        or needs.filter(search.condition(side=Side.NEED)).exists()
        or Practice.objects.public().filter(PracticeSearch(query).condition(side=PRACTICE)).exists()
    )
