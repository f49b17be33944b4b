"""Whom the suggestions reach: the shares of countries in special situations, and of each sub-region of ESCAP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from directory.models import CountryGroup
from matching.engine import Postings
from matching.life.seen.statistics import GROUPS
from matching.runs.reconciling import Rows
from surveys.postings.shown.reach import ESCAP_SUB_REGIONS, ReachTable


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    part: int
    whole: int

    @property
    def tenths(self) -> int | None:
        """Tenths of a percent, rounded half up; None of nothing."""
        return (2000 * self.part + self.whole) // (2 * self.whole) if self.whole else None


@dataclass(frozen=True)
class Effect:
    """A share before and after."""

    before: Share
    after: Share

    @property
    def points(self) -> int | None:
        """The difference in tenths of a percentage point, of the shares as they are shown."""
        before, after = self.before.tenths, self.after.tenths
        return None if before is None or after is None else after - before


@dataclass(frozen=True)
class EquityRow:
    """One group of countries; the country of a pair is that of its need."""

    code: str
    """Empty for the countries of no sub-region, and for all of them."""
    label: str
    matches: Effect
    """Of all suggested matches."""
    needs: Effect
    """Of the group's needs, those that have a suggested match."""


def equity(
    *, needs: Postings, countries: tuple[str, ...], reach: ReachTable, before: Rows, after: Rows
) -> list[EquityRow]:
    """Return a row for LDC, LLDC, SIDS, each sub-region of ESCAP, the other countries, and all. One query, for labels.

    Memberships are those of the day of `reach`; who is in transition after a graduation is no member. LDC, LLDC and
    SIDS overlap; the sub-regions and the other countries add up to all.
    """
    labels = CountryGroup.objects.filter(pk__in=GROUPS).labels()
    columns = {code: _columns(reach, code, countries) for code in GROUPS}
    somewhere = np.isin(needs.country, np.concatenate([columns[code] for code in ESCAP_SUB_REGIONS]))
    groups: list[tuple[str, str, NDArray[np.bool_]]] = [
        (code, labels.get(code, code), np.isin(needs.country, columns[code])) for code in GROUPS
    ]
    groups.append(("", _("Other countries"), ~somewhere))
    groups.append(("", _("All countries"), np.ones(len(needs), dtype=np.bool_)))
    of_need = {"before": _matches_of(needs, before), "after": _matches_of(needs, after)}
    return [_row(code, label, is_in, of_need) for code, label, is_in in groups]


def _row(code: str, label: str, is_in: NDArray[np.bool_], of_need: Mapping[str, NDArray[np.int64]]) -> EquityRow:
    matches = {when: Share(int(number[is_in].sum()), int(number.sum())) for when, number in of_need.items()}
    needs = {
        when: Share(int(np.count_nonzero(number[is_in])), int(np.count_nonzero(is_in)))
        for when, number in of_need.items()
    }
    return EquityRow(code, label, Effect(**matches), Effect(**needs))


def _matches_of(needs: Postings, rows: Rows) -> NDArray[np.int64]:
    """Return the number of pairs of each need."""
    order = np.argsort(needs.ids)
    place = order[np.searchsorted(needs.ids, rows["need"], sorter=order)]
    return np.bincount(place, minlength=len(needs)).astype(np.int64)


def _columns(reach: ReachTable, code: str, countries: Iterable[str]) -> NDArray[np.int64]:
    members = {iso3 for iso3, left_on in reach.members.get(code, {}).items() if left_on is None}
    return np.array([column for column, iso3 in enumerate(countries) if iso3 in members], dtype=np.int64)
