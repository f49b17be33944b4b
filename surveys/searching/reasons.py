"""Says why a row was found: by what it states, by whom it reaches, or by its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from directory.searching.lexicon import AGENCY, AREA, COUNTRY, GROUP, MODALITY, Lexicon, Meaning
from directory.searching.reading import SHORTEST_BEGINNING, SearchTerm
from surveys.models import Offer
from surveys.models.postings.posting import Posting
from surveys.postings.shown.reach import PlaceKey, ReachTable, places_or_open
from surveys.postings.writing import place_rows
from surveys.searching.finding import DocumentSearch, PostingSearch
from web.search.words import stems_in, words_in


@dataclass(frozen=True, slots=True)
class Findable:
    """What a row that was found says: its words, what it states, each in words, and the countries whose it is."""

    title: str
    text: str
    stated: Mapping[Meaning, str]
    countries: frozenset[str]
    """ISO3 codes."""
    is_open_to: Callable[[str], bool] = lambda _iso3: False
    """Whether it is open to a country, by ISO3 code."""


def why_found(posting: Posting, search: PostingSearch) -> list[str]:
    """Return in words how each term finds the posting; it is to be fetched with what lists show, and its places."""
    country = posting.posting_country
    row = Findable(
        title=posting.title,
        text=f"{posting.title}\n{posting.text}\n{posting.english_text}",
        stated=_stated(posting),
        countries=frozenset({country.pk} if country else ()),
        is_open_to=lambda iso3: isinstance(posting, Offer) and _reaches(posting, iso3, search.reach),
    )
    return why_found_in(row, search)


def why_found_in(row: Findable, search: DocumentSearch) -> list[str]:
    """Return in words how each term finds the row."""
    reasons = [_why(term, row, search) for term in search.query.terms]
    return list(dict.fromkeys(reason for reason in reasons if reason))


def _stated(posting: Posting) -> dict[Meaning, str]:
    """Return all that the posting states, each in words."""
    stated = {Meaning(AREA, area.code): _("area: %(name)s") % {"name": area} for area in posting.areas.all()}
    for modality in posting.modalities.all():
        stated[Meaning(MODALITY, modality.code)] = _("modality: %(name)s") % {"name": modality}
    if posting.agency:
        stated[Meaning(AGENCY, posting.agency.code)] = _("agency: %(name)s") % {"name": posting.agency}
    for place in place_rows(posting).all():
        meaning = Meaning(COUNTRY, place.country_id) if place.country_id else Meaning(GROUP, place.group_id or "")
        stated[meaning] = _("names %(place)s") % {"place": place}
    if country := posting.posting_country:
        stated[Meaning(COUNTRY, country.pk)] = _("country: %(name)s") % {"name": country}
    return stated


def _why(term: SearchTerm, row: Findable, search: DocumentSearch) -> str:
    lexicon = search.query.lexicon
    for meaning in term.meanings:
        if meaning in row.stated:
            return row.stated[meaning]
    for iso3 in term.codes(COUNTRY):
        if row.is_open_to(iso3):
            return _("open to %(country)s") % {"country": lexicon.label(Meaning(COUNTRY, iso3))}
    if set(term.stems) <= set(stems_in(row.title)):
        return _("in its title")
    by_word = [row.stated[meaning] for meaning in _named_by_words(term, lexicon) if meaning in row.stated]
    if by_word:
        return by_word[0]
    for code in search.groups_named(term):
        if row.countries.intersection(search.reach.members.get(code, ())):
            return _("a country of: %(group)s") % {"group": lexicon.label(Meaning(GROUP, code))}
    if set(term.stems) <= set(stems_in(row.text)) or _begins(term, words_in(row.text)):
        return _("in its text")
    return ""


def _reaches(offer: Offer, iso3: str, reach: ReachTable) -> bool:
    places = [
        PlaceKey(place.kind, place.country_id or place.group_id or "", offer.stated_on) for place in offer.targets.all()
    ]
    return bool(reach.routes(places_or_open(places), iso3))


def _named_by_words(term: SearchTerm, lexicon: Lexicon) -> list[Meaning]:
    whole = frozenset.intersection(*(lexicon.stems.get(stem, frozenset()) for stem in term.stems))
    if all(len(word) >= SHORTEST_BEGINNING for word in term.words):
        whole |= frozenset.intersection(*(lexicon.begun(word) for word in term.words))
    return sorted(whole)


def _begins(term: SearchTerm, words: list[str]) -> Any:
    return all(any(word.startswith(typed) for word in words) for typed in term.words)
