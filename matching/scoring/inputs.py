"""All that the engine reads for one run, as one thing: to be kept, handed to workers, and told apart by digest."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from directory.models import Agency
from matching import engine
from matching.models import Match
from matching.scoring.packing import digest
from matching.scoring.reading_arrays import ScoringTables
from matching.scoring.vocabulary import Vocabulary
from surveys.postings.shown.reach import ReachTable


@dataclass(frozen=True)
class Inputs:
    """The tables of one run, without a word of text that a person wrote."""

    needs: engine.Postings
    offers: engine.Postings
    """All that are open as others see them: those whose places are all agreed included."""
    reach: engine.Reach
    preference: engine.Preference
    profile: engine.Profile
    decided: engine.Excluded
    is_used_up: NDArray[np.bool_]
    """bool[n_offers]: all places are agreed, so that for the desk it is not open."""
    south: NDArray[np.bool_]
    """bool[n_countries]: which countries are of the South on the day; for triangular options."""

    @classmethod
    def of(cls, tables: ScoringTables) -> Self:
        """Take them from the tables, read as others see them, and read which pairs people have decided.

        These, and the offers that are used up, take no place in the lists of the desk.
        """
        return cls(
            needs=tables.needs,
            offers=tables.offers,
            reach=tables.reach,
            preference=tables.preference,
            profile=tables.profile,
            decided=decided_pairs(tables),
            is_used_up=tables.is_used_up,
            south=np.array(
                [iso3 in tables.reach_table.taking_part for iso3 in tables.vocabulary.countries], dtype=np.bool_
            ),
        )

    @cached_property
    def desk_offers(self) -> engine.Postings:
        """The offers that are open for the desk; `plan` scores these."""
        return self.offers if not self.is_used_up.any() else self.offers.take(np.flatnonzero(~self.is_used_up))

    def plan(self) -> engine.SearchPlan:
        """Return the run for the lists of the desk, ready to be worked through."""
        is_left = ~self.is_used_up
        decided = self.decided_among(is_left)
        reach = self.reach if is_left.all() else self.reach.take(np.flatnonzero(is_left))
        return engine.SearchPlan.of(self.needs, self.desk_offers, reach, self.preference, self.profile, decided)

    def decided_among(self, is_taken: NDArray[np.bool_]) -> engine.Excluded:
        """Return the decided pairs with these of the offers, as rows of these alone."""
        is_meant = is_taken[self.decided.offer_index]
        row_among = np.cumsum(is_taken) - 1
        return engine.Excluded(
            need_index=self.decided.need_index[is_meant],
            offer_index=row_among[self.decided.offer_index[is_meant]].astype(np.int64),
        )

    def digests(self, vocabulary: Vocabulary) -> dict[str, str]:
        """Return one digest for each kind of input, so that two runs can say what changed between them."""
        texts = [
            texts
            for postings in (self.needs, self.offers)
            for texts in (postings.texts, postings.english)
            if texts is not None
        ]
        return {
            "needs": digest(replace(self.needs, texts=None, english=None)),
            "offers": digest(replace(self.offers, texts=None, english=None)),
            "texts": _joined([digest(one) for one in texts]),
            "targets": digest(self.reach),
            "preferred_partners": digest(self.preference),
            "profile": digest(self.profile),
            "decided": digest(self.decided),
            "used_up": _joined(self.offers.ids[self.is_used_up].tolist()),
            "codes": _joined([vocabulary.areas, vocabulary.modalities, vocabulary.countries, self.south.tolist()]),
        }


def digest_of_all(digests: dict[str, str], *versions: str) -> str:
    """Return one digest, 64 hexadecimal digits, of all inputs and of the versions of what reads them."""
    return _joined([sorted(digests.items()), versions])


def digest_of_directory(vocabulary: Vocabulary, reach_table: ReachTable) -> str:
    """Return one digest of what runs read that is no posting, no profile and no decision: one query."""
    agencies = [list(row) for row in Agency.objects.order_by("pk").values_list("pk", "country", "kind")]
    groups = [
        [code, sorted((country, str(left_on or "")) for country, left_on in members.items())]
        for code, members in sorted(reach_table.members.items())
    ]
    codes = [vocabulary.areas, vocabulary.modalities, vocabulary.countries, vocabulary.related.tolist()]
    lists = [[code, sorted(map(str, terms))] for code, terms in sorted(reach_table.lists.items())]
    return _joined([codes, agencies, sorted(reach_table.level_of.items()), groups, lists])


def decided_pairs(tables: ScoringTables) -> engine.Excluded:
    """Return the pairs that people have decided, as rows of the tables."""
    decided = Match.objects.decided(tables.on).order_by("pk").values_list("need", "offer")
    pairs: Any = np.array(list(decided), dtype=np.int64).reshape(-1, 2)
    need, offer = tables.needs.rows_of(pairs[:, 0]), tables.offers.rows_of(pairs[:, 1])
    known = (need >= 0) & (offer >= 0)
    return engine.Excluded(need_index=need[known], offer_index=offer[known])


def _joined(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
