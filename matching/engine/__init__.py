"""The matching engine: scores every need against every offer and keeps the best (docs/matching.md).

NumPy and SciPy alone: arrays in, arrays out. It knows no Django, no clock and no settings: what is open on which
day, which level reaches which country and what the weights are, all come in as arguments.
"""

from matching.engine.inputs.arrays import Excluded, Postings, Preference, Reach
from matching.engine.inputs.case import Case
from matching.engine.inputs.languages import (
    BY_MEANING,
    BY_WORDS,
    BY_WORDS_AND_MEANING,
    NOT_COMPARABLE,
    WHOLE,
    Languages,
)
from matching.engine.inputs.profile import MILLION, Profile, Weights
from matching.engine.inputs.texts import MEANING_UNIT, N_TERMS, UNKNOWN_LANGUAGE, WORDS_UNIT, Texts
from matching.engine.one_pair.closing import closed
from matching.engine.one_pair.explanation import Explanation, Part, explain
from matching.engine.one_pair.pairs import PairScores, score_pairs
from matching.engine.rules.criteria import CRITERIA, parts_of_pairs
from matching.engine.rules.gates import GATES
from matching.engine.rules.overlap import GOOD, PARTIAL, STRONG
from matching.engine.run import PairCounts, Suggestions, best_of, collect, suggest
from matching.engine.search.plan import Best, SearchPlan

ENGINE_VERSION = "3.0"
"""Stored with each run. Raised whenever the same input could give another result."""

__all__ = [
    "BY_MEANING",
    "BY_WORDS",
    "BY_WORDS_AND_MEANING",
    "CRITERIA",
    "ENGINE_VERSION",
    "GATES",
    "GOOD",
    "MEANING_UNIT",
    "MILLION",
    "NOT_COMPARABLE",
    "N_TERMS",
    "PARTIAL",
    "STRONG",
    "UNKNOWN_LANGUAGE",
    "WHOLE",
    "WORDS_UNIT",
    "Best",
    "Case",
    "Excluded",
    "Explanation",
    "Languages",
    "PairCounts",
    "PairScores",
    "Part",
    "Postings",
    "Preference",
    "Profile",
    "Reach",
    "SearchPlan",
    "Suggestions",
    "Texts",
    "Weights",
    "best_of",
    "closed",
    "collect",
    "explain",
    "parts_of_pairs",
    "score_pairs",
    "suggest",
]
