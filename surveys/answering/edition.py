"""What the project ships about an edition beyond its table: our reading of printed places, and of who is on which side.

Every row has its source. An edition of which nothing is shipped is read by the general rule alone.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveys.choices import Direction, PlaceKind
from surveys.postings.named_places import NamedPlace

DATA = Path(__file__).resolve().parent.parent / "data"

# Readings are known by country, by the token as it stands in the cell, and by its mention in that cell, from 1.
ReadingKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class SideReading:
    """Our reading of the paper: whether the country is provider, user or both, and a note on its row."""

    role: str
    note: str = ""

    @property
    def has_a_side_not_stated(self) -> bool:
        """Whether the side that the row does not state is kept as a draft."""
        return self.role in ("user", "both")


@dataclass(frozen=True, slots=True)
class Edition:
    """The shipped readings of one edition."""

    readings: Mapping[ReadingKey, tuple[NamedPlace, ...]] = field(default_factory=dict)
    sides: Mapping[str, SideReading] = field(default_factory=dict)

    def reading(self, iso3: str, token: str, mention: int) -> tuple[NamedPlace, ...] | None:
        """Return how a token of a country's row is read, None where nothing is shipped about it."""
        return self.readings.get((iso3, token, mention)) or self.readings.get((iso3, token, 1))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def shipped_surveys() -> list[dict[str, str]]:
    """Return the editions that the project ships, by the columns of `surveys.csv`."""
    return list(_rows("surveys.csv"))


def load_edition(code: str) -> Edition:
    """Return what is shipped about the edition of that code; empty where it is not one of ours."""
    for row in shipped_surveys():
        if row["code"] == code:
            return Edition(readings=_readings(row["readings_file"]), sides=_sides(row["sides_file"]))
    return Edition()


def _readings(name: str) -> dict[ReadingKey, tuple[NamedPlace, ...]]:
    readings: dict[ReadingKey, tuple[NamedPlace, ...]] = {}
    for row in _rows(name) if name else ():
        place = NamedPlace.by_code(
            PlaceKind(row["kind"]),
            row["resolves_to"],
            as_printed=row["token_as_printed"],
            is_ambiguous=row["ambiguous"] == "yes",
            note=row["note"],
            direction=Direction(row["direction"]),
        )
        key = (row["iso3"], row["printed_token"], int(row["mention"]))
        readings[key] = (*readings.get(key, ()), place)
    return readings


def _sides(name: str) -> dict[str, SideReading]:
    return {row["iso3"]: SideReading(row["role"], row["note"]) for row in (_rows(name) if name else ())}
