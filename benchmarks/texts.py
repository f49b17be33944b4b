"""Texts of the evaluation made honest: the answer masked in them, and twins found.

A need that says "with the Government of Brazil" names its provider: whoever ranks by words then reads the answer from
the question. `masked` takes out names of countries, of their people and of their cooperation agencies.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from babel import Locale
from countryinfo import all_countries

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("en", "fr", "es", "pt")
"""Languages that the texts of the two files are written in."""
AGENCIES = ("ABC", "AGCI", "AGCID", "AMEXCID", "AECID", "GIZ", "JICA", "KOICA", "NAM", "SEGIB", "TIKA", "USAID")
"""National cooperation agencies that such texts name and directory/data/agencies.csv does not hold."""
PEOPLE = ("Argentine", "Argentinian", "Kazakh", "Kyrgyz", "Lao", "Maldivian", "Nepali", "Tajik", "Uzbek", "Yugoslav")
"""Words for a people beside those of `countryinfo`."""
SHORT = {"UAE", "UK", "US", "USA"}
SHINGLE = 5
TWINS_FROM = 0.5


def masked(text: str) -> str:
    """Return the text without names of countries, their people and their agencies."""
    return _named().sub(" ", text)


@cache
def _named() -> re.Pattern[str]:
    """One pattern for all names, the longest first; as they are written, for "turkey" and "chad" are words too."""
    names = {name.strip() for name in (*_countries(), *_people(), *_agencies(), *PEOPLE, *AGENCIES)}
    spelled = {name for name in names if len(name) > 2} | SHORT
    longest_first = sorted(spelled | {name.upper() for name in spelled}, key=lambda name: (-len(name), name))
    # Brazil's, Brazilians, Angolan: the ending goes with the name.
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?:s|n|an|ian|['’]s|['’])?\b")


def _countries() -> Iterator[str]:
    data = ROOT / "directory/data"
    with (data / "countries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        yield from (row[column] for column in ("name", "name_formal", "name_fr", "name_es") if row[column])
    for name in ("country_aliases.csv", "country_hints.csv"):
        with (data / name).open(encoding="utf-8", newline="") as file:
            yield from (row["text"] for row in csv.DictReader(file))
    for language in LOCALES:
        territories = Locale(language).territories
        # The library's list has regions too: "Asia" and "United Nations" name no country.
        yield from (territories[row["iso2"]] for row in rows if row["iso2"] in territories)


def _people() -> Iterator[str]:
    for country in all_countries():
        yield from (country.demonym() or "").split(",")


def _agencies() -> Iterator[str]:
    with (ROOT / "directory/data/agencies.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield from (row[column] for column in ("name", "acronym") if row[column])


def near_twins(texts: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """Return bool[texts, others]: half or more of the runs of five words of both stand in both (Jaccard)."""
    one, two = [_shingles(text) for text in texts], [_shingles(text) for text in others]
    twins = np.zeros((len(one), len(two)), dtype=np.bool_)
    for row, left in enumerate(one):
        for column, right in enumerate(two):
            shared = len(left & right)
            twins[row, column] = shared >= TWINS_FROM * (len(left) + len(right) - shared) and shared > 0
    return twins


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(tuple(words[start : start + SHINGLE]) for start in range(max(len(words) - SHINGLE + 1, 1)))
