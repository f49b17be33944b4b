"""What fits: profiles, runs, matches and what happened to them."""

from matching.models.match import Match
from matching.models.match_change import MatchChange
from matching.models.match_event import MatchEvent
from matching.models.profile import ScoringProfile
from matching.models.run import MatchRun

__all__ = ["Match", "MatchChange", "MatchEvent", "MatchRun", "ScoringProfile"]
