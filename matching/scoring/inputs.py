"""All that the engine reads for one run, as one thing: to be kept, handed to workers, and told apart by digest."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from directory.models import Agency
from matching import engine
from matching.models import Match
from matching.scoring.packing import digest
from matching.scoring.reading_arrays import ScoringTables, Vocabulary
from surveys.postings.shown.reach import ReachTable


@dataclass(frozen=True)
class Inputs:
    """The tables of one run, without a word of text that a person wrote."""

    needs: engine.Postings
    offers: engine.Postings
    reach: engine.Reach
    preference: engine.Preference
    profile: engine.Profile
    decided: engine.Excluded
    south: NDArray[np.bool_]
    """bool[n_countries]: which countries are of the South on the day; for triangular options."""

    @classmethod
    def of(cls, tables: ScoringTables) -> Self:
        """Take them from the tables, and read which pairs people have decided: these take no place in a list."""
        return cls(
            needs=tables.needs,
            offers=tables.offers,
            reach=tables.reach,
            preference=tables.preference,
            profile=tables.profile,
            decided=decided_pairs(tables),
            south=np.array([iso3 in tables.reach_table.south for iso3 in tables.vocabulary.countries], dtype=np.bool_),
        )

    def plan(self) -> engine.SearchPlan:
        """Return the run, ready to be worked through."""
        return engine.SearchPlan.of(self.needs, self.offers, self.reach, self.preference, self.profile, self.decided)

    def digests(self, vocabulary: Vocabulary) -> dict[str, str]:
        """Return one digest for each kind of input, so that two runs can say what changed between them."""
        texts = [postings.texts for postings in (self.needs, self.offers) if postings.texts is not None]
        return {
            "needs": digest(replace(self.needs, texts=None)),
            "offers": digest(replace(self.offers, texts=None)),
            "texts": _joined([digest(one) for one in texts]),
            "targets": digest(self.reach),
            "preferred_partners": digest(self.preference),
            "profile": digest(self.profile),
            "decided": digest(self.decided),
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
    return _joined([codes, agencies, sorted(reach_table.level_of.items()), groups])


def decided_pairs(tables: ScoringTables) -> engine.Excluded:
    """Return the pairs that people have decided, as rows of the tables."""
    decided = Match.objects.decided(tables.on).order_by("pk").values_list("need", "offer")
    pairs: Any = np.array(list(decided), dtype=np.int64).reshape(-1, 2)
    need, offer = tables.needs.rows_of(pairs[:, 0]), tables.offers.rows_of(pairs[:, 1])
    known = (need >= 0) & (offer >= 0)
    return engine.Excluded(need_index=need[known], offer_index=offer[known])


def _joined(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
