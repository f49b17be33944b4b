"""A place as a source or a person names it, beside the rows that keep it: targets, preferred partners, readings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from directory.models import Country, CountryGroup
from surveys.choices import Direction, PlaceKind
from surveys.models.reading import Place, Reading


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A country (ISO3), a group (code), or a token as printed that stands for neither.

    Where it was read (the question, its repetition, and whether support goes to it or comes from it) is known of a
    survey's places alone, and does not tell two places apart.
    """

    kind: PlaceKind
    country: str | None = None
    group: str | None = None
    as_printed: str = ""
    is_ambiguous: bool = False
    note: str = ""
    direction: Direction = field(default=Direction.PRIORITY, compare=False)
    question: str = field(default="", compare=False)
    repeat: int = field(default=0, compare=False)

    @property
    def code(self) -> str:
        """What it stands for: ISO3, a group's code, or empty."""
        return self.country or self.group or ""

    @classmethod
    def by_code(cls, kind: PlaceKind, code: str, *, as_printed: str = "", **details: Any) -> Self:
        """Return the country or the group of that code; of the other kinds, a place without one."""
        return cls(
            kind=kind,
            country=code if kind == PlaceKind.COUNTRY else None,
            group=code if kind == PlaceKind.GROUP else None,
            as_printed=as_printed,
            **details,
        )

    @classmethod
    def of(cls, row: Place) -> Self:
        """Return the place that a stored reading or target stands for."""
        read: dict[str, Any] = {}
        if isinstance(row, Reading):
            read = {"direction": Direction(row.direction), "question": row.question, "repeat": row.repeat}
        return cls(
            kind=PlaceKind(row.kind),
            country=row.country_id,
            group=row.group_id,
            as_printed=row.as_printed,
            is_ambiguous=row.is_ambiguous,
            note=row.note,
            **read,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """What any row that keeps it holds of it, by column."""
        return {
            "kind": self.kind,
            "country_id": self.country,
            "group_id": self.group,
            "as_printed": self.as_printed,
            "is_ambiguous": self.is_ambiguous,
            "note": self.note,
        }

    @property
    def plain(self) -> dict[str, Any]:
        """What it stands for as JSON can hold it; `NamedPlace(**plain)` is the same again."""
        return {
            "kind": str(self.kind),
            "country": self.country,
            "group": self.group,
            "as_printed": self.as_printed,
            "is_ambiguous": self.is_ambiguous,
            "note": self.note,
        }


def words_of_places(places: Sequence[NamedPlace]) -> list[str]:
    """Return what each of these is called, in their order; two queries at most."""
    countries = Country.objects.in_bulk({one.country for one in places if one.country})
    groups = CountryGroup.objects.in_bulk({one.group for one in places if one.group})
    words = []
    for one in places:
        named = countries.get(one.country or "") or groups.get(one.group or "")
        words.append(str(named) if named and one.kind != PlaceKind.UNRESOLVED else one.as_printed)
    return words
