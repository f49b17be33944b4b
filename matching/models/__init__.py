"""What fits: profiles, runs, matches, what happened to them, and what came of them."""

from matching.models.allocation import Allocation, AllocationPick
from matching.models.check import ReviewCheck
from matching.models.enquiry import Enquiry
from matching.models.fits.match import Match
from matching.models.fits.match_change import MatchChange
from matching.models.fits.match_event import MatchEvent
from matching.models.fits.match_side import MatchSide
from matching.models.introduction import Introduction
from matching.models.outcome import Outcome
from matching.models.profile import ScoringProfile
from matching.models.runs.mark import PostingMark
from matching.models.runs.run import MatchRun
from matching.models.runs.run_part import RunBlock, RunInput
from matching.models.runs.text_vectors import TextVectors
from matching.models.saved_view import SavedView
from matching.models.triangular.event import TriangularEvent
from matching.models.triangular.option import TriangularOption

__all__ = [
    "Allocation",
    "AllocationPick",
    "Enquiry",
    "Introduction",
    "Match",
    "MatchChange",
    "MatchEvent",
    "MatchRun",
    "MatchSide",
    "Outcome",
    "PostingMark",
    "ReviewCheck",
    "RunBlock",
    "RunInput",
    "SavedView",
    "ScoringProfile",
    "TextVectors",
    "TriangularEvent",
    "TriangularOption",
]
