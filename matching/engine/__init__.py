"""The matching engine: scores every need against every offer and keeps the best (docs/matching.md).

Pure NumPy: arrays in, arrays out. It knows no Django, no clock and no settings: what is open on which
day, which level reaches which country and what the weights are, all come in as arguments.
"""

from matching.engine.arrays import Excluded, Postings, Preference, Reach
from matching.engine.criteria import CRITERIA
from matching.engine.explanation import Explanation, Part, explain
from matching.engine.gates import GATES
from matching.engine.profile import MILLION, Profile, Weights
from matching.engine.run import Counts, Suggestions, suggest

ENGINE_VERSION = "1.0"
"""Stored with each run. Raised whenever the same input could give another result."""

__all__ = [
    "CRITERIA",
    "ENGINE_VERSION",
    "GATES",
    "MILLION",
    "Counts",
    "Excluded",
    "Explanation",
    "Part",
    "Postings",
    "Preference",
    "Profile",
    "Reach",
    "Suggestions",
    "Weights",
    "explain",
    "suggest",
]
