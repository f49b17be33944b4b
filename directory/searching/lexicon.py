"""The names of reference data by their words: what a typed word can mean besides itself.

Built from what is in use in the database and kept in the process until a row of reference data changes; what was
renamed is found by its new name at once, for documents hold codes and not names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Model, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import translation

from directory.filters import groups_to_filter_by
from directory.models import Agency, Country, CountryAlias, CountryGroup, Modality, PriorityArea
from directory.models.reference_data.labels import Labelled
from directory.name_index import load_name_index
from directory.names import NameIndex
from web.search.words import stem_of, words_in

COUNTRY, GROUP, AREA, MODALITY, AGENCY = "country", "group", "area", "modality", "agency"
LONGEST_NAME = 8
"""Words of the longest name that a search reads as one."""

_REFERENCE: tuple[type[Model], ...] = (Country, CountryAlias, CountryGroup, PriorityArea, Modality, Agency)


class Meaning(NamedTuple):
    """One row of reference data: which kind, and its code."""

    kind: str
    code: str


@dataclass(frozen=True)
class Lexicon:
    """Names of countries, groups, areas, modalities and agencies; immutable once built."""

    names: NameIndex
    phrases: dict[tuple[str, ...], tuple[Meaning, ...]]
    """By the stems of a whole name, spelling, acronym or code."""
    stems: dict[str, frozenset[Meaning]]
    """By the stem of one word of a name."""
    words: dict[str, frozenset[Meaning]]
    """By one word of a name as it is written: for beginnings of words."""
    labels: dict[Meaning, str]
    """In English, whoever reads: by these what is found is ordered."""
    rows: dict[Meaning, Model]
    groups_to_filter_by: frozenset[str] = frozenset()
    """Codes of the groups by whose members a search may find."""
    described: dict[str, frozenset[str]] = field(default_factory=dict)
    """Codes of the agencies by the stem of one word of their descriptions."""
    agencies_of: dict[str, frozenset[str]] = field(default_factory=dict)
    """Codes of the agencies by the ISO3 code of their country."""

    def label(self, meaning: Meaning) -> str:
        """Return what a row is called in the reader's language."""
        return str(self.rows[meaning])

    def begun(self, beginning: str) -> frozenset[Meaning]:
        """Return what has a word in its names that begins like this."""
        found = (meanings for word, meanings in self.words.items() if word.startswith(beginning))
        return frozenset(meaning for meanings in found for meaning in meanings)


def load_lexicon() -> Lexicon:
    """Return the lexicon of the reference data in use: one query where this process has it, some ten where not."""
    return _lexicon_at(_version())


def forget_lexicon() -> None:
    """Drop what is kept in the process: for tests, whose rows of history come and go under the same numbers."""
    _lexicon_at.cache_clear()


def _version() -> tuple[tuple[int, int], ...]:
    """Return how many rows each list has, and the number of its last change, in one query."""
    numbers: list[QuerySet[Any, Any]] = []
    for model in _REFERENCE:
        for rows, number in (
            (model._default_manager.all(), Count("pk")),  # noqa: SLF001
            (model.history.all(), Coalesce(Max("history_id"), 0)),  # type: ignore[attr-defined]
        ):
            numbered = rows.order_by().annotate(nth=Value(len(numbers))).values("nth")
            numbers.append(numbered.annotate(number=number).values_list("nth", "number"))
    return tuple(sorted(numbers[0].union(*numbers[1:], all=True)))


@lru_cache(maxsize=1)
def _lexicon_at(version: tuple[tuple[int, int], ...]) -> Lexicon:
    phrases: dict[tuple[str, ...], dict[Meaning, None]] = defaultdict(dict)
    stems: dict[str, set[Meaning]] = defaultdict(set)
    words: dict[str, set[Meaning]] = defaultdict(set)
    labels: dict[Meaning, str] = {}
    found: dict[Meaning, Model] = {}
    described: dict[str, set[str]] = defaultdict(set)
    for meaning, row, label, names in _named():
        labels[meaning], found[meaning] = label, row
        for name in names:
            written = words_in(name)
            if 0 < len(written) <= LONGEST_NAME:
                phrases[tuple(stem_of(word) for word in written)][meaning] = None
            for word in written:
                stems[stem_of(word)].add(meaning)
                words[word].add(meaning)
    agencies_of: dict[str, set[str]] = defaultdict(set)
    for code, country, description in Agency.objects.public().values_list("code", "country", "description"):
        agencies_of[country or ""].add(code)
        for word in words_in(description):
            described[stem_of(word)].add(code)
    return Lexicon(
        names=load_name_index(),
        phrases={phrase: tuple(meanings) for phrase, meanings in phrases.items()},
        stems={stem: frozenset(meanings) for stem, meanings in stems.items()},
        words={word: frozenset(meanings) for word, meanings in words.items()},
        labels=labels,
        rows=found,
        groups_to_filter_by=frozenset(groups_to_filter_by().values_list("code", flat=True)),
        described={stem: frozenset(codes) for stem, codes in described.items()},
        agencies_of={country: frozenset(codes) for country, codes in agencies_of.items()},
    )


def _named() -> Iterator[tuple[Meaning, Model, str, Iterable[str]]]:
    """Yield each row with its English label and its names."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for code, text in CountryAlias.objects.active().values_list("country", "text"):
        spellings[code].append(text)
    for country in Country.objects.listed():
        names = [country.name, country.name_formal, country.name_fr, country.name_es, country.name_ru]
        names += [country.name_zh, country.name_ar, *spellings[country.iso3]]
        yield Meaning(COUNTRY, country.iso3), country, country.name, names
    for group in CountryGroup.objects.active():
        names = [group.code, *_in_all_languages(group), *group.aliases.splitlines()]
        yield Meaning(GROUP, group.code), group, group.label, names
    for area in PriorityArea.objects.shown():
        yield Meaning(AREA, area.code), area, area.label, [*_in_all_languages(area), *area.aliases.splitlines()]
    for modality in Modality.objects.active():
        names = [*_in_all_languages(modality), *modality.aliases.splitlines()]
        yield Meaning(MODALITY, modality.code), modality, modality.label, names
    for agency in Agency.objects.public():
        yield Meaning(AGENCY, agency.code), agency, str(agency), [agency.name, agency.acronym, agency.code]


def _in_all_languages(row: Labelled) -> list[str]:
    """Return the labels of a row, and what people call it: who reads in one language may search in another."""
    names = [row.label]
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names += [row.display_label, getattr(row, "short_name", row.display_label)]
    return list(dict.fromkeys(names))
