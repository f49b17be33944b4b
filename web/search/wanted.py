"""What a search wants of a document: tokens, all or any of them; said to either database in its own words.

A token is one word of a document with a mark of where it stands, such as `title:statist` or `area:energy`. It is made
of letters, digits, marks and `:.-_` alone, so that it needs no quoting beyond the quotation marks.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a document; `begins` is for any word that begins with it."""

    text: str
    begins: bool = False

    def for_postgresql(self) -> str:
        """Return it as a part of a tsquery."""
        return f"'{self.text}':*" if self.begins else f"'{self.text}'"

    def for_sqlite(self) -> str:
        """Return it as a part of a query of FTS5."""
        return f'"{self.text}" *' if self.begins else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these."""

    parts: tuple["Wanted", ...]

    def for_postgresql(self) -> str:
        """Return it as a part of a tsquery."""
        return f"({' & '.join(part.for_postgresql() for part in self.parts)})"

    def for_sqlite(self) -> str:
        """Return it as a part of a query of FTS5."""
        return f"({' AND '.join(part.for_sqlite() for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of these."""

    parts: tuple["Wanted", ...]

    def for_postgresql(self) -> str:
        """Return it as a part of a tsquery."""
        return f"({' | '.join(part.for_postgresql() for part in self.parts)})"

    def for_sqlite(self) -> str:
        """Return it as a part of a query of FTS5."""
        return f"({' OR '.join(part.for_sqlite() for part in self.parts)})"


Wanted = Token | AllOf | AnyOf


def any_of(parts: Iterable[Wanted | None]) -> Wanted | None:
    """Return that any of these is wanted; None where there is none."""
    found = tuple(dict.fromkeys(part for part in parts if part))
    if not found:
        return None
    return found[0] if len(found) == 1 else AnyOf(found)


def all_of(parts: Iterable[Wanted | None]) -> Wanted | None:
    """Return that all of these are wanted; None where there is none."""
    found = tuple(dict.fromkeys(part for part in parts if part))
    if not found:
        return None
    return found[0] if len(found) == 1 else AllOf(found)
