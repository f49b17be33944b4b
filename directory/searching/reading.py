"""Reads what somebody typed into a search: its words, and the countries, groups, areas, modalities and agencies named.

The longest names come first: "Papua New Guinea" is one country, not two. A name is never read in place of its words:
"Trade facilitation" finds what states the area Trade and what says so in its text. Words of a question that say nothing
of the matter ("who can help … with …") are left out, unless nothing else was typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import cached_property

from directory.searching.lexicon import COUNTRY, GROUP, LONGEST_NAME, Lexicon, Meaning, load_lexicon
from web.search.words import stem_of, words_in

MOST_TERMS = 12
SHORTEST_BEGINNING = 3
"""Letters from which on the beginning of a word finds it."""
_CODE = re.compile(r"[A-Z]{3}")
_OF_A_QUESTION = """
    a about all also am an and any are as at available be been by can could country countries do does find for from get
    give have help helps how i in into is it its list looking me more my near need needed needs of offer offered
    offering offers on open or our other please provide provided provides providing seek seeking seeks send show some
    support supports than that the their there these they this those to under us want was we what when where which
    who whom why will with work works would you your
"""
LEFT_OUT = frozenset(_OF_A_QUESTION.split())


@dataclass(frozen=True)
class SearchTerm:
    """One thing asked for: its words as typed and folded, and what they name as a whole."""

    words: tuple[str, ...]
    meanings: tuple[Meaning, ...] = ()
    typed: str = ""

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems of its words."""
        return tuple(stem_of(word) for word in self.words)

    def codes(self, kind: str) -> tuple[str, ...]:
        """Return the codes of the rows of a kind that its words name as a whole."""
        return tuple(meaning.code for meaning in self.meanings if meaning.kind == kind)


@dataclass(frozen=True)
class Query:
    """What was asked for: all of its terms, and what is known of their words."""

    text: str
    terms: tuple[SearchTerm, ...]
    lexicon: Lexicon

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """ISO3 codes of the listed countries that are named, in their order."""
        return self.named(COUNTRY)

    def named(self, kind: str) -> tuple[str, ...]:
        """Return the codes of the rows of a kind that are named as a whole, in their order."""
        return tuple(dict.fromkeys(code for term in self.terms for code in term.codes(kind)))


def read_query(text: str) -> Query:
    """Return what the text asks for; a text without a letter or digit asks for nothing."""
    lexicon = load_lexicon()
    typed = [(word, part) for word in text.split() for part in words_in(word)]
    terms = list(_terms(typed, lexicon))
    telling = [term for term in terms if term.meanings or any(word not in LEFT_OUT for word in term.words)]
    return Query(text=text, terms=tuple((telling or terms)[:MOST_TERMS]), lexicon=lexicon)


def _terms(typed: list[tuple[str, str]], lexicon: Lexicon) -> Iterator[SearchTerm]:
    start = 0
    while start < len(typed):
        for stop in range(min(len(typed), start + LONGEST_NAME), start, -1):
            part = typed[start:stop]
            if meanings := _meanings(part, lexicon, is_all=len(part) == len(typed)):
                yield SearchTerm(tuple(word for _, word in part), meanings, _as_typed(part))
                start = stop
                break
        else:
            raw, word = typed[start]
            yield SearchTerm((word,), typed=raw)
            start += 1


def _as_typed(part: list[tuple[str, str]]) -> str:
    return " ".join(dict.fromkeys(raw for raw, _word in part))


def _meanings(part: list[tuple[str, str]], lexicon: Lexicon, *, is_all: bool) -> tuple[Meaning, ...]:
    """Return what some words in a row name as a whole."""
    words = [word for _, word in part]
    text = _as_typed(part)
    if len(words) == 1 and words[0] in LEFT_OUT and not (text.isupper() and len(text) > 1):
        return ()
    found = dict.fromkeys(lexicon.phrases.get(tuple(stem_of(word) for word in words), ()))
    is_code = len(words) == 1 and (bool(_CODE.fullmatch(text)) or (is_all and len(text) == 3))
    resolved = lexicon.names.resolve(text, codes=is_code, suggests=False)
    countries = [resolved.iso3] if resolved.iso3 else list(resolved.suggestions)
    named = [Meaning(COUNTRY, iso3) for iso3 in countries]
    if resolved.group_code:
        named.append(Meaning(GROUP, resolved.group_code))
    named += [Meaning(GROUP, code) for code in resolved.group_suggestions]
    return tuple(dict.fromkeys([*(meaning for meaning in named if meaning in lexicon.labels), *found]))
