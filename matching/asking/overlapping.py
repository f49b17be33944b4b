"""One need scored against the open offers that a reader may see: on request, in a fixed number of queries, unstored."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from django.contrib.auth.models import AnonymousUser

from directory.models import User
from matching import engine
from matching.choices import Fit
from matching.models import ScoringProfile
from matching.scoring.explanation import Explanation, explain_in
from matching.scoring.pairs import lists_read_by
from matching.scoring.profiles import default_profile
from matching.scoring.reading_arrays import ScoringTables
from surveys.models import Need, Offer
from web.calendar.days import today


class OverlappingPair(NamedTuple):
    """An offer that no gate keeps from the need."""

    row: int
    """Of the offer in the tables."""
    offer_id: int
    score: int
    """In millionths."""


@dataclass(frozen=True)
class Overlaps:
    """The open offers that overlap with a need, and the tables by which they were scored."""

    need: Need
    profile: ScoringProfile
    tables: ScoringTables
    pairs: list[OverlappingPair]

    def explain(self, offers: Iterable[Offer]) -> list[Explanation]:
        """Explain the need against each of these offers, in their order, without another query."""
        return explain_in(self.tables, pairs=[(self.need, offer) for offer in offers], profile=self.profile)


def overlaps_of(*, need: Need, reader: User | AnonymousUser) -> Overlaps:
    """Score a need, by the profile in use, against every open offer that `reader` may see.

    What people have decided about a pair plays no part. Whether an offer whose places are all agreed is open depends
    on the reader, as everywhere (`lists_read_by`): to whoever was not told it is.
    """
    profile = default_profile()
    offers = Offer.objects.visible_to(reader).published().open_now()
    tables = ScoringTables.read(
        on=today(),
        profile=profile,
        need_ids={need.pk},
        offer_ids=list(offers.order_by("pk").values_list("pk", flat=True)),
        # A GET writes nothing: a text that nobody has met yet is worked out, and not kept.
        keep_texts=False,
        lists=lists_read_by(reader),
    )
    arrays = (tables.needs, tables.offers, tables.reach, tables.preference, tables.profile)
    every = np.arange(len(tables.offers))
    is_closed = engine.closed(*arrays, need_index=np.zeros_like(every), offer_index=every)
    rows = every[~is_closed]
    scores = engine.score_pairs(*arrays, need_index=np.zeros_like(rows), offer_index=rows).parts.sum(axis=1)
    found = zip(rows.tolist(), tables.offers.ids[rows].tolist(), scores.tolist(), strict=True)
    return Overlaps(need, profile, tables, [OverlappingPair(*pair) for pair in found])


def word_of(explanation: Explanation) -> Fit:
    """Return how far the two overlap, as a word."""
    return Fit(explanation["fit"])
