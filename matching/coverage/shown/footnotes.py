"""What stands below the tables: entries that tell nothing apart, and what closed lately."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from directory.choices import AreaUse
from directory.models import PriorityArea
from matching.coverage.counts.reading import CoverageTables, CoverageView, Reader, closed_lately
from surveys.models import Need, Offer
from surveys.models.postings.posting import PostingQuerySet


@dataclass(frozen=True)
class TagCount:
    """An entry that is kept and shown, and does not score, with how many postings name it."""

    tag: PriorityArea
    needs: int
    offers: int


@dataclass(frozen=True)
class ClosedCount:
    """How many postings of an area closed in the last twelve months."""

    needs: int
    offers: int


def tag_counts(tables: CoverageTables) -> list[TagCount]:
    """Return the tags that postings of the view name, which the tables have read: three queries."""
    needs = _tags_of(Need.areas.through, "need_id", tables.tables.needs.ids)
    offers = _tags_of(Offer.areas.through, "offer_id", tables.tables.offers.ids)
    tags = PriorityArea.objects.active().filter(pk__in={*needs, *offers})
    return [TagCount(tag, needs[tag.pk], offers[tag.pk]) for tag in tags]


def closed_counts(*, reader: Reader, view: CoverageView) -> dict[str, ClosedCount]:
    """Return by area what closed in the twelve months before the day of the view: two queries."""
    needs, offers = (_by_area(closed_lately(model, reader, view), use=AreaUse.AREA) for model in (Need, Offer))
    return {area: ClosedCount(needs[area], offers[area]) for area in {*needs, *offers}}


def _tags_of(through: Any, posting: str, ids: NDArray[np.int64]) -> Counter[str]:
    counted = set(ids.tolist())
    named = through.objects.filter(priorityarea__use=AreaUse.TAG).values_list(posting, "priorityarea_id")
    return Counter(area for pk, area in named if pk in counted)


def _by_area(rows: PostingQuerySet[Any], *, use: AreaUse) -> Counter[str]:
    named = rows.filter(areas__use=use).order_by().values_list("pk", "areas")
    return Counter(area for _pk, area in named.distinct())
