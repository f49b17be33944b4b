"""Reads the cell that names regions and countries: token by token, never guessing.

A line ends at a semicolon. "Support received from:" or "Support from:" makes its places existing partners, "Support
to:" places that support is given to; all others are priorities. Tokens end at commas. Each is read by the edition's own
readings first, then by the index of names; what neither knows stays as printed, unresolved.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from django.utils.translation import gettext as _

from directory.names import NameIndex, Resolution
from surveys.answering.edition import Edition
from surveys.choices import Direction, PlaceKind
from surveys.postings.named_places import NamedPlace
from surveys.reading.values import NOT_STATED
from web.text import fold

MAX_TOKEN_CHARACTERS = 200
_MAX_COMMAS_IN_A_NAME = 2

_RECEIVED = re.compile(r"support (?:to [^:]+ )?received from\s*:|support from\s*:", re.IGNORECASE)
_GIVEN = re.compile(r"support (?:given |provided )?to\s*:", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+|\s*&\s*", re.IGNORECASE)


class Names(Protocol):
    """What reads a name: the index, or one that remembers."""

    def resolve(self, text: str, *, codes: bool = False) -> Resolution:
        """Return what the text stands for; see `directory.names.NameIndex.resolve`."""
        ...


class RememberingNames:
    """The index of names, which reads each spelling of a file once; a file has few of them and many rows."""

    MOST = 20_000

    def __init__(self, names: NameIndex) -> None:
        self._resolve = lru_cache(self.MOST)(names.resolve)

    def resolve(self, text: str, *, codes: bool = False) -> Resolution:
        """Return what the text stands for."""
        return self._resolve(text, codes=codes)


class PlaceError(ValueError):
    """The cell holds something that cannot be kept as a place."""


def read_places(text: str, *, iso3: str, edition: Edition, names: Names) -> list[NamedPlace]:
    """Return the places that a cell names, in its order; iso3 is the country whose row it is.

    Raises PlaceError only where a token is longer than any name.
    """
    mentions: Counter[str] = Counter()
    found: list[NamedPlace] = []
    for direction, tokens in _lines(text):
        start = 0
        while start < len(tokens):
            token = tokens[start]
            mentions[token] += 1
            shipped = edition.reading(iso3, token, mentions[token])
            if shipped is not None:
                found += [replace(place, direction=direction) for place in shipped]
                start += 1
                continue
            length, places = _read(tokens[start:], names)
            found += [replace(place, direction=direction) for place in places]
            start += length
    return found


def _lines(text: str) -> Iterator[tuple[Direction, list[str]]]:
    for line in text.split(";"):
        rest = line.strip()
        direction = Direction.PRIORITY
        for pattern, meaning in ((_RECEIVED, Direction.EXISTING_PARTNER), (_GIVEN, Direction.PROVIDES_TO)):
            if prefix := pattern.match(rest):
                direction, rest = meaning, rest[prefix.end() :]
        tokens = [stripped for token in rest.split(",") if (stripped := " ".join(token.split()).rstrip(" .,"))]
        if any(len(token) > MAX_TOKEN_CHARACTERS for token in tokens):
            raise PlaceError(
                _("A place has more than %(limit)d characters. Separate places by commas, lines by semicolons.")
                % {"limit": MAX_TOKEN_CHARACTERS}
            )
        yield direction, tokens


def _read(tokens: Sequence[str], names: Names) -> tuple[int, list[NamedPlace]]:
    """Read the first token, or the name with commas that begins with it; return how many tokens that took."""
    first = names.resolve(tokens[0])
    for length in range(min(len(tokens), _MAX_COMMAS_IN_A_NAME + 1), 1, -1):
        parts = tokens[:length]
        are_names = all(names.resolve(part).kind in ("country", "group") for part in parts)
        if are_names and fold(parts[-1]) != "china":
            continue
        joined = ", ".join(parts)
        whole = names.resolve(joined)
        if whole.kind == "country" and whole.is_listed and len(joined) <= MAX_TOKEN_CHARACTERS:
            # "Hong Kong, China" is one name, and two: applied, and asked.
            return length, [_place(joined, whole, is_ambiguous=are_names)]
    if first.kind in ("country", "group"):
        return 1, [_place(tokens[0], first)]
    return 1, _joined_by_and(tokens[0], names) or [_place(tokens[0], first)]


def _joined_by_and(token: str, names: Names) -> list[NamedPlace]:
    parts = _AND.split(token)
    readings = [(part, names.resolve(part)) for part in parts]
    if len(parts) < 2 or any(not _is_known(reading) for _part, reading in readings):
        return []
    note = f'printed "{token}"'
    return [_place(part, reading, is_ambiguous=True, note=note) for part, reading in readings]


def _is_known(reading: Resolution) -> bool:
    return reading.kind == "group" or (reading.kind == "country" and bool(reading.is_listed))


def _place(token: str, reading: Resolution, *, is_ambiguous: bool = False, note: str = "") -> NamedPlace:
    if token.casefold() in NOT_STATED:
        return NamedPlace(kind=PlaceKind.NONE, as_printed=token)
    if _is_known(reading):
        code = reading.group_code if reading.kind == "group" else reading.iso3
        return NamedPlace.by_code(
            PlaceKind(reading.kind),
            str(code),
            as_printed=token,
            is_ambiguous=is_ambiguous,
            note=note,
        )
    could_be = [reading.iso3] if reading.iso3 else [*reading.group_suggestions, *reading.suggestions]
    return NamedPlace(
        kind=PlaceKind.UNRESOLVED,
        as_printed=token,
        is_ambiguous=True,
        note=f"could be: {', '.join(could_be)}" if could_be else "not known as a country or group",
    )
