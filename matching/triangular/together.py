"""The score of three: the criteria of a pair, on what the two offers have together (docs/matching.md)."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matching.engine.inputs.arrays import Postings, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index
from matching.engine.rules import region
from matching.engine.rules.criteria import CRITERIA, part
from matching.engine.rules.overlap import word

LEVELS = np.arange(101, dtype=np.uint8)
TOPIC = next(column for column, criterion in enumerate(CRITERIA) if criterion.name == "topic")


def joined(case: Case, need: Index, pivotal: Index, facilitating: Index) -> Case:
    """Return a case in which the two offers of each entry stand as one, in the order of the entries.

    It has the areas and modalities of both, reaches the entry's need as far as the less close of the two, and is
    else the pivotal partner's. Its texts are not in it: the topic is that of the need and the pivotal offer alone.
    The three arrays have one dimension and equal lengths.
    """
    offers = case.offers
    level = np.minimum(region.reach_level(case, need, pivotal), region.reach_level(case, need, facilitating))
    # A row of reach for each level: the row's number is what it reaches every country by.
    rows = np.repeat(LEVELS[:, None], case.reach.rows.shape[1], axis=1)
    return replace(
        case,
        offers=Postings(
            ids=np.arange(len(pivotal), dtype=np.int64),
            country=offers.country[pivotal],
            agency=offers.agency[pivotal],
            areas=offers.areas[pivotal] | offers.areas[facilitating],
            modalities=offers.modalities[pivotal] | offers.modalities[facilitating],
            recency=offers.recency[pivotal],
            is_open=offers.is_open[pivotal] & offers.is_open[facilitating],
        ),
        # Whatever is near either is near both together.
        offer_near=case.offer_near[pivotal] | case.offer_near[facilitating],
        reach=Reach(rows=rows, row_of=level.astype(np.int32)),
        reach_level=np.pad(rows, ((0, 0), (1, 0))),
    )


def parts_of_triples(
    case: Case, need: Index, pivotal: Index, facilitating: Index, *, topic: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return int32[triples, criteria], the contributions to these triples in millionths.

    Modalities are unstated only where neither offer states any.

    topic: what the topic contributes to the pair of each need and pivotal offer.
    """
    together, rows = joined(case, need, pivotal, facilitating), np.arange(len(pivotal))
    result = np.zeros((len(need), len(CRITERIA)), dtype=np.int32)
    for column, criterion in enumerate(CRITERIA):
        result[:, column] = topic if column == TOPIC else part(criterion, together, need, rows)
    return result


def words_of_triples(case: Case, need: Index, pivotal: Index, facilitating: Index) -> NDArray[np.int8]:
    """Return int8[triples]: how far what the need and the two offers together state overlaps, as `rules.overlap`."""
    return word(joined(case, need, pivotal, facilitating), need, np.arange(len(pivotal)))
