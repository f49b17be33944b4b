"""What a need counts: 1, and more where its country is an LDC, an LLDC or one of the SIDS on the day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from directory.people.membership import members

GROUPS = ("LDC", "LLDC", "SIDS")
BASE = 1


@dataclass(frozen=True)
class Settings:
    """What a reviewer asks a plan for; weights are whole numbers from 0, added to the base of 1."""

    weight_ldc: int
    weight_lldc: int
    weight_sids: int
    most_per_need: int
    most_in_all: int | None = None

    @classmethod
    def of(cls, asked: Any) -> "Settings":
        """Return those that stand in the fields of a plan."""
        return cls(**{field.name: getattr(asked, field.name) for field in fields(cls)})

    @property
    def weights(self) -> dict[str, int]:
        """The weights by the code of the group."""
        return dict(zip(GROUPS, (self.weight_ldc, self.weight_lldc, self.weight_sids), strict=True))


@dataclass(frozen=True)
class Membership:
    """Which countries are in which of the GROUPS on a day."""

    countries: Mapping[str, frozenset[str]]
    """ISO3 codes by the code of the group."""

    @classmethod
    def on_day(cls, on: dt.date) -> "Membership":
        """Read the memberships that hold on the day `on`, one query a group."""
        return cls({code: frozenset(row.country_id for row in members(code, on)) for code in GROUPS})

    def groups_of(self, country: str | None) -> tuple[str, ...]:
        """Return the codes of the groups that the country (ISO3) is in."""
        return tuple(code for code in GROUPS if country in self.countries[code])

    def weight(self, country: str | None, settings: Settings) -> int:
        """Return what a need of the country counts: the base, and the sum over its groups."""
        return BASE + sum(settings.weights[code] for code in self.groups_of(country))
