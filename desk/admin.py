"""The reviewer's admin: the match queue and its steps, matching runs, scoring profiles."""

from desk.event import MatchEventAdmin
from desk.plans.plan import AllocationAdmin
from desk.profiles.profile import ScoringProfileAdmin
from desk.queue.match import MatchAdmin
from desk.runs.run import MatchRunAdmin
from desk.triangular.option import TriangularOptionAdmin

__all__ = [
    "AllocationAdmin",
    "MatchAdmin",
    "MatchEventAdmin",
    "MatchRunAdmin",
    "ScoringProfileAdmin",
    "TriangularOptionAdmin",
]
