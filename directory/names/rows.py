"""What goes into the index of names and what comes out: plain rows, whatever they are stored in."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["country", "group", "ambiguous", "unknown"]


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country or territory with its official names and codes (ISO 3166-1, UN M49)."""

    iso3: str
    iso2: str
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A spelling of one country; the same text in rows of several countries is ambiguous."""

    text: str
    iso3: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of countries with its label and the other ways to write it; a name of several groups is ambiguous."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a text was read.

    kind: country, group, ambiguous (a name, but not of one country or one group alone) or unknown.
    iso3: the country, only where kind is country. group_code: the group, only where kind is group.
    suggestions: ISO 3166-1 alpha-3 codes for a person to choose from, best first, at most five.
    group_suggestions: codes of the groups that a name stands for, where it stands for several ("South Asia").
    is_listed: whether the country can be chosen and shown; None where kind is not country.
    """

    kind: Kind
    iso3: str | None = None
    group_code: str | None = None
    suggestions: tuple[str, ...] = ()
    is_listed: bool | None = None
    group_suggestions: tuple[str, ...] = ()
