"""What coverage is laid out by: areas down; groups, sub-regions or modalities across."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from directory.models import CountryGroup, Modality, PriorityArea
from matching.coverage.counts.reading import CoverageTables
from surveys.postings.shown.reach import ESCAP_SUB_REGIONS

SPECIAL_SITUATIONS = ("LDC", "LLDC", "SIDS")
ALL, OTHERS, NOT_STATED = "all", "others", "not-stated"


@dataclass(frozen=True)
class CoverageColumn:
    """One column: countries, or one modality of any country. `code` stands in addresses and files."""

    code: str
    label: str
    is_modality: bool = False

    @property
    def group(self) -> str:
        """The code of the group of countries that it stands for; empty for a modality, for all, and for the others."""
        return "" if self.is_modality or self.code in (ALL, OTHERS) else self.code


@dataclass(frozen=True)
class AreaLine:
    """One area that scores; `is_part` of the area above it."""

    area: PriorityArea
    is_part: bool

    @property
    def code(self) -> str:
        """The code of the area."""
        return str(self.area.pk)


@dataclass(frozen=True)
class Layout:
    """The lines and columns of both tables, and which countries each column of the first holds on the day."""

    tables: CoverageTables
    lines: list[AreaLine]
    columns: list[CoverageColumn]
    modalities: list[CoverageColumn]

    @classmethod
    def of(cls, tables: CoverageTables) -> "Layout":
        """Read the labels: three queries."""
        codes = (*SPECIAL_SITUATIONS, *ESCAP_SUB_REGIONS)
        groups = CountryGroup.objects.in_bulk(codes)
        labels = {code: groups[code].short_name if code in groups else code for code in codes}
        columns = [
            CoverageColumn(ALL, _("All that seek")),
            *(CoverageColumn(code, labels[code]) for code in SPECIAL_SITUATIONS),
            CoverageColumn(OTHERS, _("None of the three")),
            *(CoverageColumn(code, labels[code]) for code in ESCAP_SUB_REGIONS),
        ]
        rows = Modality.objects.active().order_by("position", "code")
        modalities = [CoverageColumn(modality.pk, str(modality), is_modality=True) for modality in rows]
        modalities.append(CoverageColumn(NOT_STATED, _("Not stated"), is_modality=True))
        return cls(tables, list(_lines(list(PriorityArea.objects.scored().active()))), columns, modalities)

    @cached_property
    def is_member(self) -> dict[str, NDArray[np.bool_]]:
        """By column of the first table: bool[n_countries], which countries of the engine's table are in it on the day.

        A country that has left a group is none of its members, though offers still reach it in its transition.
        """
        table, countries = self.tables.tables.reach_table, self.tables.tables.vocabulary.countries
        found = {ALL: np.ones(len(countries), dtype=np.bool_)}
        for code in (*SPECIAL_SITUATIONS, *ESCAP_SUB_REGIONS):
            members = table.members.get(code, {})
            found[code] = np.array([iso3 in members and members[iso3] is None for iso3 in countries], dtype=np.bool_)
        found[OTHERS] = ~np.logical_or.reduce([found[code] for code in SPECIAL_SITUATIONS])
        return found

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """bool[columns of the first table, seekers]: which seekers are in each."""
        return np.array([self.is_member[column.code][self.tables.seekers] for column in self.columns])

    def column(self, code: str, *, is_modality: bool) -> CoverageColumn | None:
        """Return the column of this code, or None."""
        return next((one for one in (self.modalities if is_modality else self.columns) if one.code == code), None)

    def line(self, code: str) -> AreaLine | None:
        """Return the line of this area, or None."""
        return next((line for line in self.lines if line.code == code), None)


def _lines(areas: list[PriorityArea]) -> Iterator[AreaLine]:
    """Yield the areas in their order, the parts of one behind it."""
    codes = {area.pk for area in areas}
    for area in areas:
        if area.parent_id not in codes:
            yield AreaLine(area, is_part=False)
            yield from (AreaLine(part, is_part=True) for part in areas if part.parent_id == area.pk)
