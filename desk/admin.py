"""The reviewer's admin: the match queue and its steps, enquiries, letters, matching runs, profiles, practices."""

from desk.enquiries.enquiry import EnquiryAdmin
from desk.event import MatchEventAdmin
from desk.papers.paper import PaperAdmin
from desk.plans.plan import AllocationAdmin
from desk.practices.practice import PracticeAdmin
from desk.practices.question import PracticeQuestionAdmin
from desk.profiles.profile import ScoringProfileAdmin
from desk.queue.match import MatchAdmin
from desk.runs.run import MatchRunAdmin
from desk.triangular.option import TriangularOptionAdmin

__all__ = [
    "AllocationAdmin",
    "EnquiryAdmin",
    "MatchAdmin",
    "MatchEventAdmin",
    "MatchRunAdmin",
    "PaperAdmin",
    "PracticeAdmin",
    "PracticeQuestionAdmin",
    "ScoringProfileAdmin",
    "TriangularOptionAdmin",
]
