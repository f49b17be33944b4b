"""The index of names: reads a text as a country, a group, an ambiguous name, or nothing it knows.

Only an exact match of normalised text decides; what resembles a name is suggested and a person confirms it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from directory.names.cldr import UN_LANGUAGES, forget_languages, names_by_language
from directory.names.forms import REPUBLIC_TELLS_APART, inverted, variants, without_state_form, without_state_words
from directory.names.normalise import normalise
from directory.names.rows import AliasRow, CountryRow, GroupRow, Resolution
from directory.names.segments import Segments, split
from directory.names.suggest import MAX_SUGGESTIONS, contained, ranked, resembling

# No name is longer; prose of any length is answered at once.
MAX_LENGTH = 300

# Below this length two words written as one are more likely another word (I ran, O man).
_MIN_LETTERS_RUN_TOGETHER = 6

# A short foreign name in Latin letters (Áo, Bỉ, Çad, Ísland) is more likely a word or code of another language.
_MIN_LETTERS_FOREIGN = 4

# Written with the name of China in practice: "Hong Kong, China", "Macao (China)", "Taipei,China".
_WRITTEN_WITH_CHINA = frozenset({"HKG", "MAC", "TWN"})

_FIRST_REGIONAL_INDICATOR = 0x1F1E6


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a normalised text stands for. A hint never decides: it only says what to suggest."""

    countries: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    is_hint: bool = False

    @property
    def country(self) -> str | None:
        return self.countries[0] if len(self.countries) == 1 and not self.is_hint else None


class NameIndex:
    """Names of countries and groups as people write them; immutable once built."""

    def __init__(self, entries: Mapping[str, _Entry], codes: Mapping[str, str], listed: frozenset[str]) -> None:
        self._entries = entries
        self._codes = codes
        self._listed = listed
        self._run_together: dict[str, _Entry] = {}
        for key, entry in entries.items():
            self._run_together.setdefault(key.replace(" ", ""), entry)
        self._suggestable = {key: entry.countries for key, entry in entries.items() if entry.countries}
        self._suggestable_keys = tuple(self._suggestable)

    @property
    def has_countries(self) -> bool:
        """Whether any country can be found at all; without reference data none can."""
        return bool(self._codes)

    @classmethod
    def build(
        cls,
        *,
        countries: Iterable[CountryRow],
        aliases: Iterable[AliasRow] = (),
        groups: Iterable[GroupRow] = (),
        hints: Iterable[AliasRow] = (),
    ) -> "NameIndex":
        """Build the index from plain rows.

        Groups come before countries; official names and aliases stand side by side (two countries under one text are
        ambiguous, in the order of the rows, official names first); hints suggest without deciding (iso3 may be empty:
        a name, of no country); CLDR names fill what is left. Rows of a country that is not among `countries` are
        left out.
        """
        countries = list(countries)
        known = {country.iso3 for country in countries}
        official = ((name, country.iso3) for country in countries for name in country.names)
        written = ((alias.text, alias.iso3) for alias in aliases if alias.iso3 in known)
        entries = {key: _Entry(found) for key, found in _gather([*official, *written]).items()}

        hinted = _gather((hint.text, hint.iso3 if hint.iso3 in known else "") for hint in hints)
        for key, found in hinted.items():
            entries.setdefault(key, _Entry(found, is_hint=True))
        for key, found in _by_cldr(tuple((country.iso2, country.iso3) for country in countries)).items():
            entries.setdefault(key, _Entry(found))
        _put_groups(entries, list(groups))

        return cls(
            entries,
            {code.casefold(): country.iso3 for country in countries for code in country.codes},
            frozenset(country.iso3 for country in countries if country.is_listed),
        )

    def resolve(self, text: str, *, codes: bool = False, suggests: bool = True) -> Resolution:
        """Read `text` as a country or group; never raises, whatever the text.

        codes: the text stands in a column declared as codes, so that an ISO or M49 code counts ("NA" is Namibia);
        elsewhere it does not. suggests: whether what resembles an unknown text is looked for, which takes time.
        """
        stripped = text.strip()
        if codes and (iso3 := self._codes.get(stripped.casefold())):
            return self._country(iso3)
        if len(stripped) > MAX_LENGTH:
            return Resolution("unknown")
        key = normalise(stripped)
        if not key:
            return self._flag(stripped)
        segments = split(stripped)
        entry = self._find(key) or self._find_parts(segments)
        if entry is None:
            return Resolution("unknown", suggestions=self._suggestions(stripped, key) if suggests else ())
        return self._answer(entry)

    def _country(self, iso3: str) -> Resolution:
        return Resolution("country", iso3=iso3, is_listed=iso3 in self._listed)

    def _answer(self, entry: _Entry) -> Resolution:
        if len(entry.groups) == 1:
            return Resolution("group", group_code=entry.groups[0])
        if entry.groups:
            return Resolution("ambiguous", group_suggestions=entry.groups)
        if entry.country:
            return self._country(entry.country)
        if entry.countries:
            return Resolution("ambiguous", suggestions=entry.countries[:MAX_SUGGESTIONS])
        return Resolution("unknown")

    def _find(self, key: str) -> _Entry | None:
        """Find an exact name, in one of the forms that mean the same."""
        for form in (key, *variants(key)):
            if entry := self._entries.get(form):
                return entry
        bare, was_republic = without_state_form(key)
        entry = self._entries.get(bare)
        if entry and entry.countries and not (was_republic and REPUBLIC_TELLS_APART.intersection(entry.countries)):
            return entry
        together = key.replace(" ", "")
        return self._run_together.get(together) if len(together) >= _MIN_LETTERS_RUN_TOGETHER else None

    def _find_parts(self, segments: Segments) -> _Entry | None:
        """Read a name in parts: "Korea (DPRK)", "Congo, Dem. Rep.", "Kyrgyzstan/Kyrgyz Republic", "Wales, UK".

        1. one part is left when remarks are gone: read it;
        2. all parts are names and one country is common to them: that one;
        3. in another order the parts are one name: that one, unless in brackets and the first part is another;
        4. all parts are names, of different countries: ambiguous.
        """
        parts = segments.parts
        if len(parts) == 1:
            return self._find(parts[0])
        if not parts:
            return None
        found = [entry for part in parts if (entry := self._find(part))]
        if any(entry.groups for entry in found):
            return None
        all_names = len(found) == len(parts)
        if all_names and (common := _common(found, alternatives=segments.alternatives)):
            return common
        all_countries = all_names and all(entry.country for entry in found)
        if not all_countries and len(parts) <= 3 and (whole := self._reordered(parts)):
            first = self._find(parts[0])
            if segments.bracketed and first and first.country and first.country != whole.country:
                return _Entry(tuple(dict.fromkeys((*whole.countries, first.country))), is_hint=True)
            return whole
        if all_names:
            return _Entry(tuple(dict.fromkeys(code for entry in found for code in entry.countries)), is_hint=True)
        return None

    def _reordered(self, parts: tuple[str, ...]) -> _Entry | None:
        for order in permutations(parts):
            entry = self._find(normalise(" ".join(order)))
            if entry and not entry.groups:
                return entry
        return None

    def _suggestions(self, text: str, key: str) -> tuple[str, ...]:
        # In prose "us" is a pronoun and "US" a country.
        shouted = {normalise(word) for word in text.split() if word.isupper()}

        def find(name: str) -> tuple[str, ...] | None:
            entry = self._entries.get(name)
            if entry is None or (len(name) < _MIN_LETTERS_FOREIGN and name not in shouted):
                return None
            return entry.countries

        resembles = resembling(key, self._suggestable, keys=self._suggestable_keys)
        if bare := without_state_words(key):
            resembles += resembling(bare, self._suggestable, keys=self._suggestable_keys)
            resembles.sort(key=lambda hit: -hit[0])
        return ranked(resembles, contained(key.split(), find))

    def _flag(self, text: str) -> Resolution:
        letters = "".join(
            chr(ord("a") + ord(sign) - _FIRST_REGIONAL_INDICATOR)
            for sign in text
            if 0 <= ord(sign) - _FIRST_REGIONAL_INDICATOR < 26
        )
        iso3 = self._codes.get(letters)
        return Resolution("ambiguous", suggestions=(iso3,)) if iso3 else Resolution("unknown")


def _gather(names: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Collect the countries of each normalised name, in order; an empty code names no country."""
    gathered: dict[str, dict[str, None]] = {}
    for name, iso3 in names:
        for key in {normalise(form): None for form in {name: None, inverted(name): None}}:
            countries = gathered.setdefault(key, {})
            if iso3:
                countries[iso3] = None
    gathered.pop("", None)
    return {key: tuple(countries) for key, countries in gathered.items()}


@lru_cache(maxsize=1)
def _by_cldr(codes: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    """Collect what CLDR calls the countries with these codes (alpha-2, alpha-3).

    Kept, unlike the index, since no edit of a name changes it: nine in ten names are of CLDR.
    """
    return _gather(_cldr_names(codes))


def _cldr_names(codes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for iso2, iso3 in codes:
        for language, name in names_by_language(iso2):
            if language in UN_LANGUAGES or _is_long_enough(normalise(name).replace(" ", "")):
                yield name, iso3
    forget_languages()


def _is_long_enough(letters: str) -> bool:
    return not letters.isascii() or len(letters) >= _MIN_LETTERS_FOREIGN


def _put_groups(entries: dict[str, _Entry], groups: list[GroupRow]) -> None:
    """Put groups before countries: spellings, codes and labels, then labels without their bracket.

    A name of several groups stays ambiguous: "South Asia" in M49, in ESCAP and of SAARC are other countries each time.
    The bracket in "Micronesia (region)" says that the bare word is also something else: where a country has it, it
    stays ambiguous, too.
    """
    named: dict[str, dict[str, None]] = {}
    names = [(alias, group.code) for group in groups for alias in group.aliases]
    names += [(name, group.code) for group in groups for name in (group.code, group.label)]
    for name, code in names:
        if key := normalise(name):
            named.setdefault(key, {})[code] = None
    entries.update({key: _Entry(groups=tuple(codes)) for key, codes in named.items()})
    taken = set(named)
    for group in groups:
        bare, bracket, _ = group.label.partition("(")
        key = normalise(bare)
        if not bracket or not key or key in taken:
            continue
        taken.add(key)
        entry = entries.get(key)
        entries[key] = _Entry(entry.countries, is_hint=True) if entry else _Entry(groups=(group.code,))


def _common(found: list[_Entry], *, alternatives: bool) -> _Entry | None:
    """Return the one country that all parts can mean and one part names without doubt, else None."""
    shared = set(found[0].countries).intersection(*(entry.countries for entry in found[1:]))
    certain = {entry.country for entry in found if entry.country}
    if len(shared) == 1 and shared <= certain:
        return _Entry(tuple(shared))
    if not alternatives and len(found) == 2 and len(certain) == 2 and "CHN" in certain:
        within = certain & _WRITTEN_WITH_CHINA
        if within:
            return _Entry(tuple(code for code in within if code))
    return None
